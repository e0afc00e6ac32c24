/** How far a peak can be trusted, in words. */
import type { Peak } from '../result/types.js';
import { formatBytes } from './bytes.js';

type Estimate = Pick<Peak, 'bytes' | 'lowerBytes' | 'upperBytes' | 'highestRssBytes' | 'metric'>;

/** A bound that is this many times as high tells nothing; the result has it all the same. */
const worthlessBound = 3;
/** Up to this part of the peak, what separates it from its bounds is told as that part. */
const narrow = 0.1;
/** A difference of less is of no use to anybody. */
export const uselessBytes = 8 * 1024 ** 2;
/** From this factor on the difference between two ways to count is told. */
const worthSaying = 1.05;

/** The upper bound where it tells something. */
export function usefulBound({ bytes, upperBytes }: Estimate): number | undefined {
  const isUseful = upperBytes !== undefined && upperBytes <= bytes * worthlessBound;
  return isUseful ? Math.max(bytes, upperBytes) : undefined;
}

/** Such as `1.4GB, exact`, `359.1MB, at most 743.3MB`, `at least 1.4GB`, `about 1.4GB, 1GB to 2GB`. */
export function peakText(peak: Estimate): string {
  const { bytes, lowerBytes } = peak;
  const shown = formatBytes(bytes);
  const lower = formatBytes(lowerBytes);
  const bound = usefulBound(peak);
  const above = bound === undefined ? Number.POSITIVE_INFINITY : (bound - bytes) / bytes;
  const below = (bytes - lowerBytes) / bytes;
  const most = Math.max(above, below);
  if (!(most > 0)) return `${shown}, exact`;
  if (most <= narrow) return `${shown}, exact within ${Math.ceil(most * 100)}%`;
  if (bound === undefined) {
    return lower === shown ? `at least ${shown}` : `about ${shown}, at least ${lower}`;
  }
  const upper = formatBytes(bound);
  return below > narrow ? `about ${shown}, ${lower} to ${upper}` : `${shown}, at most ${upper}`;
}

/** What it would be if memory that processes share counted in each; nothing where it is the same. */
export function sharingText(peak: Estimate): string | undefined {
  const { bytes, highestRssBytes } = peak;
  if (highestRssBytes <= bytes * worthSaying || highestRssBytes - bytes < uselessBytes) {
    return undefined;
  }
  const shown = formatBytes(highestRssBytes);
  const isSaid = formatBytes(usefulBound(peak) ?? 0) === shown;
  return isSaid ? undefined : `${shown} if shared memory is counted in each process`;
}

/** Whether it may have been much higher than what was seen. */
export function isOpenAbove(peak: Estimate): boolean {
  const bound = usefulBound(peak);
  return bound === undefined || bound > peak.bytes * (1 + narrow);
}

/** Whether it may have been much lower, since it is not known how much processes share. */
export function isOpenBelow({ bytes, lowerBytes }: Estimate): boolean {
  return lowerBytes < bytes * (1 - narrow);
}
