/** Results named on the command line. */
import { filesIn } from '../compare/files.js';
import { type RunSource, resultsFrom } from '../compare/source.js';
import { UnusableResult } from '../errors.js';
import { storedIn } from '../history/source.js';
import type { Result } from '../result/types.js';
import { exitCodes } from './exit-code.js';
import { say } from './write.js';

/** Finds results in files and in the store; `folder` holds the results that labels name. */
export function resultsNamed(
  folder: string,
  store: string | undefined,
): (reference: string) => Promise<readonly Result[]> {
  const sources: readonly RunSource[] = [
    filesIn(folder),
    ...(store === undefined ? [] : [storedIn(store)]),
  ];
  return (reference) => resultsFrom(reference, sources);
}

/** Reports a result that cannot be used as a usage error. */
export async function reportingUnusable(compared: () => Promise<number>): Promise<number> {
  try {
    return await compared();
  } catch (error) {
    if (!(error instanceof UnusableResult)) throw error;
    say(`memtop: ${error.message}`);
    return exitCodes.usage;
  }
}
