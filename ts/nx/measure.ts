/** Measures the tree of a process of Nx, and the tasks in it. */
import type { Task } from '../result/types.js';
import { MemoryTracker } from '../tracker/api/memory-tracker.js';
import type { TrackedResult } from '../tracker/api/tracked-task.js';

/** What was seen of a task; Nx knows how it went. */
export type MeasuredTask = Pick<Task, 'id' | 'source' | 'durationMs' | 'processCount'> &
  Partial<Pick<Task, 'kind' | 'exit' | 'startedAtMs' | 'peak' | 'wrappers' | 'totalPeakBytes'>>;

/** The whole tree, and the tasks that were told apart in it. */
export type Measured = Pick<TrackedResult, 'peak' | 'processCount' | 'timeline' | 'warnings'> & {
  readonly tasks?: readonly MeasuredTask[];
};

export interface Measuring {
  /** Nx has said for which of its tasks a process was started. */
  tell(taskId: string, pid: number): void;
  /** Stops and tells. */
  finish(): Promise<Measured>;
  /** Stops. Safe to call again, and after `finish`. */
  stop(): void;
}

/** @throws what MemoryTracker.track() does */
export function startMeasuring(pid: number): Measuring {
  const tracker = new MemoryTracker();
  const task = tracker.track(pid, { id: 'nx', tasks: true });
  return {
    tell: (taskId, pid) => {
      task.tellTask(pid, taskId, 'nx');
    },
    finish: () => task.finish(),
    stop: () => tracker[Symbol.dispose](),
  };
}
