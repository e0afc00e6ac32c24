/** How much memory a container should be given to run the same again. */
import type { Result } from '../result/types.js';
import { formatBytes } from './bytes.js';
import { usefulBound } from './certainty.js';

const MB = 1024 ** 2;
const GB = 1024 * MB;

export interface ContainerLimit {
  readonly bytes: number;
  /** Where it comes from: a part of a sentence. */
  readonly reason: string;
}

/** What runs differ by, and what a container counts beside: the kernel's own memory and files. */
const margin = { factor: 1.25, text: 'a quarter more' };
/** Where the peak may have been higher than what was seen. */
const widerMargin = { factor: 1.5, text: 'half as much again, since more may have been missed' };
/** Up to so much, the limit is a multiple of that. */
const steps = [
  { upTo: GB, step: 32 * MB },
  { upTo: 4 * GB, step: 128 * MB },
  { upTo: 16 * GB, step: 512 * MB },
  { upTo: Number.POSITIVE_INFINITY, step: GB },
];

/** Nothing for a run that was cut short: it would have needed more. */
export function containerLimit(result: Result): ContainerLimit | undefined {
  const need = needOf(result);
  if (!need || result.exit.cause !== 'exit' || result.oom) return undefined;
  const { bytes, what, note = '', more } = need;
  return {
    bytes: roundedUp(bytes * more.factor),
    reason: `${what} ${formatBytes(bytes)}${note} and ${more.text}, rounded up`,
  };
}

/** Exact, as people give it to a container: a whole number of MB, or of GB and halves. */
export function limitText({ bytes }: ContainerLimit): string {
  return bytes % (GB / 2) === 0 && bytes >= GB ? formatBytes(bytes) : `${bytes / MB}MB`;
}

interface Need {
  readonly bytes: number;
  readonly what: string;
  readonly note?: string;
  readonly more: typeof margin;
}

/**
 * At most the upper bound. The kernel's count of a group has no gaps, and what it holds of files can
 * be given back; so the larger of that and of what was seen is enough where it is lower.
 */
function needOf({ peak, cgroup }: Result): Need | undefined {
  if (!peak) return undefined;
  const candidates: Need[] = [];
  const bound = usefulBound(peak);
  if (bound !== undefined) {
    const what = bound > peak.bytes ? 'the peak of at most' : 'the peak of';
    candidates.push({ bytes: bound, what, more: margin });
  }
  if (cgroup?.peakBytes !== undefined && cgroup.escaped === 0) {
    const counted = cgroup.peakBytes - (cgroup.fileBytes ?? 0);
    candidates.push(
      counted > peak.bytes
        ? { bytes: counted, what: "the kernel's count of", more: margin }
        : {
            bytes: peak.bytes,
            what: 'the peak of',
            note: ' (the kernel counted no more)',
            more: margin,
          },
    );
  }
  const [least] = candidates.sort((one, other) => one.bytes - other.bytes);
  return least ?? { bytes: peak.bytes, what: 'the peak of', more: widerMargin };
}

function roundedUp(bytes: number): number {
  const step = steps.find(({ upTo }) => bytes <= upTo)?.step ?? GB;
  return Math.max(1, Math.ceil(bytes / step)) * step;
}
