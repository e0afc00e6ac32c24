/**
 * The file that each V8 heap of a run writes: a line of numbers, whose fixed length lets one write
 * replace them, and a line of what never changes.
 */

/** Enough for all numbers at their longest. */
export const numbersLength = 400;

export interface HeapNumbers {
  /** The limit of the heap, the young generation included. */
  limitBytes: number;
  /** The most seen in use, garbage included. */
  usedBytes: number;
  /** The most seen set aside for it. */
  committedBytes: number;
  externalBytes: number;
  arrayBuffersBytes: number;
  /** The most that was left after a full collection. */
  liveBytes?: number;
  /** The most seen in use since the last of them; how much of it is garbage is not known. */
  unconfirmedBytes: number;
  /** Full collections that were noticed. */
  fullCollections: number;
  /** How often it was read after its program had started. */
  looks: number;
  hasEnded: boolean;
}

export interface HeapOwner {
  pid: number;
  /** In clock ticks since boot; pid and start time together identify a process. */
  startTicks?: number;
  /** Number of the worker thread; absent for the main thread. */
  worker?: number;
  nodeVersion: string;
  command: string[];
}

export interface HeapRecord extends HeapNumbers, HeapOwner {}

export function numbersLine(numbers: HeapNumbers): string {
  return `${JSON.stringify(numbers).padEnd(numbersLength - 1)}\n`;
}

export function ownerLine(owner: HeapOwner): string {
  return `${JSON.stringify(owner)}\n`;
}

/** Undefined for a file that was not written completely. */
export function readRecord(text: string): HeapRecord | undefined {
  try {
    const [numbers = '', owner = ''] = text.split('\n');
    return { ...JSON.parse(numbers), ...JSON.parse(owner) };
  } catch {
    return undefined;
  }
}
