/** The public way to measure a tree that is running already. */
import { checked } from '../../checked.js';
import type { Result } from '../../result/types.js';
import { type Followed, follow } from '../follow.js';
import { attachOptions } from './checked-options.js';
import type { AttachOptions } from './options.js';
import { checkPid } from './pid.js';
import { type Snapshot, snapshotOf } from './snapshot.js';

/**
 * A tree that is being measured, and the promise of its result. Disposing of it ends the measuring
 * and leaves the processes alone; `await using` also waits for the result, and throws where that
 * rejects.
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
    return attached(followed.result, followed);
  } catch (error) {
    return attached(Promise.reject(error), undefined);
  }
}

/** Without `followed` nothing is measured, and the promise rejects. */
function attached(result: Promise<Result>, followed: Followed | undefined): Attached {
  const stop = () => followed?.stop();
  const members: Omit<Attached, keyof Promise<Result>> = {
    stop,
    snapshot() {
      const record = followed?.snapshot();
      return record && snapshotOf(record);
    },
    [Symbol.dispose]: stop,
    // Read where a block begins: from then on its end reports the error.
    get [Symbol.asyncDispose]() {
      result.catch(() => {});
      return async () => {
        stop();
        await result;
      };
    },
  };
  return Object.defineProperties(result, Object.getOwnPropertyDescriptors(members)) as Attached;
}
