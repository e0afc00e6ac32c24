/** `memtop kill <pid>`: ends a process and everything that it started. */
import { MemtopError } from '../../errors.js';
import { inspect } from '../../inspect/inspect.js';
import type { KillOutcome } from '../../inspect/options.js';
import { failureLines, killedLine } from '../../report/killed.js';
import { exitCodes } from '../exit-code.js';
import { force } from '../flags/force.js';
import { grace } from '../flags/grace.js';
import { valueGiven } from '../options.js';
import { onePid } from '../pid.js';
import { print, say } from '../write.js';
import type { Command } from './command.js';

export const kill: Command = {
  usage: '[options] <pid>',
  about:
    'Ends a process and all its descendants, and waits until they are dead: asks them to end\n' +
    '(SIGTERM), and kills those who have not after a while (SIGKILL). The exit code is 0 when all\n' +
    'are dead and 1 when one is left.',
  flags: [force, grace],
  examples: ['memtop kill 4127', 'memtop kill --grace 10s 4127', 'memtop kill --force 4127'],
  async run(raw, environment) {
    const pid = onePid(raw, 'kill');
    const graceMs = valueGiven(grace, raw, environment);
    let outcome: KillOutcome;
    try {
      outcome = await inspect.kill(pid, {
        force: raw.values.has(force.name),
        ...(graceMs !== undefined && { graceMs }),
      });
    } catch (error) {
      if (!(error instanceof MemtopError)) throw error;
      say(`memtop: ${error.message}`);
      return exitCodes.failed;
    }
    print([killedLine(outcome)]);
    for (const line of failureLines(outcome)) say(`memtop: ${line}`);
    return outcome.failed.length > 0 ? exitCodes.failed : 0;
  },
};
