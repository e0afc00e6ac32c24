/** Runs in a file, to take them to another store. */
import type { StoredRun } from '../result/stored-run.js';
import { exportSchemaName } from './export-name.js';
import type { Store } from './store.js';

/** The text of the file, run after run: all of it at once may be too much. */
export function* exported(
  store: Pick<Store, 'whole'>,
  runs: readonly StoredRun[],
): Generator<string> {
  yield `{"schema":"${exportSchemaName}","runs":[`;
  let separator = '\n';
  for (const run of runs) {
    yield `${separator}${JSON.stringify(store.whole(run))}`;
    separator = ',\n';
  }
  yield '\n]}\n';
}

export interface Imported {
  added: number;
  /** Those that were there already, and those that are still running. */
  skipped: number;
}

/** @throws Error that says what is wrong with the text; then nothing was added */
export async function importInto(store: Pick<Store, 'add'>, text: string): Promise<Imported> {
  const { checkedRuns } = await import('./checked-export.js');
  const runs = checkedRuns(JSON.parse(text));
  const over = runs.filter(({ run }) => run.state !== 'running');
  const added = over.filter((run) => store.add(run)).length;
  return { added, skipped: runs.length - added };
}
