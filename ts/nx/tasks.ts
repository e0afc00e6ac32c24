/** Joins what Nx reports of its tasks with what was measured of them. */
import type { Exit, Task } from '../result/types.js';
import type { NxTaskResult, RunContext } from './context.js';
import type { MeasuredTask, MeasuredTree } from './measure.js';

type Reported = Pick<Task, 'status' | 'cache' | 'exit'>;

/** In the order in which Nx reports them; tasks that only memtop has seen come last. */
export function tasksOf(
  { taskResults = {}, startTime = 0 }: Pick<RunContext, 'taskResults' | 'startTime'>,
  measured: Pick<MeasuredTree, 'tasks'>,
): Task[] {
  const seen = new Map(measured.tasks?.map((task) => [task.id, task]));
  const reported = Object.entries(taskResults).map(([id, result]) => {
    const task = seen.get(id);
    seen.delete(id);
    return taskOf(id, result, task, startTime);
  });
  // Nx ends its own helpers with a signal, which says nothing about their work.
  const unreported = [...seen.values()].map(({ exit: _seenExit, ...task }): Task => {
    return { ...task, status: 'ended' };
  });
  return [...reported, ...unreported];
}

function taskOf(
  id: string,
  result: NxTaskResult,
  seen: MeasuredTask | undefined,
  runStart: number,
): Task {
  const { startTime, endTime } = result.task ?? {};
  const reported = reportedOf(result, seen?.exit);
  const { exit: _seenExit, ...ran } = seen ?? {};
  return {
    processCount: 0,
    // A process that restores a cached task is not the task.
    ...(reported.status === 'ended' && ran),
    id,
    source: 'nx',
    ...reported,
    ...(startTime !== undefined && { startedAtMs: Math.max(0, startTime - runStart) }),
    ...(startTime !== undefined &&
      endTime !== undefined && { durationMs: Math.max(0, endTime - startTime) }),
  };
}

function reportedOf({ status, code }: NxTaskResult, seen: Exit | undefined): Reported {
  switch (status) {
    case 'local-cache':
      return { status: 'cached', cache: 'local', exit: exitWith(code ?? 0) };
    case 'local-cache-kept-existing':
      return { status: 'cached', cache: 'kept', exit: exitWith(code ?? 0) };
    case 'remote-cache':
      return { status: 'cached', cache: 'remote', exit: exitWith(code ?? 0) };
    case 'skipped':
      return { status: 'skipped' };
    case 'stopped':
      return { status: 'ended', exit: { code: null, signal: null, cause: 'aborted' } };
    case 'success':
      return { status: 'ended', exit: exitWith(code ?? 0) };
    case 'failure':
      // Nx reports 1 for every failure; the exit that was seen is more precise.
      return {
        status: 'ended',
        exit: seen && seen.code !== 0 ? seen : exitWith(code === 1 ? null : (code ?? null)),
      };
    default:
      return { status: 'ended' };
  }
}

function exitWith(code: number | null): Exit {
  return { code, signal: null, cause: 'exit' };
}
