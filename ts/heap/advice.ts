/** What `--max-old-space-size` a heap needs, and why. */
import type { HeapNumbers } from './record.js';

const MB = 1024 ** 2;
/**
 * V8 gives up when collections hardly get the old generation below this share of its limit
 * (kHighHeapPercentage in its heap.cc), and spends most of its time on them before it does.
 */
const fullestShare = 0.8;
const stepMegabytes = 16;
const leastMegabytes = 32;

export interface HeapAdvice {
  megabytes: number;
  reason: string;
}

/** From what is known to be live, or else from what was in use. */
export function adviceFor(
  numbers: Pick<HeapNumbers, 'liveBytes' | 'unconfirmedBytes'>,
): HeapAdvice {
  const { liveBytes = 0, unconfirmedBytes } = numbers;
  const isConfirmed = liveBytes >= unconfirmedBytes;
  const most = Math.max(liveBytes, unconfirmedBytes);
  const held = `${Math.ceil(most / MB)}MB`;
  const why = isConfirmed
    ? `${held} were left after a full collection`
    : `${held} were in use, with no full collection after that to tell how much of it was garbage`;
  return {
    megabytes: Math.max(leastMegabytes, roundedUp(most / MB / fullestShare)),
    reason: `${why}; V8 gives up when ${fullestShare * 100} % of the limit stays in use`,
  };
}

/** For a heap that was full, so that it is not known how much it would have needed. */
export function adviceWhenFull(limitBytes: number): HeapAdvice {
  return {
    megabytes: roundedUp((2 * limitBytes) / MB),
    reason: 'it ran out of its heap, so what it needs is not known; this is twice its limit',
  };
}

function roundedUp(megabytes: number): number {
  return Math.ceil(megabytes / stepMegabytes) * stepMegabytes;
}
