/** Exports runs to a file, and imports them into another store. */
import { exportSchemaName } from '../result/name.js';
import type { StoredRun } from '../result/stored-run.js';
import type { Store } from './store.js';

/** The text of the file in pieces, since all of it at once may be too large. */
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
  /** Runs that the store already had, and runs that are still running. */
  skipped: number;
}

/** @throws Error that says what is wrong with the text, before anything is added */
export async function importInto(store: Pick<Store, 'add'>, text: string): Promise<Imported> {
  const { checkedRuns } = await import('./checked-export.js');
  const runs = checkedRuns(JSON.parse(text));
  const ended = runs.filter(({ run }) => run.state !== 'running');
  const added = ended.filter((run) => store.add(run)).length;
  return { added, skipped: runs.length - added };
}
