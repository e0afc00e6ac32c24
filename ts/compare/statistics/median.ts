/** The median of values, and its confidence interval. */

export interface Interval {
  readonly low: number;
  readonly high: number;
  /** The probability that the true value lies within, from 0 to 1. */
  readonly confidence: number;
}

export function rising(values: readonly number[]): number[] {
  return [...values].sort((one, other) => one - other);
}

export function median(values: readonly number[]): number {
  const sorted = rising(values);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new Error('no values have no median');
  return (lower + upper) / 2;
}

/**
 * The interval that holds the true median of any distribution, between two of the values. Each
 * value is below the median with probability one half, so the number of those is binomial. Few
 * values cannot give the confidence that is asked for; then the interval is their whole range.
 */
export function intervalOfMedian(values: readonly number[], confidence = 0.95): Interval {
  const sorted = rising(values);
  const count = sorted.length;
  if (count === 0) throw new Error('no values have no median');
  let [cut, outside] = [0, 0];
  let probability = 0.5 ** count;
  // `cut` is the number of values that can be left out at each end.
  while (cut < (count - 1) / 2) {
    const next = outside + probability;
    if (2 * next > 1 - confidence) break;
    outside = next;
    cut += 1;
    probability *= (count - cut + 1) / cut;
  }
  // None can be left out: the median is outside the range when all values are on one side of it.
  const missed = cut === 0 ? 0.5 ** count : outside;
  const [from, to] = cut === 0 ? [0, count - 1] : [cut - 1, count - cut];
  return {
    low: sorted[from] as number,
    high: sorted[to] as number,
    confidence: Math.max(0, 1 - 2 * missed),
  };
}
