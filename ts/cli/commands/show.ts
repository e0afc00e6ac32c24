/** `memtop show <run>`: the report of a recorded run. */
import { MemtopError } from '../../errors.js';
import { runNamed } from '../../history/reference.js';
import { storeSchema } from '../../history/store.js';
import { lookIn } from '../../report/look.js';
import { showLines } from '../../report/show.js';
import { foundConfig } from '../config/config.js';
import { exitCodes } from '../exit-code.js';
import { sql, store as storeFlag } from '../flags/history.js';
import { jsonSwitch } from '../flags/reporting.js';
import { isSet, refuseBoth } from '../options.js';
import { positionalIfGiven } from '../positionals.js';
import { openedStore, requiredStore } from '../store.js';
import { UsageError } from '../usage-error.js';
import { print, printText, say, terminalColumns } from '../write.js';
import type { Command } from './command.js';

export const show: Command = {
  usage: '[options] [run]',
  about:
    'Shows the report of a recorded run again. The run is given as its id, an\n' +
    'unambiguous prefix of the id, or a label, which stands for its latest run; by\n' +
    'default it is the last run.',
  flags: [jsonSwitch, sql, storeFlag],
  examples: ['memtop show', 'memtop show build', 'memtop show --json 20261120-140702-3f9a2c'],
  async run(raw, environment) {
    refuseBoth(raw, sql, [jsonSwitch]);
    const given = positionalIfGiven(raw, 'show', 'run');
    if (isSet(sql, raw) && given !== undefined) throw new UsageError('show --sql takes no run');
    const file = requiredStore(raw, environment, await foundConfig());
    try {
      if (isSet(sql, raw)) {
        printText(`-- The store is an SQLite database: ${file}\n\n${storeSchema()}`);
        return 0;
      }
      const store = openedStore(file);
      const { run, result, timeline } = store.whole(runNamed(store, given ?? 'last'));
      if (isSet(jsonSwitch, raw)) {
        print([JSON.stringify({ run, ...(result && { result }), timeline }, null, 2)]);
        return 0;
      }
      print(showLines(run, result, timeline, lookIn(environment, terminalColumns(1))));
      return 0;
    } catch (error) {
      if (!(error instanceof MemtopError)) throw error;
      say(`memtop: ${error.message}`);
      return exitCodes.failed;
    }
  },
};
