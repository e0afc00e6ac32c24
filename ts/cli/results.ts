/** The results that the words of a command line name. */
import { filesIn } from '../compare/files.js';
import { type RunSource, resultsOf } from '../compare/source.js';
import { UnusableResult } from '../errors.js';
import { storedIn } from '../history/source.js';
import type { Result } from '../result/types.js';
import { exitCodes } from './exit-code.js';
import { say } from './write.js';

/** Finds results: in files, `folder` being where those are that a label names, and in the store. */
export function resultsNamed(
  folder: string,
  store: string | undefined,
): (reference: string) => Promise<readonly Result[]> {
  const sources: readonly RunSource[] = [
    filesIn(folder),
    ...(store === undefined ? [] : [storedIn(store)]),
  ];
  return (reference) => resultsOf(reference, sources);
}

/** What is named and cannot be read is said, and is no result of a comparison. */
export async function unlessUnusable(compared: () => Promise<number>): Promise<number> {
  try {
    return await compared();
  } catch (error) {
    if (!(error instanceof UnusableResult)) throw error;
    say(`memtop: ${error.message}`);
    return exitCodes.usage;
  }
}
