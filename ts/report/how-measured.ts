/** How a peak was measured, in a sentence. */
import { metricText } from '../result/metric-names.js';
import type { Peak, Result, Sampling } from '../result/types.js';
import { isOpenAbove, isOpenBelow, uselessBytes } from './certainty.js';
import { formatDuration } from './duration.js';
import { plainText } from './plain-text.js';

/** Whether nothing was missed and the bounds are close, so that nothing needs explaining. */
export function isMeasuredWell({ processes, sampling }: Result, peak: Peak): boolean {
  const { released = 0, lostEvents = 0 } = sampling;
  const isMissing = (processes?.unmeasured ?? 0) > 0 || released > 0 || lostEvents > 0;
  const most = peak.upperBytes ?? Number.POSITIVE_INFINITY;
  const isClose = (isOpen: boolean, bytes: number) => !isOpen || bytes < uselessBytes;
  return (
    !isMissing &&
    isClose(isOpenAbove(peak), most - peak.bytes) &&
    isClose(isOpenBelow(peak), peak.bytes - peak.lowerBytes)
  );
}

export function howMeasured({ sampling, processes }: Result, peak: Peak): string {
  const { method, released = 0, lostEvents = 0, fallbackReason } = sampling;
  const isTraced = method === 'traced';
  const parts = [
    metricText(peak.metric),
    ...(isTraced && released === 0 && lostEvents === 0
      ? ['every process seen']
      : samples(sampling)),
  ];
  if (isTraced && released > 0) parts.push(`traced, but for ${released} of the processes`);
  if (lostEvents > 0) parts.push('the kernel had more process events than it could send');
  if (isOpenAbove(peak) && peak.method !== 'kernel') {
    parts.push('short spikes may be missed');
  }
  if (isOpenBelow(peak)) parts.push('how much the processes share is estimated');
  if (processes && processes.unmeasured > 0) {
    parts.push(`${processes.unmeasured} of ${processes.seen} processes too short-lived to measure`);
  }
  const mayHaveMissedSome = !isTraced || (processes?.unmeasured ?? 0) > 0;
  if (fallbackReason !== undefined && mayHaveMissedSome) parts.push(plainText(fallbackReason));
  return parts.join('; ');
}

function samples({ ticks, intervalMs = 0, maxGapMs }: Sampling): string[] {
  // An interval that the sampler chooses is no round number.
  const every = `${Math.round(intervalMs * 10) / 10}ms`;
  return [
    `${ticks} samples, one every ${every}`,
    ...(maxGapMs === undefined ? [] : [`longest gap ${formatDuration(maxGapMs)}`]),
  ];
}
