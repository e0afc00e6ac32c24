/** How far a peak can be trusted, in words. */
import type { Peak } from '../result/types.js';
import { formatBytes } from './bytes.js';

type Estimate = Pick<Peak, 'bytes' | 'lowerBytes' | 'upperBytes' | 'highestRssBytes' | 'metric'>;

/** An upper bound this many times the peak says nothing; only the result keeps it. */
const worthlessBound = 3;
/** Up to this share of the peak, the distance to its bounds is given in percent. */
const narrow = 0.1;
/** A smaller difference is not worth a line. */
export const uselessBytes = 8 * 1024 ** 2;
/** From this factor on, the difference between two ways to count is shown. */
const worthSaying = 1.05;

/** The upper bound, if it is close enough to say something. */
export function usefulBound({ bytes, upperBytes }: Estimate): number | undefined {
  const isUseful = upperBytes !== undefined && upperBytes <= bytes * worthlessBound;
  return isUseful ? Math.max(bytes, upperBytes) : undefined;
}

/** Such as `1.4GB, exact`, `359.1MB, at most 743.3MB` or `about 1.4GB, 1GB to 2GB`. */
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

/** The peak with shared memory counted in each process, if that differs. */
export function sharingText(peak: Estimate): string | undefined {
  const { bytes, highestRssBytes } = peak;
  if (highestRssBytes <= bytes * worthSaying || highestRssBytes - bytes < uselessBytes) {
    return undefined;
  }
  const shown = formatBytes(highestRssBytes);
  const isUpperBound = formatBytes(usefulBound(peak) ?? 0) === shown;
  return isUpperBound ? undefined : `${shown} if shared memory is counted in each process`;
}

/** Whether the true peak may be much higher. */
export function isOpenAbove(peak: Estimate): boolean {
  const bound = usefulBound(peak);
  return bound === undefined || bound > peak.bytes * (1 + narrow);
}

/** Whether the true peak may be much lower, as processes may share more than is known. */
export function isOpenBelow({ bytes, lowerBytes }: Estimate): boolean {
  return lowerBytes < bytes * (1 - narrow);
}
