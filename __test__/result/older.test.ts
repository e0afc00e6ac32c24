import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { filesIn } from '../../ts/compare/files.js';
import { parseResult } from '../../ts/compare/parse-result.js';
import { Store } from '../../ts/history/store.js';
import { exported, importInto } from '../../ts/history/transfer.js';
import { asCurrentResult } from '../../ts/result/older.js';
import { resultSchema } from '../../ts/result/schema.js';
import type { Result } from '../../ts/result/types.js';
import { temporaryFolder } from '../helpers/folder.js';
import { MB } from '../helpers/measured.js';
import { resultOf } from '../helpers/result-of.js';
import { madeUpRun } from '../helpers/stored.js';

/** A result in the form of the previous version. */
function older(): object {
  const { peak, ...result } = resultOf({ megabytes: 100, metric: 'pss' });
  const command = ['node'];
  const processes = [
    { pid: 7, startedAtMs: 0, name: 'node', command, rssBytes: 90 * MB, pssBytes: 60 * MB },
    { pid: 8, startedAtMs: 0, name: 'node', command, rssBytes: 80 * MB, pssBytes: 40 * MB },
  ];
  const olderPeak = { ...peak, pssBytes: 100 * MB, processes };
  const tasks = [{ id: 'build', source: 'npm', status: 'ended', peak: olderPeak }];
  return { ...result, schema: 'memtop.result/1', peak: olderPeak, tasks };
}

/** A result in which processes have their start in clock ticks. */
function withTicks(): object {
  const { run, ...result } = resultOf({ megabytes: 100 });
  const [heap] = [{ pid: 7, startTicks: 100, nodeVersion: 'v20.0.0', command: ['node'] }];
  const numbers = { limitBytes: 1, usedBytes: 1, committedBytes: 1, fullCollections: 0, looks: 1 };
  const outside = { externalBytes: 0, arrayBuffersBytes: 0, lastSeen: 'end' };
  return {
    ...result,
    run: { ...run, process: { pid: 7, startTicks: 100 } },
    heap: { processCount: 1, heapCount: 1, heaps: [{ ...heap, ...numbers, ...outside }] },
  };
}

const parts = [60 * MB, 40 * MB];

test('a result of the previous schema is converted, with its metric', (t) => {
  const { schema, peak, tasks } = resultSchema.parse(asCurrentResult(older()));
  t.is(schema, 'memtop.result/2');
  t.is(peak?.metric, 'pss');
  t.deepEqual(
    peak?.processes.map(({ bytes }) => bytes),
    parts,
  );
  // Whether it was read is unknown.
  t.false(peak?.processes.some((process) => 'pssBytes' in process));
  t.deepEqual(
    tasks?.[0]?.peak?.processes.map(({ bytes }) => bytes),
    parts,
  );
});

test('a result with resident memory alone is converted as well', (t) => {
  const value = {
    schema: 'memtop.result/1',
    peak: { metric: 'rss', processes: [{ rssBytes: 5 }] },
  };
  t.deepEqual(asCurrentResult(value), {
    schema: 'memtop.result/2',
    peak: { metric: 'rss', processes: [{ rssBytes: 5, bytes: 5 }] },
  });
});

test('files of the previous schema are read', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'result-main.json'), JSON.stringify(older()));
  const [result] = await filesIn(folder).resultsOf('main');
  t.deepEqual(
    result?.peak?.processes.map(({ bytes }) => bytes),
    parts,
  );
});

test('a store lists results of the previous schema and exports them', async (t) => {
  const folder = temporaryFolder(t);
  const store = Store.openOrMake(join(folder, 'runs.db'));
  const run = madeUpRun(1);
  store.add({ run, result: older() as never, timeline: { sums: [], processes: [] } });
  t.is(store.result(run.id)?.peak?.processes[0]?.bytes, 60 * MB);

  const text = [...exported(store, store.runs())].join('');
  const other = Store.openOrMake(join(folder, 'other.db'));
  t.deepEqual(await importInto(other, text), { added: 1, skipped: 0 });
  t.is(other.result(run.id)?.peak?.processes[0]?.bytes, 60 * MB);

  const before = text.replaceAll('memtop.result/2', 'memtop.result/1');
  const third = Store.openOrMake(join(folder, 'third.db'));
  t.deepEqual(await importInto(third, before), { added: 1, skipped: 0 });
});

test('a result with start times in clock ticks is read', (t) => {
  const { run, heap } = parseResult(JSON.stringify(withTicks()));
  t.like(run.process, { pid: 7, startedAt: undefined });
  t.is(heap?.heaps[0]?.pid, 7);
});

test('a store with such results lists them, and such an export is imported', async (t) => {
  const folder = temporaryFolder(t);
  const store = Store.openOrMake(join(folder, 'runs.db'));
  const points = [
    [50, 7 * MB],
    [150, 8 * MB],
  ];
  const processes = [
    { pid: 7, startTicks: 100, name: 'node', points },
    { pid: 7, startTicks: 900, name: 'sh', points: points.map(([at = 0]) => [at + 1000, MB]) },
  ];
  const run = { ...madeUpRun(1), process: { pid: 7, startTicks: 100 } };
  const result = { ...withTicks(), run: { ...(withTicks() as Result).run, id: run.id } };
  const whole = { run, result, course: { sums: points, processes } };
  const text = JSON.stringify({ schema: 'memtop.export/1', runs: [whole] });
  t.deepEqual(await importInto(store, text), { added: 1, skipped: 0 });
  t.is(store.result(run.id)?.run.process?.pid, 7);
  t.deepEqual(
    store.timeline(run.id).processes.map(({ pid, name, points }) => [pid, name, points[0]?.[0]]),
    [
      [7, 'node', 50],
      [7, 'sh', 1050],
    ],
  );
  t.is(store.runs()[0]?.peakBytes, 100 * MB);
});
