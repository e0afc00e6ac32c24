/** Results by the name of a run. */
import { RunNotFound } from '../errors.js';
import type { StoredRun } from '../result/stored-run.js';
import type { Result } from '../result/types.js';
import { runsNamed } from './reference.js';
import type { Store } from './store.js';

/**
 * The results of the runs of that name that have ended, oldest first; at least one.
 *
 * @throws RunNotFound that says what was wrong
 */
export function resultsOf(store: Pick<Store, 'runs' | 'result'>, reference: string): Result[] {
  const runs = runsNamed(store, reference);
  const results = runs.flatMap(({ id }) => store.result(id) ?? []);
  if (results.length > 0) return results;
  const [run] = runs as [StoredRun];
  const state = run.state === 'running' ? 'is still running' : 'was interrupted';
  throw new RunNotFound(
    runs.length === 1
      ? `run ${run.id} has no result: it ${state}`
      : `no run of the label ${JSON.stringify(run.label)} has ended`,
  );
}
