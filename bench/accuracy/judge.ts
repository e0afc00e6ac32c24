/** How right a reading is. */
import { median } from '../../ts/compare/statistics/median.js';

/** What memtop says of one run; without an upper bound there may be any amount. */
export interface Reading {
  readonly bytes: number;
  readonly lowerBytes?: number | undefined;
  readonly upperBytes?: number | undefined;
  /** What is true of this very run. */
  readonly truthBytes: number;
  /** For so long nobody looked at what is true. */
  readonly unwatchedMs: number;
}

/** Of bare runs of a program: they vary. */
export interface BareRange {
  readonly leastBytes: number;
  readonly medianBytes: number;
  readonly mostBytes: number;
}

const bracketSlack = 0.01;
/** A group's statistics lag behind by up to 64 pages a processor (MEMCG_CHARGE_BATCH). */
const countedLateBytes = 512 * 1024;
/** Stands for a bracket without an upper end; a median can be taken of it. */
const unbounded = Number.MAX_VALUE;

export function rangeOf(bare: readonly number[]): BareRange {
  return {
    leastBytes: Math.min(...bare),
    medianBytes: median(bare),
    mostBytes: Math.max(...bare),
  };
}

/** The headline over the truth. */
export function deviation({ bytes, truthBytes }: Reading): number {
  return bytes / truthBytes - 1;
}

/** Whether the headline is at most this share away from the truth. */
export function isWithin(share: number, { bytes, truthBytes }: Reading): boolean {
  return Math.abs(bytes - truthBytes) <= truthBytes * share + countedLateBytes;
}

/** Whether the headline is at most this share away from what a bare run needed. */
export function isWithinBare(share: number, { bytes }: Reading, bare: BareRange): boolean {
  return (
    bytes >= bare.leastBytes * (1 - share) - countedLateBytes &&
    bytes <= bare.mostBytes * (1 + share) + countedLateBytes
  );
}

export function bracketHolds(reading: Reading): boolean {
  const { lowerBytes = reading.bytes, upperBytes = unbounded, truthBytes } = reading;
  return (
    lowerBytes <= truthBytes * (1 + bracketSlack) + countedLateBytes &&
    upperBytes >= truthBytes * (1 - bracketSlack) - countedLateBytes
  );
}

export function widthOverTruth(reading: Reading): number {
  const { lowerBytes = reading.bytes, upperBytes, truthBytes } = reading;
  return upperBytes === undefined ? unbounded : (upperBytes - lowerBytes) / truthBytes;
}

export function isUnbounded(width: number): boolean {
  return width === unbounded;
}

/** How far readings of the same program are apart, beside what the program itself varies by. */
export function spread(readings: readonly Reading[]): number {
  const off = readings.map(deviation);
  return Math.max(...off) - Math.min(...off);
}
