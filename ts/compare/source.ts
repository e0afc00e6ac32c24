/** Where results are looked up by name. */
import { UnusableResult } from '../errors.js';
import type { Result } from '../result/types.js';

export interface RunSource {
  /**
   * The results that a name stands for; none where this source does not know it.
   *
   * @throws UnusableResult where there is one and it cannot be read
   */
  resultsOf(reference: string): Promise<readonly Result[]>;
  /** Where it has looked, for the message that nothing was found. */
  lookedAt(reference: string): readonly string[];
}

/**
 * Asks each source in turn.
 *
 * @throws UnusableResult that lists where it was looked for
 */
export async function resultsFrom(
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
