/** How much values vary, and which of them are outliers. */
import { median } from './median.js';

/** Makes the median of absolute deviations comparable with a standard deviation. */
const ofMedianDeviation = 1.4826;
/** The same for the mean of absolute deviations. */
const ofMeanDeviation = 1.2533;
/** A value that is more deviations away is an outlier: Iglewicz and Hoaglin, 1993. */
const farOut = 3.5;
/** With fewer values an outlier cannot be told from the others. */
const fewestForOutliers = 5;

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Sum of squared deviations from the mean. */
function squares(values: readonly number[]): number {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
}

/** The standard deviation within the groups. Undefined when none has two values. */
export function pooledDeviation(
  groups: readonly (readonly number[])[],
): { deviation: number; freedom: number } | undefined {
  const freedom = groups.reduce((sum, { length }) => sum + Math.max(0, length - 1), 0);
  if (freedom === 0) return undefined;
  const total = groups.reduce((sum, values) => sum + (values.length > 0 ? squares(values) : 0), 0);
  return { deviation: Math.sqrt(total / freedom), freedom };
}

/** A standard deviation that a few outliers do not affect. */
export function robustDeviation(values: readonly number[]): number {
  const middle = median(values);
  const deviations = values.map((value) => Math.abs(value - middle));
  return ofMedianDeviation * median(deviations) || ofMeanDeviation * mean(deviations);
}

/** The indexes of the outliers. */
export function outliers(values: readonly number[]): number[] {
  if (values.length < fewestForOutliers) return [];
  const middle = median(values);
  const deviation = robustDeviation(values);
  return values.flatMap((value, index) =>
    Math.abs(value - middle) > farOut * deviation ? [index] : [],
  );
}
