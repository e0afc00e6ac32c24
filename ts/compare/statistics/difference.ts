/** By how much two groups differ, however few values they have. */
import type { Interval } from './median.js';
import { type Shift, shift } from './shift.js';
import { pooledDeviation } from './spread.js';
import { studentQuantile } from './student.js';

/**
 * Where ranks give no interval, as with three values of each, the values are assumed to be normally
 * distributed. Two single values have no interval.
 */
export function difference(
  before: readonly number[],
  after: readonly number[],
  confidence = 0.95,
): Shift {
  const { by, interval } = shift(before, after, confidence);
  const known = interval ?? normalInterval(by, before, after, confidence);
  return known ? { by, interval: known } : { by };
}

function normalInterval(
  by: number,
  before: readonly number[],
  after: readonly number[],
  confidence: number,
): Interval | undefined {
  const pooled = pooledDeviation([before, after]);
  if (!pooled) return undefined;
  const error = pooled.deviation * Math.sqrt(1 / before.length + 1 / after.length);
  const reach = studentQuantile((1 + confidence) / 2, pooled.freedom) * error;
  return { low: by - reach, high: by + reach, confidence };
}
