/** The visible range of a run, and the points and ticks in it. */
import type { StackedTimeline } from './data.js';

export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The closest zoom. */
const shortestMs = 1;

/** A range within the run; one that sticks out is moved rather than cut. */
export function within({ fromMs, toMs }: Range, wholeMs: number): Range {
  const length = Math.min(wholeMs, Math.max(shortestMs, toMs - fromMs));
  const from = Math.min(Math.max(0, fromMs), wholeMs - length);
  return { fromMs: from, toMs: from + length };
}

/** Zoomed around a time that stays in place. */
export function zoomed({ fromMs, toMs }: Range, aroundMs: number, factor: number): Range {
  const from = aroundMs - (aroundMs - fromMs) * factor;
  return { fromMs: from, toMs: from + (toMs - fromMs) * factor };
}

/** The points to draw: the maximum of each column, and one beyond each edge. */
export function pointsIn(
  { atMs, bytes }: StackedTimeline,
  range: Range,
  columns: number,
): number[] {
  const first = Math.max(0, firstAt(atMs, range.fromMs) - 1);
  const last = Math.min(atMs.length - 1, firstAt(atMs, range.toMs));
  const width = (range.toMs - range.fromMs) / Math.max(1, columns);
  const points: number[] = [];
  let column = Number.NaN;
  for (let index = first; index <= last; index += 1) {
    const here = Math.floor(((atMs[index] ?? 0) - range.fromMs) / width);
    const before = points.at(-1);
    if (here !== column || before === undefined) points.push(index);
    else if ((bytes[index] ?? 0) > (bytes[before] ?? 0)) points[points.length - 1] = index;
    column = here;
  }
  return points;
}

/** The index of the point nearest to a time. */
export function nearestTo(atMs: readonly number[], ms: number): number {
  const after = Math.min(atMs.length - 1, firstAt(atMs, ms));
  const before = Math.max(0, after - 1);
  return ms - (atMs[before] ?? 0) < (atMs[after] ?? 0) - ms ? before : after;
}

/** The index of the first point at or after a time. */
function firstAt(atMs: readonly number[], ms: number): number {
  let [low, high] = [0, atMs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((atMs[middle] ?? 0) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** About `count` round numbers from 0 to `most`. */
export function ticks(most: number, count: number, base: 10 | 2): number[] {
  const rough = most / count;
  const unit = base ** Math.floor(Math.log(rough) / Math.log(base));
  const steps = base === 10 ? [1, 2, 5, 10] : [1, 2];
  const step = unit * (steps.find((factor) => unit * factor >= rough) ?? base);
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step);
}

const timeSteps = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000],
  ...[1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720].map((minutes) => minutes * 60_000),
];

/** About `count` round times in a range. */
export function timeTicks({ fromMs, toMs }: Range, count: number): number[] {
  const rough = (toMs - fromMs) / Math.max(1, count);
  const step = timeSteps.find((one) => one >= rough) ?? Math.ceil(rough / 86_400_000) * 86_400_000;
  const first = Math.ceil(fromMs / step);
  const last = Math.floor(toMs / step);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}
