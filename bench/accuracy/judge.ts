/** Judges a reading by the truth. */
import { median } from '../../ts/compare/statistics/median.js';

/** memtop's figures for one run; without an upper bound, the peak may be any amount. */
export interface Reading {
  readonly bytes: number;
  readonly lowerBytes?: number | undefined;
  readonly upperBytes?: number | undefined;
  /** The truth of this very run. */
  readonly truthBytes: number;
  /** The longest gap in measuring the truth. */
  readonly unwatchedMs: number;
}

/** Of bare runs of a program, which vary. */
export interface BareRange {
  readonly leastBytes: number;
  readonly medianBytes: number;
  readonly mostBytes: number;
}

const bracketSlack = 0.01;
/** A group's statistics lag behind by up to 64 pages a processor (MEMCG_CHARGE_BATCH). */
const countedLateBytes = 512 * 1024;
/** In place of a missing upper bound, so that medians can be taken. */
const unbounded = Number.MAX_VALUE;

export function rangeOf(bare: readonly number[]): BareRange {
  return {
    leastBytes: Math.min(...bare),
    medianBytes: median(bare),
    mostBytes: Math.max(...bare),
  };
}

/** The ratio of the headline to the truth. */
export function deviation({ bytes, truthBytes }: Reading): number {
  return bytes / truthBytes - 1;
}

/** Whether the headline is within this share of the truth. */
export function isWithin(share: number, { bytes, truthBytes }: Reading): boolean {
  return Math.abs(bytes - truthBytes) <= truthBytes * share + countedLateBytes;
}

/** Whether the headline is within this share of what a bare run needed. */
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

/** The spread of readings of a program, beyond the variation of the program itself. */
export function spread(readings: readonly Reading[]): number {
  const off = readings.map(deviation);
  return Math.max(...off) - Math.min(...off);
}
