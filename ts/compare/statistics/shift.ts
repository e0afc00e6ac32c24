/** By how much the values of one group exceed those of another: the Hodges-Lehmann estimate. */
import { type Interval, median, rising } from './median.js';
import { rankSumBelow } from './rank-sum.js';

export interface Shift {
  readonly by: number;
  /** Absent where the groups are too small for the confidence that is asked for. */
  readonly interval?: Interval;
}

/**
 * The interval holds every shift that the Mann-Whitney test would not reject, so it excludes 0
 * exactly where that test finds a difference.
 */
export function shift(
  before: readonly number[],
  after: readonly number[],
  confidence = 0.95,
): Shift {
  const differences = rising(after.flatMap((late) => before.map((early) => late - early)));
  const by = median(differences);
  let cut = 0;
  let missed = 0;
  for (;;) {
    const next = rankSumBelow(cut, before.length, after.length);
    if (2 * next > 1 - confidence || cut >= differences.length / 2) break;
    missed = next;
    cut += 1;
  }
  if (cut === 0) return { by };
  return {
    by,
    interval: {
      low: differences[cut - 1] as number,
      high: differences[differences.length - cut] as number,
      confidence: 1 - 2 * missed,
    },
  };
}
