/** Where results are found that somebody names. */
import { MemtopError } from '../errors.js';
import type { Result } from '../result/types.js';

export interface RunSource {
  /**
   * The results that a name stands for; none where this source does not know it.
   *
   * @throws UnusableResult where it knows it and cannot read it
   */
  resultsOf(reference: string): Promise<readonly Result[]>;
  /** Where it has looked, for who has to be told that nothing is there. */
  lookedAt(reference: string): readonly string[];
}

/** What was named is no result that can be compared. */
export class UnusableResult extends MemtopError {
  readonly code = 'UnusableResult';
}

/**
 * Asks one source after the other.
 *
 * @throws UnusableResult that lists what was looked for
 */
export async function resultsOf(
  reference: string,
  sources: readonly RunSource[],
): Promise<readonly Result[]> {
  for (const source of sources) {
    const found = await source.resultsOf(reference);
    if (found.length > 0) return found;
  }
  const places = sources.flatMap((source) => source.lookedAt(reference));
  throw new UnusableResult(
    `there is no result ${JSON.stringify(reference)}: looked for ${places.join(', ')}`,
  );
}
