/** The public way to measure a tree that is running already. */
import { checked } from '../../checked.js';
import type { Result } from '../../result/types.js';
import { type Followed, follow } from '../follow.js';
import { attachOptions } from './checked-options.js';
import { DisposablePromise } from './disposable-promise.js';
import type { AttachOptions } from './options.js';
import { checkPid } from './pid.js';
import { type Snapshot, snapshotOf } from './snapshot.js';

/**
 * A tree that is being measured, and the promise of its result. Disposing of it ends the measuring
 * and leaves the processes alone. `await using` also waits for the result; the end of the block
 * rejects as the promise does, unless the program has awaited or handled that.
 */
export interface Attached extends Promise<Result>, Disposable, AsyncDisposable {
  /** Ends the measuring; the processes go on. Safe to call again. */
  stop(): void;

  /** The tree at its last sample; `undefined` once the measuring has ended. */
  snapshot(): Snapshot | undefined;
}

/**
 * Measures a process and all its descendants until the process ends or `stop()` is called, and
 * resolves to a result. `result.exit.cause` is `unknown`, since only a parent can tell how a process
 * ended.
 *
 * It rejects with InvalidOption, ProcessNotFound, PermissionDenied, AddonUnavailable or SystemError.
 */
export function attach(pid: number | undefined, options: AttachOptions = {}): Attached {
  try {
    checkPid(pid);
    const followed = follow(pid, checked(attachOptions, options));
    return new AttachHandle(followed.result, followed);
  } catch (error) {
    return new AttachHandle(Promise.reject(error), undefined);
  }
}

class AttachHandle extends DisposablePromise<Result> implements Attached {
  readonly #followed: Followed | undefined;

  /** Without `followed` nothing is measured, and the promise rejects. */
  constructor(result: Promise<Result>, followed: Followed | undefined) {
    super(result);
    this.#followed = followed;
  }

  stop(): void {
    this.#followed?.stop();
  }

  snapshot(): Snapshot | undefined {
    const record = this.#followed?.snapshot();
    return record && snapshotOf(record);
  }

  protected override end(): void {
    this.stop();
  }

  protected override isOwnEnd(): boolean {
    return false;
  }
}
