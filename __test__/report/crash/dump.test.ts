import test from 'ava';
import { crashDump } from '../../../ts/report/crash/dump.js';
import type { DumpedProcess } from '../../../ts/report/crash/process-tree.js';
import { crashSummary } from '../../../ts/report/crash/summary.js';
import { crash, crashProcess, runtime } from '../../helpers/crash.js';
import { MB } from '../../helpers/measured.js';

const dumpOf = (of = crash) => JSON.parse(crashDump(of, runtime));

test('the dump has the memory, and says why garbage collection is missing', (t) => {
  const dump = dumpOf();
  t.is(dump.schema, 'memtop.crash/1');
  t.is(dump.at, '2026-11-20T14:07:02.345Z');
  t.like(dump, { reason: 'limit', bytes: 523 * MB, limitBytes: 500 * MB, graceMs: 2_000 });
  t.deepEqual(dump.memory, {
    currentBytes: 523 * MB,
    peakBytes: 530 * MB,
    totalRssBytes: 523 * MB,
    system: { totalBytes: 8192 * MB, availableBytes: 700 * MB },
    limitedBy: '/system.slice/ci.service',
    garbageCollection: {
      missing: 'nothing is known about garbage collection in the measured processes',
    },
  });
});

test('unknown values are absent', (t) => {
  const { limitBytes, run, memory, ...rest } = crash;
  const dump = dumpOf({
    ...rest,
    reason: 'machine',
    run: { id: run.id, command: run.command, host: run.host },
    memory: { currentBytes: memory.currentBytes, peakBytes: memory.peakBytes },
  });
  t.false('limitBytes' in dump || 'label' in dump.run || 'cwd' in dump.run);
  t.deepEqual(dump.memory.system, {});
  t.is(limitBytes, 500 * MB);
});

test('the dump has the environment of memtop', (t) => {
  t.deepEqual(dumpOf().runtime, {
    memtopVersion: '1.2.3',
    nodeVersion: 'v24.1.0',
    threads: 9,
    cpus: 8,
    os: 'linux',
    arch: 'x64',
    kernel: '6.12.0',
  });
});

test('processes stand below those that started them, the largest first', (t) => {
  const [task, ...others] = dumpOf().tasks;
  t.deepEqual(others, []);
  t.like(task, { kind: 'task', id: 'build', bytes: 513 * MB, processCount: 4 });
  const [npm] = task.processes;
  t.like(npm, { kind: 'process', pid: 10, name: 'npm', rssBytes: 60 * MB });
  t.deepEqual(
    npm.children.map(({ pid }: DumpedProcess) => pid),
    [13, 11],
  );
  t.like(npm.children[1].children[0], { pid: 12, bytes: 390 * MB, command: ['node', 'x.js'] });
});

test('tasks are kept apart, and the current one is named', (t) => {
  const processes = [...crash.processes, crashProcess(20, 10, 'tsc', 5, { task: 'types' })];
  const dump = dumpOf({ ...crash, processes, task: 'types' });
  t.deepEqual(
    dump.tasks.map(({ id }: { id: string }) => id),
    ['build', 'types'],
  );
  t.deepEqual(dump.currentTask, { id: 'types', bytes: 5 * MB, processCount: 1 });
});

test('nothing secret gets into the dump', (t) => {
  t.false(crashDump(crash, runtime).includes('hidden'));
});

test('the last hundred samples are kept', (t) => {
  const atMs = Array.from({ length: 250 }, (_, index) => index);
  const { samples } = dumpOf({ ...crash, timeline: { atMs, bytes: atMs.map((at) => at * 2) } });
  t.is(samples.length, 100);
  t.deepEqual(
    [samples[0], samples[99]],
    [
      { atMs: 150, bytes: 300 },
      { atMs: 249, bytes: 498 },
    ],
  );
});

function deepest(processes: readonly DumpedProcess[]): number {
  return processes.reduce((most, { children }) => Math.max(most, 1 + deepest(children)), 0);
}

function countOf(processes: readonly DumpedProcess[]): number {
  return processes.reduce((sum, { children }) => sum + 1 + countOf(children), 0);
}

test('a recursion of processes is cut in depth and loses none', (t) => {
  const processes = Array.from({ length: 400 }, (_, depth) =>
    crashProcess(1000 + depth, 999 + depth, 'sh', 1),
  );
  const [task] = dumpOf({ ...crash, processes }).tasks;
  t.is(deepest(task.processes), 51);
  t.is(countOf(task.processes), 400);
});

test('a chain of 50,000 processes has a dump and a summary', (t) => {
  const processes = Array.from({ length: 50_000 }, (_, depth) =>
    crashProcess(10 + depth, 9 + depth, 'sh', 1),
  );
  t.is(countOf(dumpOf({ ...crash, processes }).tasks[0].processes), 500);
  const summary = crashSummary({ ...crash, processes }, runtime, '/a');
  t.regex(summary, /sh starts itself, 50000 deep/);
});

test('beyond the limit of processes the smallest are only counted', (t) => {
  const processes = Array.from({ length: 30_000 }, (_, index) =>
    crashProcess(10 + index, 1, 'sh', index < 500 ? 2 : 1),
  );
  const [task] = dumpOf({ ...crash, processes }).tasks;
  t.is(countOf(task.processes), 500);
  t.is(task.processCount, 30_000);
  t.deepEqual(task.omitted, { processCount: 29_500, bytes: 29_500 * MB });
});

test('circular parents lose no process', (t) => {
  const processes = [
    crashProcess(1, 2, 'a', 1),
    crashProcess(2, 1, 'b', 1),
    crashProcess(3, 3, 'c', 1),
    crashProcess(4, 1, 'd', 1),
  ];
  t.is(countOf(dumpOf({ ...crash, processes }).tasks[0].processes), 4);
});
