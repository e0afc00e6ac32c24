/** What a run rejects with when its failure is to be an exception. */
import { MemtopError } from '../../errors.js';
import { failureText } from '../../report/failure.js';
import type { Result } from '../../result/types.js';

/** The command has failed. All keys of the result can be read on the error, too. */
export interface RunFailed extends Readonly<Result> {}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor defines all of them
export class RunFailed extends MemtopError {
  readonly code = 'RunFailed';
  declare readonly result: Result;

  constructor(result: Result) {
    super(failureText(result));
    // Not enumerable: who prints the error wants a sentence and not a timeline.
    for (const [key, value] of Object.entries({ ...result, result })) {
      Object.defineProperty(this, key, { value });
    }
  }
}
