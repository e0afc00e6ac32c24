/** What a run rejects with. Each of these errors also has the keys of the result. */
import { MemtopError } from '../../errors.js';
import { failureText } from '../../report/failure.js';
import type { Result } from '../../result/types.js';
import type { Captured } from './capture.js';

// biome-ignore lint/correctness/noUnusedVariables: it merges with the class below
interface ResultError extends Readonly<Result & Partial<Captured>> {}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor defines all of them
abstract class ResultError extends MemtopError {
  declare readonly result: Result;

  constructor(result: Result, options?: ErrorOptions) {
    super(failureText(result), options);
    // Not enumerable: a printed error is a sentence and not a timeline.
    for (const [key, value] of Object.entries({ ...result, result })) {
      Object.defineProperty(this, key, { value });
    }
  }
}

/** The command has failed, and `rejectOnFailure` was set. */
export class RunFailed extends ResultError {
  readonly code = 'RunFailed';
}

/**
 * The run was aborted by its `signal`. As with Node's own, the name is `AbortError`, the code
 * `ABORT_ERR` and `cause` the reason of the signal.
 */
export class AbortError extends ResultError {
  readonly code = 'ABORT_ERR';

  override get name(): string {
    return 'AbortError';
  }
}
