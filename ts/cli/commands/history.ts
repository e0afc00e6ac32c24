/** `memtop history`: recorded runs and the trend of their memory. */
import { readFileSync } from 'node:fs';
import { MemtopError, messageOf } from '../../errors.js';
import { Store } from '../../history/store.js';
import { exported, importInto } from '../../history/transfer.js';
import { ownerOnly } from '../../owner-only.js';
import { packageVersion } from '../../package.js';
import { historyLines, runsOfTrend, runsShown } from '../../report/history.js';
import { lookIn } from '../../report/look.js';
import type { StoredRun } from '../../result/stored-run.js';
import { foundConfig } from '../config/config.js';
import { exitCodes } from '../exit-code.js';
import type { Flag } from '../flags/flag.js';
import { exportTo, importFrom, since, store as storeFlag } from '../flags/history.js';
import { jsonSwitch } from '../flags/reporting.js';
import { label } from '../flags/running.js';
import { isSet, refuseBoth, valueGiven } from '../options.js';
import { OutputFile } from '../output-file.js';
import { refusePositionals } from '../positionals.js';
import { openedStore, requiredStore, warned } from '../store.js';
import { print, printText, say, terminalColumns } from '../write.js';
import type { Command } from './command.js';

/** The same flag, which here selects runs. */
const ofLabel: Flag = { ...label, summary: 'only runs with this label' };

export const history: Command = {
  usage: '[options]',
  about:
    'Shows the runs that memtop has recorded: the latest peaks of each label or\n' +
    'command with their trend, and the latest runs. The trend compares the median of\n' +
    'the later half of up to 20 peaks with that of the earlier half.',
  flags: [ofLabel, since, jsonSwitch, exportTo, importFrom, storeFlag],
  examples: [
    'memtop history',
    'memtop history --label build --since 30d',
    'memtop history --label build --export build.json',
  ],
  async run(raw, environment) {
    refusePositionals(raw, 'history', 'a label goes after --label');
    refuseBoth(raw, importFrom, [exportTo, jsonSwitch, label, since]);
    refuseBoth(raw, exportTo, [jsonSwitch]);
    const source = valueGiven(importFrom, raw, environment);
    const target = valueGiven(exportTo, raw, environment);
    const labelled = valueGiven(label, raw, environment);
    const sinceMs = valueGiven(since, raw, environment);
    const file = requiredStore(raw, environment, await foundConfig());
    try {
      if (source !== undefined) return await importRuns(source, file);
      const store = openedStore(file);
      const meant = {
        ...(labelled !== undefined && { label: labelled }),
        ...(sinceMs !== undefined && { since: new Date(sinceMs).toISOString() }),
      };
      if (target !== undefined) return exportRuns(store, store.runs(meant), target);
      if (isSet(jsonSwitch, raw)) {
        printJson(store.runs(meant));
        return 0;
      }
      const latest = store.runs({ ...meant, latest: runsShown });
      const groups = store.groups(meant, runsOfTrend);
      if (latest.length === 0) say('memtop: there is no such run');
      else print(historyLines(groups, latest, lookIn(environment, terminalColumns(1))));
      return 0;
    } catch (error) {
      if (!(error instanceof MemtopError)) throw error;
      say(`memtop: ${error.message}`);
      return exitCodes.failed;
    }
  },
};

function printJson(runs: readonly StoredRun[]): void {
  print([
    JSON.stringify({ schema: 'memtop.history/1', memtopVersion: packageVersion, runs }, null, 2),
  ]);
}

function exportRuns(store: Store, runs: readonly StoredRun[], target: string): number {
  try {
    if (target === '-') {
      for (const text of exported(store, runs)) if (!printText(text)) break;
      return 0;
    }
    new OutputFile(target, ownerOnly).write([...exported(store, runs)].join(''));
  } catch (error) {
    if (error instanceof MemtopError) throw error;
    say(`memtop: --export ${target}: ${messageOf(error)}`);
    return exitCodes.failed;
  }
  say(`memtop: ${runs.length} ${runs.length === 1 ? 'run' : 'runs'} exported to ${target}`);
  return 0;
}

async function importRuns(source: string, file: string): Promise<number> {
  try {
    const text = readFileSync(source === '-' ? 0 : source, 'utf8');
    const { added, skipped } = await importInto(warned(Store.openOrMake(file)), text);
    say(`memtop: ${added} ${added === 1 ? 'run' : 'runs'} added, ${skipped} left out`);
    return 0;
  } catch (error) {
    if (error instanceof MemtopError) throw error;
    say(`memtop: --import ${source}: ${messageOf(error)}`);
    return exitCodes.failed;
  }
}
