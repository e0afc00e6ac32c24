/** The handle of a tracked tree. */
import type { TaskResult } from '../../result/task.js';
import type { Emitter, GuardEvents } from './events.js';
import type { EndOptions } from './running.js';
import type { Snapshot } from './snapshot.js';

/** The result of one tracked tree, with the tasks in it where `tasks` was set. */
export interface TrackedResult extends TaskResult {
  tasks?: TaskResult[];
}

/**
 * Disposing of it stops tracking; the process goes on. `await using` also waits for processes that
 * are being ended.
 */
export interface TrackedTask extends Emitter<GuardEvents>, Disposable, AsyncDisposable {
  readonly id: string;
  readonly pid: number;

  /** The tree at its last sample; `undefined` once tracking has stopped. */
  snapshot(): Snapshot | undefined;

  /**
   * Assigns a process in the tree, and its descendants, to a task, where `tasks` was set. The rules
   * of task runners are not applied to it then. `source` is a known task runner; default: memtop.
   * Returns whether the process is in the tree.
   *
   * @throws InvalidOption
   */
  assignToTask(pid: number, id: string, source?: string): boolean;

  /**
   * Ends the process and all its descendants: with SIGTERM, and after the grace with SIGKILL.
   * Returns at once; `finish()` waits for the end. This program and its ancestors are left alone.
   * Safe to call again, with `force` to hurry; does nothing once tracking has stopped.
   *
   * @throws InvalidOption
   */
  kill(options?: EndOptions): void;

  /**
   * Stops tracking and resolves to the result, once processes that are being ended have ended.
   * Called again, it resolves to the same.
   *
   * @throws SystemError when the sampling thread has failed
   */
  finish(): Promise<TrackedResult>;
}
