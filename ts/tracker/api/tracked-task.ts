/** One tree that is being tracked, as a program holds it. */
import type { TaskResult } from '../../result/task.js';
import type { Emitter, GuardEvents } from './events.js';
import type { EndOptions } from './running.js';
import type { Snapshot } from './snapshot.js';

/** What is known of one tracked tree, and of the tasks in it where they were to be told apart. */
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

  /** How things are; `undefined` when it is tracked no more. */
  snapshot(): Snapshot | undefined;

  /**
   * Says which task a process in the tree is for, and whatever that one starts, where tasks are told
   * apart. What the process shows of itself is not asked then. `source` is one of the task runners
   * that are known, by default memtop. Returns whether the process is there.
   *
   * @throws InvalidOption
   */
  tellTask(pid: number, id: string, source?: string): boolean;

  /**
   * Ends the process and everything that it has started: asks first, then makes them. It does not
   * wait for that; `finish()` does. This program and those that it runs in are left alone. Safe to
   * call again, with `force` to hurry; does nothing when it is tracked no more.
   *
   * @throws InvalidOption
   */
  kill(options?: EndOptions): void;

  /**
   * Stops to track it and tells what is known, once those that are being ended have ended. Called
   * again it tells the same.
   *
   * @throws SystemError when the sampling has ended by a fault of its own
   */
  finish(): Promise<TrackedResult>;
}
