/** Joins what was seen of the tasks of a run with what their runner has recorded. */
import type { Result, Task } from '../../result/types.js';
import type { RecordedTask } from './record.js';

export function withRecords(result: Result, records: readonly RecordedTask[]): Result {
  const tasks = tasksWith(result.tasks ?? [], records, Date.parse(result.run.startedAt));
  return tasks.length > 0 ? { ...result, tasks } : result;
}

/** Tasks that a cache served come last. Tasks that ran and were not seen are not added. */
export function tasksWith(
  seen: readonly Task[],
  records: readonly RecordedTask[],
  runStartMs: number,
): Task[] {
  const byKey = new Map(records.map((record) => [keyOf(record), record]));
  const tasks = seen.map((task) => {
    const record = byKey.get(keyOf(task));
    byKey.delete(keyOf(task));
    return record ? withExit(task, record) : task;
  });
  tasks.push(...[...byKey.values()].flatMap((record) => cachedTask(record, runStartMs)));
  return tasks;
}

/** For a task that was only sampled, so that memtop does not know how it ended. */
function withExit(task: Task, { cache, code }: RecordedTask): Task {
  if (task.exit || task.status !== 'ended' || cache !== undefined || code === undefined)
    return task;
  return { ...task, exit: { code, signal: null, cause: 'exit' } };
}

function cachedTask({ id, source, cache, ...span }: RecordedTask, runStartMs: number): Task[] {
  if (cache === undefined) return [];
  return [
    {
      id,
      source,
      status: 'cached',
      cache,
      startedAtMs: Math.max(0, span.startMs - runStartMs),
      durationMs: span.endMs - span.startMs,
      processCount: 0,
    },
  ];
}

/** The same for Nx and Lerna, some of whose tasks cannot be told apart. */
function keyOf({ id, source }: { id: string; source: string }): string {
  return `${source === 'lerna' ? 'nx' : source} ${id}`;
}
