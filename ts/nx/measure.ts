/** Measures the process tree of a client of Nx, and the tasks in it. */
import type { Task } from '../result/types.js';
import { MemoryTracker } from '../tracker/api/memory-tracker.js';
import type { TrackedResult } from '../tracker/api/tracked-task.js';

/** What was measured of a task; Nx reports how it ended. */
export type MeasuredTask = Pick<Task, 'id' | 'source' | 'durationMs' | 'processCount'> &
  Partial<Pick<Task, 'kind' | 'exit' | 'startedAtMs' | 'peak' | 'wrappers' | 'totalPeakBytes'>>;

/** The whole tree, and the tasks that were found in it. */
export type MeasuredTree = Pick<
  TrackedResult,
  'peak' | 'processCount' | 'timeline' | 'warnings'
> & {
  readonly tasks?: readonly MeasuredTask[];
};

export interface Measuring {
  /** Notes that Nx has started a process for a task. */
  assign(taskId: string, pid: number): void;
  /** Stops, and returns what was measured. */
  finish(): Promise<MeasuredTree>;
  /** Stops. Safe to call again, and after `finish`. */
  stop(): void;
}

/** @throws what MemoryTracker.track() does */
export function startMeasuring(pid: number): Measuring {
  const tracker = new MemoryTracker();
  const task = tracker.track(pid, { id: 'nx', tasks: true });
  return {
    assign: (taskId, pid) => {
      task.assignToTask(pid, taskId, 'nx');
    },
    finish: () => task.finish(),
    stop: () => tracker[Symbol.dispose](),
  };
}
