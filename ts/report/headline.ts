/** The first sentence about a run. */
import type { Result } from '../result/types.js';
import { peakText, sharingText } from './certainty.js';
import { formatDuration } from './duration.js';

/** Such as `peak 1.4GB, exact, at 12.3s of 20.1s`; undefined for a command that did not start. */
export function headline({ run, peak, exit, processes }: Result): string | undefined {
  const took = formatDuration(run.durationMs);
  if (peak) {
    const text = `peak ${peakText(peak)}, at ${formatDuration(peak.atMs)} of ${took}`;
    return [text, sharingText(peak)].filter(Boolean).join('; ');
  }
  if (exit.cause === 'not-started') return undefined;
  const why = processes
    ? 'the command ended before its memory was read once'
    : 'nothing was measured';
  return `no peak: ${why}; took ${took}`;
}
