import { join } from 'node:path';
import test from 'ava';
import { Store } from '../../ts/history/store.js';
import { InvalidOption, openStore, RunNotFound, SystemError } from '../../ts/index.js';
import { temporaryFolder } from '../helpers/folder.js';
import { resultOf } from '../helpers/result-of.js';
import { madeUpRun, ownStore } from '../helpers/stored.js';

function filledStore(file: string): void {
  const store = Store.openOrMake(file);
  for (const number of [1, 2, 3]) {
    const run = madeUpRun(number, { label: number === 3 ? 'test' : 'build' });
    const result = resultOf({ id: run.id, megabytes: 100 * number });
    store.add({ run, result, course: { sums: [], processes: [] } });
  }
}

test('runs are queried by label, time, state and number', (t) => {
  const file = join(temporaryFolder(t), 'runs.db');
  filledStore(file);
  const store = openStore({ file });
  t.is(store.file, file);
  const labels = (filter?: Parameters<typeof store.runs>[0]) =>
    store.runs(filter).map(({ label }) => label);
  t.deepEqual(labels(), ['build', 'build', 'test']);
  t.deepEqual(labels({ label: 'build' }), ['build', 'build']);
  t.deepEqual(labels({ latest: 1 }), ['test']);
  t.deepEqual(labels({ since: new Date('2026-01-01T00:02:00Z') }), ['build', 'test']);
  t.deepEqual(labels({ state: 'running' }), []);
});

test('results are queried by any reference to a run', (t) => {
  const file = join(temporaryFolder(t), 'runs.db');
  filledStore(file);
  const store = openStore({ file });
  const ids = (reference: string) => store.results(reference).map(({ run }) => run.id);
  const [first, second, third] = store.runs().map(({ id }) => id) as [string, string, string];
  t.deepEqual(ids('build'), [first, second]);
  t.deepEqual(ids('last'), [third]);
  t.deepEqual(ids(second), [second]);
  t.throws(() => ids('none'), { instanceOf: RunNotFound });
});

test('recorded runs have their fields, without those internal to memtop', async (t) => {
  const { file, memtop } = ownStore(t);
  await memtop('--label', 'small', '--', 'true');
  const [run] = openStore({ file }).runs();
  t.like(run, { label: 'small', command: ['true'], state: 'ended' });
  t.true((run?.peakBytes ?? 0) > 0);
  t.false('process' in (run ?? {}));
  t.false('memtop' in (run ?? {}));
  t.is(run?.pid, undefined);
});

test('a missing store and an invalid query are named', (t) => {
  const file = join(temporaryFolder(t), 'runs.db');
  t.throws(() => openStore({ file }), {
    instanceOf: SystemError,
    message: `no run has been recorded yet: there is no ${file}`,
  });
  filledStore(file);
  const store = openStore({ file });
  for (const [filter, message] of [
    [{ latest: 0 }, 'latest must be a whole number above 0'],
    [{ latest: 1.5 }, 'latest must be a whole number above 0'],
    [{ since: '2026' }, 'since must be a valid Date'],
    [{ since: new Date('x') }, 'since must be a valid Date'],
    [{ state: 'over' }, 'state must be one of running, ended, interrupted'],
    [{ id: 'x' }, 'there is no option id'],
  ] as const) {
    t.throws(() => store.runs(filter as object), { instanceOf: InvalidOption, message });
  }
  t.throws(() => openStore({ file: '' }), {
    instanceOf: InvalidOption,
    message: 'file must be a path or a file: URL',
  });
  t.throws(() => openStore({ path: file } as object), { message: 'there is no option path' });
});
