/** `memtop ps`: the processes of the machine and their memory. */
import { existsSync } from 'node:fs';
import { MemtopError } from '../../errors.js';
import { inspect } from '../../inspect/inspect.js';
import type { ProcessRecord } from '../../inspect/process.js';
import { plainText } from '../../report/plain-text.js';
import { processTable, processTreeTable } from '../../report/processes.js';
import { runningLines } from '../../report/running-runs.js';
import { foundConfig } from '../config/config.js';
import { exitCodes } from '../exit-code.js';
import { store as storeFlag } from '../flags/history.js';
import { cwd, liveRuns, tree } from '../flags/processes.js';
import { jsonSwitch } from '../flags/reporting.js';
import { isSet, refuseBoth, valueGiven } from '../options.js';
import type { RawArguments } from '../parse.js';
import { pidIfGiven } from '../pid.js';
import { openedStore, requiredStore } from '../store.js';
import { UsageError } from '../usage-error.js';
import { print, say, terminalColumns } from '../write.js';
import type { Command } from './command.js';

interface Wanted {
  readonly pid: number | undefined;
  readonly folder: string | undefined;
}

export const ps: Command = {
  usage: '[options] [pid]',
  about:
    'Shows processes and their resident memory, the largest first; with a pid, that\n' +
    'process and its descendants. CPU is the share of one CPU since the process\n' +
    'started. Kernel threads, which have no memory of their own, are listed in the\n' +
    'JSON only.',
  flags: [tree, cwd, liveRuns, jsonSwitch, storeFlag],
  examples: [
    'memtop ps --tree',
    'memtop ps --cwd . --json',
    'memtop ps --tree 4127',
    'memtop ps --runs',
  ],
  async run(raw, environment) {
    if (isSet(liveRuns, raw)) return showRuns(raw, environment);
    if (valueGiven(storeFlag, raw, {}) !== undefined) {
      throw new UsageError('--store is for the runs in progress: memtop ps --runs');
    }
    const wanted = {
      pid: pidIfGiven(raw, 'ps'),
      folder: valueGiven(cwd, raw, environment),
    };
    let found: ProcessRecord[];
    try {
      const listed = await inspect.list();
      if (wanted.pid !== undefined && !listed.some(({ pid }) => pid === wanted.pid)) {
        say(`memtop: there is no process ${wanted.pid}`);
        return exitCodes.failed;
      }
      if (!listed.some(({ pid }) => pid === 1)) {
        say('memtop: the processes of other users are hidden here (hidepid of /proc)');
      }
      found = await among(listed, wanted);
    } catch (error) {
      if (!(error instanceof MemtopError)) throw error;
      say(`memtop: ${error.message}`);
      return exitCodes.failed;
    }
    if (isSet(jsonSwitch, raw)) {
      print([JSON.stringify(found, null, 2)]);
      return 0;
    }
    const shown = wanted.pid === undefined ? found.filter(hasOwnMemory) : found;
    if (shown.length === 0) say(`memtop: no process works in ${plainText(wanted.folder ?? '')}`);
    // Lines are not cut in a pipe or a file.
    const columns = terminalColumns(1) ?? Number.POSITIVE_INFINITY;
    print((isSet(tree, raw) ? processTreeTable : processTable)(shown, columns));
    return 0;
  },
};

async function showRuns(raw: RawArguments, environment: NodeJS.ProcessEnv): Promise<number> {
  refuseBoth(raw, liveRuns, [cwd, tree]);
  if (pidIfGiven(raw, 'ps') !== undefined) throw new UsageError('ps --runs takes no process id');
  const file = requiredStore(raw, environment, await foundConfig());
  try {
    const alive = existsSync(file) ? await openedStore(file).alive() : [];
    if (isSet(jsonSwitch, raw)) print([JSON.stringify(alive, null, 2)]);
    else if (alive.length === 0) say('memtop: no run is running');
    else print(runningLines(alive, Date.now(), terminalColumns(1) ?? Number.POSITIVE_INFINITY));
    return 0;
  } catch (error) {
    if (!(error instanceof MemtopError)) throw error;
    say(`memtop: ${error.message}`);
    return exitCodes.failed;
  }
}

/** Kernel threads would be half of the table, and have no memory of their own. */
function hasOwnMemory({ rssBytes, command, state }: ProcessRecord): boolean {
  return rssBytes > 0 || command.length > 0 || state === 'zombie';
}

async function among(listed: ProcessRecord[], { pid, folder }: Wanted): Promise<ProcessRecord[]> {
  let found = listed;
  if (pid !== undefined) {
    const below = await inspect.tree(pid);
    const isOfTree = new Set([pid, ...below.map((process) => process.pid)]);
    found = found.filter((process) => isOfTree.has(process.pid));
  }
  if (folder !== undefined) {
    const there = new Set((await inspect.findByCwd(folder)).map((process) => process.pid));
    found = found.filter((process) => there.has(process.pid));
  }
  return found;
}
