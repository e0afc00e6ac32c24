/** The middle of some values, and what lies around it. */

export interface Interval {
  readonly low: number;
  readonly high: number;
  /** How probable it is that the truth lies within, from 0 to 1. */
  readonly confidence: number;
}

export function rising(values: readonly number[]): number[] {
  return [...values].sort((one, other) => one - other);
}

export function median(values: readonly number[]): number {
  const sorted = rising(values);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new Error('there is no median of nothing');
  return (lower + upper) / 2;
}

/**
 * Where the true median lies, whatever the distribution: between two of the values themselves. A
 * value is below it with probability one half, so how many are is binomial. Few values cannot
 * give the confidence that is asked for; then it is that of their whole range.
 */
export function intervalOfMedian(values: readonly number[], confidence = 0.95): Interval {
  const sorted = rising(values);
  const count = sorted.length;
  if (count === 0) throw new Error('there is no median of nothing');
  let [cut, outside] = [0, 0];
  let probability = 0.5 ** count;
  // So many values may be left out at each end.
  while (cut < (count - 1) / 2) {
    const next = outside + probability;
    if (2 * next > 1 - confidence) break;
    outside = next;
    cut += 1;
    probability *= (count - cut + 1) / cut;
  }
  // None could be left out: the median is outside of all values when all are on one side of it.
  const missed = cut === 0 ? 0.5 ** count : outside;
  const [from, to] = cut === 0 ? [0, count - 1] : [cut - 1, count - cut];
  return {
    low: sorted[from] as number,
    high: sorted[to] as number,
    confidence: Math.max(0, 1 - 2 * missed),
  };
}
