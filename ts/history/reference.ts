/**
 * How a run is named: by its id, an unambiguous beginning of its id, `last`, or a label, which
 * names all its runs. A whole id is never a label; a label takes precedence over the beginning of
 * an id; `label:NAME` is always a label.
 */
import { RunNotFound } from '../errors.js';
import type { StoredRun } from '../result/stored-run.js';
import type { Store } from './store.js';

const wholeId = /^\d{8}-\d{6}-[0-9a-f]{6}$/;
const beginningOfId = /^\d{4,8}(?:-\d{0,6}(?:-[0-9a-f]{0,6})?)?$/;
const labelMark = 'label:';

type Runs = Pick<Store, 'runs'>;

/**
 * The runs of that name, oldest first; at least one.
 *
 * @throws RunNotFound that says what was wrong
 */
export function runsNamed(store: Runs, reference: string): StoredRun[] {
  if (reference === 'last')
    return foundOr(store.runs({ latest: 1 }), 'no run has been recorded yet');
  if (wholeId.test(reference)) {
    return foundOr(store.runs({ id: reference }), `there is no run ${reference}`);
  }
  if (reference.startsWith(labelMark)) {
    const label = reference.slice(labelMark.length);
    return foundOr(store.runs({ label }), `no run has the label ${JSON.stringify(label)}`);
  }
  const labelled = store.runs({ label: reference });
  return labelled.length > 0 ? labelled : [runBeginning(store, reference)];
}

/**
 * The run of that name; the latest where a label names several.
 *
 * @throws RunNotFound that says what was wrong
 */
export function runNamed(store: Runs, reference: string): StoredRun {
  return runsNamed(store, reference).at(-1) as StoredRun;
}

function runBeginning(store: Runs, reference: string): StoredRun {
  const shown = JSON.stringify(reference);
  if (!beginningOfId.test(reference)) {
    throw new RunNotFound(
      `no run has the label ${shown}, and it is not the id of one; memtop history lists them`,
    );
  }
  const [found, another, ...more] = store.runs({ idBegins: reference });
  if (!found) {
    throw new RunNotFound(`no run has the label ${shown}, and no run id starts with it`);
  }
  if (another) {
    const examples = `${found.id} and ${another.id}`;
    throw new RunNotFound(
      `${shown} is the beginning of ${more.length + 2} ids, such as ${examples}; ` +
        'give more characters',
    );
  }
  return found;
}

function foundOr(runs: StoredRun[], problem: string): StoredRun[] {
  if (runs.length > 0) return runs;
  throw new RunNotFound(problem);
}
