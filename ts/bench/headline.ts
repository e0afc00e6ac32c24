/** The peak that a bench reports. */
import type { Headline, Result } from '../result/types.js';

/**
 * The kernel's own count of the group, where there is one and it holds the whole run; else the sum
 * over the processes. `baselineBytes` is what else was in the group when the command started.
 */
export function headlineOf({ peak, cgroup }: Result, baselineBytes?: number): Headline | undefined {
  if (cgroup?.peakBytes === undefined || cgroup.escaped > 0) {
    return peak && { bytes: peak.bytes, from: peak.metric };
  }
  return {
    bytes: cgroup.peakBytes,
    from: 'cgroup',
    ...(baselineBytes !== undefined && { baselineBytes }),
    ...(peak && { gapBytes: cgroup.peakBytes - (baselineBytes ?? 0) - peak.bytes }),
  };
}
