/** How far a peak can be trusted, in words. */
import type { Result } from '../result/types.js';
import { formatBytes } from './bytes.js';

export type Peak = Pick<
  NonNullable<Result['peak']>,
  'bytes' | 'upperBytes' | 'highestRssBytes' | 'metric'
>;

/** A bound that is this many times as high tells nothing; the result has it all the same. */
const worthlessBound = 3;
/** Up to this the bound is told as a part of the peak. */
const narrowBound = 1.1;
/** A difference of less is of no use to anybody. */
export const uselessBytes = 8 * 1024 ** 2;
/** From this factor on the difference between two ways to count is told. */
const worthSaying = 1.05;

/** The upper bound where it tells something. */
export function usefulBound({ bytes, upperBytes }: Peak): number | undefined {
  const isUseful = upperBytes !== undefined && upperBytes <= bytes * worthlessBound;
  return isUseful ? Math.max(bytes, upperBytes) : undefined;
}

/** Such as `1.4GB, exact`, `359.1MB, at most 743.3MB` or `at least 1.4GB`. */
export function peakText(peak: Peak): string {
  const shown = formatBytes(peak.bytes);
  const bound = usefulBound(peak);
  if (bound === undefined) return `at least ${shown}`;
  if (bound <= peak.bytes) return `${shown}, exact`;
  if (bound > peak.bytes * narrowBound) return `${shown}, at most ${formatBytes(bound)}`;
  return `${shown}, exact within ${Math.ceil((bound / peak.bytes - 1) * 100)}%`;
}

/** What it would be if memory that processes share counted in each; nothing where it is the same. */
export function sharingText(peak: Peak): string | undefined {
  const { bytes, highestRssBytes } = peak;
  if (highestRssBytes <= bytes * worthSaying || highestRssBytes - bytes < uselessBytes) {
    return undefined;
  }
  const shown = formatBytes(highestRssBytes);
  const isSaid = formatBytes(usefulBound(peak) ?? 0) === shown;
  return isSaid ? undefined : `${shown} if shared memory is counted in each process`;
}

/** Whether more than the peak itself must be told of how it was measured. */
export function isUncertain(peak: Peak): boolean {
  const bound = usefulBound(peak);
  return bound === undefined || bound > peak.bytes * narrowBound;
}
