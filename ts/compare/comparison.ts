/** Compares two groups of runs. */
import type { PeakMetric, RunMeasures } from '../result/types.js';
import { leftOutText, mismatchText } from './metric-mismatch.js';
import { difference } from './statistics/difference.js';
import { median } from './statistics/median.js';
import { runsToShow, shownBy } from './statistics/power.js';
import { pooledDeviation } from './statistics/spread.js';

export interface ComparisonGroup {
  /** The reference that named it. */
  readonly name: string;
  readonly runs: readonly RunMeasures[];
  /** Failed runs that are left out, since others succeeded. */
  readonly leftOut: number;
  /** The metric of all its runs; absent where none was measured. */
  readonly metric?: PeakMetric;
  /** Metrics of further runs, which are left out as well. */
  readonly otherMetrics: readonly PeakMetric[];
}

/** Whether a difference between two groups of values is significant. */
type Verdict =
  /** It is: the interval does not include 0. */
  | { readonly kind: 'shown'; readonly low: number; readonly high: number }
  /** It is not. These runs would show `shownBytes`; that many more would show `more.bytes`. */
  | {
      readonly kind: 'not-shown';
      readonly shownBytes: number;
      readonly more: { readonly runs: number; readonly bytes: number };
    }
  /** All runs have the same value. */
  | { readonly kind: 'equal' }
  /** Too few runs to know how much they vary; `noisePercent` was assumed. */
  | { readonly kind: 'assumed'; readonly isBeyond: boolean; readonly noisePercent: number };

export interface ComparisonChange {
  readonly before: number;
  readonly after: number;
  /** The median of all differences between a run of one group and one of the other. */
  readonly byBytes: number;
  readonly percent: number;
  readonly verdict: Verdict;
}

/** Something that was measured in both groups, or in one of them. */
export interface ComparisonRow {
  readonly name: string;
  readonly before?: number;
  readonly after?: number;
  /** The number of processes, in a row of processes. */
  readonly countBefore?: number;
  readonly countAfter?: number;
  readonly change?: ComparisonChange;
}

export interface Comparison {
  readonly before: ComparisonGroup;
  readonly after: ComparisonGroup;
  readonly peak: ComparisonChange;
  readonly kernelPeak?: ComparisonChange;
  readonly duration: { readonly beforeMs: number; readonly afterMs: number };
  readonly tasks: readonly ComparisonRow[];
  readonly stages: readonly ComparisonRow[];
  readonly processes: readonly ComparisonRow[];
  readonly remarks: readonly string[];
}

/**
 * Failed runs count only where all failed. Runs in another metric than `wanted` are left out; where
 * no run has that metric, the metric of the latest run is taken.
 */
export function groupOf(
  name: string,
  runs: readonly RunMeasures[],
  wanted?: PeakMetric,
): ComparisonGroup {
  const measured = runs.filter(({ peak }) => peak !== undefined);
  const metric = measured.some(({ peak }) => peak?.metric === wanted)
    ? wanted
    : latestOf(measured)?.peak?.metric;
  const alike = measured.filter(({ peak }) => peak?.metric === metric);
  const others = measured.flatMap(({ peak }) => (peak && peak.metric !== metric ? [peak] : []));
  const good = alike.filter(({ isGood }) => isGood);
  const kept = good.length > 0 ? good : alike;
  return {
    name,
    runs: kept,
    leftOut: runs.length - others.length - kept.length,
    ...(metric && { metric }),
    otherMetrics: [...new Set(others.map(({ metric }) => metric))].sort(),
  };
}

function latestOf(runs: readonly RunMeasures[]): RunMeasures | undefined {
  return runs.toSorted((one, other) => one.startedAt.localeCompare(other.startedAt)).at(-1);
}

/**
 * Both groups must have a measured run, in the same metric. `noisePercent` is how much single runs
 * are assumed to vary.
 */
export function compare(
  before: ComparisonGroup,
  after: ComparisonGroup,
  noisePercent: number,
): Comparison {
  const change = (figure: (run: RunMeasures) => number | undefined) =>
    changeOf(present(before.runs.map(figure)), present(after.runs.map(figure)), noisePercent);
  const rows = (figures: (run: RunMeasures) => readonly Figure[]) =>
    rowsOf(before.runs.map(figures), after.runs.map(figures), noisePercent);
  const peak = change(({ peak }) => peak?.bytes);
  if (!peak) throw new Error('both groups must have a run that was measured');
  const mismatch = mismatchText(before, after);
  if (mismatch !== undefined) throw new Error(mismatch);
  const kernelPeak = change(({ kernelPeakBytes }) => kernelPeakBytes);
  return {
    before,
    after,
    peak,
    ...(kernelPeak && { kernelPeak }),
    duration: { beforeMs: durationOf(before), afterMs: durationOf(after) },
    tasks: rows(({ tasks }) => tasks.map(({ id, peakBytes }) => ({ name: id, bytes: peakBytes }))),
    stages: rows(({ stages }) => stages.map(({ name, peakBytes }) => ({ name, bytes: peakBytes }))),
    processes: rows(({ peak }) => peak?.rollup ?? []),
    remarks: remarksOf(before, after),
  };
}

