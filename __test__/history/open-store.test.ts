import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { Store } from '../../ts/history/store.js';
import {
  InvalidOption,
  MemtopError,
  openStore,
  RunNotFound,
  StoreClosed,
  SystemError,
} from '../../ts/index.js';
import { temporaryFolder } from '../helpers/folder.js';
import { resultOf } from '../helpers/result-of.js';
import { madeUpRun, ownStore } from '../helpers/stored.js';

function filledStore(file: string): void {
  using store = Store.openOrMake(file);
  for (const number of [1, 2, 3]) {
    const run = madeUpRun(number, { label: number === 3 ? 'test' : 'build' });
    const result = resultOf({ id: run.id, megabytes: 100 * number });
    store.add({ run, result, timeline: { sums: [], processes: [] } });
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

/** The descriptors of this process that this file is open at. */
function descriptorsOf(file: string): string[] {
  return readdirSync('/proc/self/fd').filter((number) => {
    try {
      return readlinkSync(`/proc/self/fd/${number}`) === file;
    } catch {
      // That of the folder itself.
      return false;
    }
  });
}

test('a closed store has let go of its file, and is of no more use', (t) => {
  const file = join(temporaryFolder(t), 'runs.db');
  filledStore(file);
  t.deepEqual(descriptorsOf(file), []);
  const store = openStore({ file });
  t.is(descriptorsOf(file).length, 1);
  store.close();
  t.deepEqual(descriptorsOf(file), []);
  t.notThrows(() => store.close());
  t.notThrows(() => store[Symbol.dispose]());
  const closed = {
    instanceOf: StoreClosed,
    code: 'StoreClosed',
    message: `the store ${file} is closed`,
  };
  t.true(t.throws(() => store.runs(), closed) instanceof MemtopError);
  t.throws(() => store.results('build'), closed);
  t.is(openStore({ file }).runs().length, 3);
});

test('leaving a block closes a store', (t) => {
  const file = join(temporaryFolder(t), 'runs.db');
  filledStore(file);
  let left: ReturnType<typeof openStore>;
  {
    using store = openStore({ file });
    t.is(store.results('test').length, 1);
    left = store;
  }
  t.throws(() => left.runs(), { instanceOf: StoreClosed });
});

test('a query that has begun ends although the store is closed', async (t) => {
  const file = join(temporaryFolder(t), 'runs.db');
  filledStore(file);
  const store = Store.open(file);
  const alive = store.alive();
  store.close();
  t.deepEqual(await alive, []);
  for (const query of [() => store.alive(), () => store.kill('20260101-000100-00000a')]) {
    await t.throwsAsync(query, { instanceOf: StoreClosed });
  }
  t.throws(() => store.prune({ keep: 1 }), { instanceOf: StoreClosed });
});
