/** A command that is running, as a program holds it. */
import type { Result } from '../../result/types.js';
import type { RunEventListener, RunEvents } from './events.js';
import type { Snapshot } from './snapshot.js';

export interface EndOptions {
  /** Milliseconds that processes get to end by themselves before they are killed. */
  graceMs?: number;
  /** Kill them at once. Default: false. */
  force?: boolean;
}

/**
 * A command that is running and the promise of its result. Disposing of it ends the run; with
 * `await using` also what comes after waits for that.
 */
export interface Running extends Promise<Result>, Disposable, AsyncDisposable {
  /** The command's pid. Absent when it did not start, and for a moment when the addon is missing. */
  readonly pid: number | undefined;

  /**
   * Ends the command and everything that it started: asks first, then makes them. It does not wait
   * for that; the promise does. Safe to call again, with `force` to hurry, and after the end.
   *
   * @throws InvalidOption
   */
  kill(options?: EndOptions): void;

  /** How things are; `undefined` when it is over or not measured. */
  snapshot(): Snapshot | undefined;

  /**
   * Has a listener called when the guard warns or ends the run, and when a task that was found in it
   * starts and has ended. What it throws becomes a warning of the process; the run goes on.
   *
   * @throws InvalidOption
   */
  on<Name extends keyof RunEvents>(name: Name, listener: RunEventListener<Name>): this;

  /** Has it called no more. Safe to call again. */
  off<Name extends keyof RunEvents>(name: Name, listener: RunEventListener<Name>): this;
}
