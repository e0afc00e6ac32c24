/** The handle of a running command. */
import type { Result } from '../../result/types.js';
import type { Emitter, RunEvents } from './events.js';
import type { Snapshot } from './snapshot.js';

export interface EndOptions {
  /** Milliseconds between SIGTERM and SIGKILL. */
  graceMs?: number;
  /** Sends SIGKILL at once. Default: false. */
  force?: boolean;
}

/**
 * A running command and the promise of its result. Disposing of it ends the run. `await using` also
 * waits for its end; the end of the block rejects as the promise does, unless the program has
 * awaited or handled that, or has ended the run itself.
 */
export interface Running<Value extends Result = Result>
  extends Promise<Value>,
    Emitter<RunEvents>,
    Disposable,
    AsyncDisposable {
  /**
   * The command's pid. Absent when it did not start, and for a moment when the addon is missing.
   */
  readonly pid: number | undefined;

  /**
   * Ends the command and everything that it started: with SIGTERM, and after the grace with
   * SIGKILL. Returns at once; the promise waits for the end. Safe to call again, with `force` to
   * hurry, and after the end.
   *
   * @throws InvalidOption
   */
  kill(options?: EndOptions): void;

  /**
   * The tree at its last sample; `undefined` once the run has ended, and when it is not measured.
   */
  snapshot(): Snapshot | undefined;
}
