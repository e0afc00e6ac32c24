/** `memtop doctor`: what can be measured here, how, and why not the rest. */
import { checks } from '../../doctor/checks.js';
import { collectFacts } from '../../doctor/facts.js';
import { packageVersion } from '../../package.js';
import { doctorLines } from '../../report/doctor.js';
import { columnsOfLogs } from '../../report/look.js';
import { jsonSwitch } from '../flags/reporting.js';
import { isSet } from '../options.js';
import type { RawArguments } from '../parse.js';
import { quoted } from '../quoted.js';
import { UsageError } from '../usage-error.js';
import { printText, terminalColumns } from '../write.js';
import type { Command } from './command.js';

export const doctor: Command = {
  usage: '[--json]',
  about:
    'Reports what can be measured on this machine and how, and what prevents the\n' +
    'rest. Creates a control group and removes it again; changes nothing else.',
  flags: [jsonSwitch],
  examples: ['memtop doctor', 'memtop doctor --json'],
  async run(raw) {
    refuseMore(raw);
    const facts = collectFacts();
    const found = checks(facts);
    const text = isSet(jsonSwitch, raw)
      ? JSON.stringify(
          { schema: 'memtop.doctor/1', memtopVersion: packageVersion, checks: found, facts },
          null,
          2,
        )
      : doctorLines(found, terminalColumns(1) ?? columnsOfLogs).join('\n');
    printText(`${text}\n`);
    return 0;
  },
};

function refuseMore({ positionals, command = [] }: RawArguments): void {
  const [first] = [...positionals, ...command];
  if (first !== undefined) {
    throw new UsageError(`unexpected argument ${quoted(first)}; doctor takes none: memtop doctor`);
  }
}
