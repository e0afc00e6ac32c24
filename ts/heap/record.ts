/**
 * The file that each V8 heap of a run keeps: a line of numbers, of a fixed length so that newer ones
 * take the place of older ones with one write, and a line of what never changes.
 */

/** Long enough for every number at its longest. */
export const numbersLength = 400;

export interface HeapNumbers {
  /** How large the heap may become, the young generation included. */
  limitBytes: number;
  /** The most that was seen in use, garbage included. */
  usedBytes: number;
  /** The most that was seen set aside for it. */
  committedBytes: number;
  externalBytes: number;
  arrayBuffersBytes: number;
  /** The most that a full collection was seen to leave behind. */
  liveBytes?: number;
  /** The most that was seen since the last of them: nobody knows how much of it is garbage. */
  unconfirmedBytes: number;
  /** Full collections that were noticed. */
  fullCollections: number;
  /** Times that it was looked at since its program was started. */
  looks: number;
  hasEnded: boolean;
}

export interface HeapOwner {
  pid: number;
  /** In clock ticks since the machine started: with the pid it names a process and no other. */
  startTicks?: number;
  /** Of a worker thread; absent for the main one. */
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

/** Nothing for a file that was not written to its end. */
export function readRecord(text: string): HeapRecord | undefined {
  try {
    const [numbers = '', owner = ''] = text.split('\n');
    return { ...JSON.parse(numbers), ...JSON.parse(owner) };
  } catch {
    return undefined;
  }
}
