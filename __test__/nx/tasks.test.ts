import test from 'ava';
import type { MeasuredTask } from '../../ts/nx/measure.js';
import { tasksOf } from '../../ts/nx/tasks.js';

const seen = (id: string, rest: Partial<MeasuredTask> = {}): MeasuredTask => ({
  id,
  source: 'nx',
  durationMs: 7,
  processCount: 2,
  totalPeakBytes: 5,
  ...rest,
});
const times = { task: { startTime: 1100, endTime: 1400 } };

function one(status: string, code?: number, measured = [seen('a:build')]) {
  const result = { status, ...(code !== undefined && { code }), ...times };
  const [task] = tasksOf(
    { taskResults: { 'a:build': result }, startTime: 1000 },
    { tasks: measured },
  );
  return task;
}

test('outcome and times come from Nx, memory comes from memtop', (t) => {
  t.deepEqual(one('success', 0), {
    id: 'a:build',
    source: 'nx',
    status: 'ended',
    exit: { code: 0, signal: null, cause: 'exit' },
    startedAtMs: 100,
    durationMs: 300,
    processCount: 2,
    totalPeakBytes: 5,
  });
  t.is(one('failure', 3)?.exit?.code, 3);
  t.is(one('failure', 1)?.exit?.code, null);
  t.is(one('stopped')?.exit?.cause, 'aborted');
  t.is(one('skipped')?.status, 'skipped');
});

test('a cached task has no measurements, whatever was seen', (t) => {
  for (const [status, cache] of [
    ['local-cache', 'local'],
    ['local-cache-kept-existing', 'kept'],
    ['remote-cache', 'remote'],
  ] as const) {
    const task = one(status, 0);
    t.is(task?.status, 'cached');
    t.is(task?.cache, cache);
    t.is(task?.totalPeakBytes, undefined);
  }
});

test('the signal that ended a task is reported, not the exit code Nx derives from it', (t) => {
  const exit = { code: null, signal: 'SIGKILL', cause: 'signal' } as const;
  t.deepEqual(one('failure', 137, [seen('a:build', { exit })])?.exit, exit);
});

test('tasks that only Nx or only memtop has seen are both in the result', (t) => {
  t.is(one('success', 0, [])?.processCount, 0);
  const [untimed] = tasksOf({ taskResults: { 'a:build': { status: 'success' } } }, {});
  t.is(untimed?.durationMs, undefined);
  const tasks = tasksOf({ taskResults: {} }, { tasks: [seen('nx batch', { kind: 'service' })] });
  t.is(tasks[0]?.id, 'nx batch');
});
