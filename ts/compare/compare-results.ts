/** Compares results, of one run each or of several. */
import * as z from 'zod/mini';
import { checked } from '../checked.js';
import { UnusableResult } from '../errors.js';
import type { Result, RunMeasures } from '../result/types.js';
import { type Comparison, compare, groupOf } from './comparison.js';
import { measuresOfAll } from './measures.js';
import { mismatchText } from './metric-mismatch.js';
import { checkedResult } from './parse-result.js';

export interface CompareOptions {
  /** What to call the two sides. Default: `before` and `after`. */
  names?: readonly [before: string, after: string];
  /** By how many percent single runs vary; measured where runs are repeated. Default: 10. */
  noisePercent?: number;
}

const name = z.string('must be a string');
const compareOptions = z.strictObject({
  names: z.optional(z.tuple([name, name], 'must be two strings')),
  noisePercent: z.optional(
    z.number('must be a number').check(z.nonnegative('must not be negative')),
  ),
});

/**
 * Compares the memory of two runs, or of two groups of runs: the peak, tasks, stages and processes,
 * each with whether the difference is more than chance.
 *
 * @throws InvalidOption
 * @throws UnusableResult where a side is not a result or has no run that was measured, or where the
 *   two were measured in different metrics
 */
export function compareResults(
  before: Result | readonly Result[],
  after: Result | readonly Result[],
  options: CompareOptions = {},
): Comparison {
  const { names = ['before', 'after'], noisePercent = 10 } = checked(compareOptions, options);
  const measured = [measuredRuns(before, names[0]), measuredRuns(after, names[1])] as const;
  const later = groupOf(names[1], measured[1]);
  const earlier = groupOf(names[0], measured[0], later.metric);
  const mismatch = mismatchText(earlier, later);
  if (mismatch !== undefined) throw new UnusableResult(mismatch);
  return compare(earlier, later, noisePercent);
}

function measuredRuns(results: Result | readonly Result[], name: string): readonly RunMeasures[] {
  const runs = measuresOfAll([results].flat().map((result) => checkedResult(result, name)));
  if (runs.some(({ peak }) => peak !== undefined)) return runs;
  throw new UnusableResult(`${name} has no run that was measured`);
}
