/** How right a reading is. Programs vary from run to run, so the truth is a range. */
import { median } from '../statistics.js';

/** What memtop says of one run; without an upper bound there may be any amount. */
export interface Reading {
  readonly bytes: number;
  readonly lowerBytes?: number | undefined;
  readonly upperBytes?: number | undefined;
  /** What is true of this very run, where that was measured, too. */
  readonly truthBytes?: number;
}

export interface TruthRange {
  readonly leastBytes: number;
  readonly medianBytes: number;
  readonly mostBytes: number;
}

const bracketSlack = 0.01;
/** A group's statistics lag behind by up to 64 pages a processor (MEMCG_CHARGE_BATCH). */
const countedLateBytes = 512 * 1024;
/** Stands for a bracket without an upper end; a median can be taken of it. */
const unbounded = Number.MAX_VALUE;

export function rangeOf(truths: readonly number[]): TruthRange {
  return {
    leastBytes: Math.min(...truths),
    medianBytes: median(truths),
    mostBytes: Math.max(...truths),
  };
}

/** The headline over the median of the truth. */
export function deviation(bytes: number, truth: TruthRange): number {
  return bytes / truth.medianBytes - 1;
}

/** Whether the headline is at most this share away from what the truth was in any run. */
export function isWithin(share: number, { bytes }: Reading, truth: TruthRange): boolean {
  return (
    bytes >= truth.leastBytes * (1 - share) - countedLateBytes &&
    bytes <= truth.mostBytes * (1 + share) + countedLateBytes
  );
}

/** Whether the bracket may hold the truth: memtop and the truth are from different runs. */
export function bracketHolds(reading: Reading, truth: TruthRange): boolean {
  const { lowerBytes = reading.bytes, upperBytes = unbounded } = reading;
  return (
    lowerBytes <= truth.mostBytes * (1 + bracketSlack) + countedLateBytes &&
    upperBytes >= truth.leastBytes * (1 - bracketSlack) - countedLateBytes
  );
}

export function widthOverTruth(reading: Reading, truth: TruthRange): number {
  const { lowerBytes = reading.bytes, upperBytes } = reading;
  return upperBytes === undefined ? unbounded : (upperBytes - lowerBytes) / truth.medianBytes;
}

export function isUnbounded(width: number): boolean {
  return width === unbounded;
}

/** How far readings of the same program are apart, over the truth. */
export function spread(readings: readonly Reading[], truth: TruthRange): number {
  const sizes = readings.map(({ bytes }) => bytes);
  return (Math.max(...sizes) - Math.min(...sizes)) / truth.medianBytes;
}