export function isRegression({ byBytes, verdict }: ComparisonChange): boolean {
  return byBytes > 0 && isSignificant(verdict);
}

function isSignificant(verdict: Verdict): boolean {
  return verdict.kind === 'shown' || (verdict.kind === 'assumed' && verdict.isBeyond);
}

function changeOf(
  before: readonly number[],
  after: readonly number[],
  noisePercent: number,
): ComparisonChange | undefined {
  if (before.length === 0 || after.length === 0) return undefined;
  const middle = median(before);
  const { by, interval } = difference(before, after);
  const change = {
    before: middle,
    after: median(after),
    byBytes: by,
    percent: middle === 0 ? 0 : (100 * by) / middle,
  };
  if (!interval) {
    const isBeyond = Math.abs(change.percent) > noisePercent;
    return { ...change, verdict: { kind: 'assumed', isBeyond, noisePercent } };
  }
  const { low, high } = interval;
  if (low > 0 || high < 0) return { ...change, verdict: { kind: 'shown', low, high } };
  const deviation = pooledDeviation([before, after])?.deviation ?? 0;
  if (deviation === 0) return { ...change, verdict: { kind: 'equal' } };
  return { ...change, verdict: notShown(Math.min(before.length, after.length), deviation) };
}

function notShown(runs: number, deviation: number): Verdict {
  const shownBytes = Math.round(shownBy(runs, deviation));
  const bytes = roundFigure(shownBytes / 2);
  return {
    kind: 'not-shown',
    shownBytes,
    more: { bytes, runs: runsToShow(Math.max(1, bytes), deviation) },
  };
}

/** 1, 2 or 5 times a power of ten of megabytes, or of kilobytes below that. */
function roundFigure(bytes: number): number {
  const unit = bytes >= 1024 * 1024 ? 1024 * 1024 : 1024;
  const power = 10 ** Math.floor(Math.log10(Math.max(1, bytes / unit)));
  const factor = [5, 2, 1].find((step) => step * power * unit <= bytes) ?? 1;
  return factor * power * unit;
}

interface Figure {
  readonly name: string;
  readonly bytes: number;
  readonly count?: number;
}

type Figures = readonly (readonly Figure[])[];

/** The largest change first. Each value is the median of the runs that have one. */
function rowsOf(before: Figures, after: Figures, noisePercent: number): ComparisonRow[] {
  const names = new Set([...before, ...after].flat().map(({ name }) => name));
  return [...names]
    .map((name) => rowOf(name, before, after, noisePercent))
    .sort((one, other) => weight(other) - weight(one));
}

function rowOf(name: string, before: Figures, after: Figures, noisePercent: number): ComparisonRow {
  const [early, late] = [named(name, before), named(name, after)];
  const change = changeOf(bytesOf(early), bytesOf(late), noisePercent);
  return {
    name,
    ...(early.length > 0 && { before: median(bytesOf(early)), ...counted('countBefore', early) }),
    ...(late.length > 0 && { after: median(bytesOf(late)), ...counted('countAfter', late) }),
    ...(change && { change }),
  };
}

function named(name: string, figures: Figures): Figure[] {
  return figures.flatMap((run) => run.filter((figure) => figure.name === name));
}

function bytesOf(figures: readonly Figure[]): number[] {
  return figures.map(({ bytes }) => bytes);
}

function counted<K extends string>(key: K, figures: readonly Figure[]): { [P in K]?: number } {
  const counts = present(figures.map(({ count }) => count));
  return counts.length === 0 ? {} : ({ [key]: Math.round(median(counts)) } as { [P in K]: number });
}

function weight({ before = 0, after = 0 }: ComparisonRow): number {
  return Math.abs(after - before);
}

function durationOf({ runs }: ComparisonGroup): number {
  return median(runs.map(({ durationMs }) => durationMs));
}

function present(values: readonly (number | undefined)[]): number[] {
  return values.filter((value) => value !== undefined);
}

function remarksOf(before: ComparisonGroup, after: ComparisonGroup): string[] {
  const failed = [before, after].filter(({ runs }) => runs.every(({ isGood }) => !isGood));
  return [
    ...[before, after].flatMap(({ name, leftOut }) =>
      leftOut > 0
        ? [`${leftOut} of the runs of ${name} failed or were not measured; left out`]
        : [],
    ),
    ...[before, after].flatMap(
      ({ name, otherMetrics, metric }) => leftOutText(name, otherMetrics, metric) ?? [],
    ),
    ...failed.map(({ name }) => `${name} has failed; how far it came decides what it needed`),
  ];
}
