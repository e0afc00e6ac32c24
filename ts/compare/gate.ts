/** Checks runs against a budget. */
import type { RunMeasures } from '../result/types.js';
import type { ComparisonGroup } from './comparison.js';
import { mismatchText } from './metric-mismatch.js';
import { median } from './statistics/median.js';
import { shift } from './statistics/shift.js';
import { pooledDeviation } from './statistics/spread.js';
import { studentQuantile } from './statistics/student.js';

/** A limit for the run as a whole, or for the tasks that match a pattern. */
export interface Allowance {
  /** `*` matches any text; absent for the run as a whole. */
  readonly task?: string | undefined;
  readonly value: number;
}

export interface Budget {
  /** Bytes. */
  readonly maxPeak: readonly Allowance[];
  /** Percent of the baseline. */
  readonly maxIncrease: readonly Allowance[];
}

export interface Finding {
  readonly task?: string | undefined;
  readonly bytes: number;
  readonly isOver: boolean;
  readonly limit:
    | { readonly kind: 'max'; readonly bytes: number }
    | {
        readonly kind: 'increase';
        readonly percent: number;
        readonly baselineBytes: number;
        readonly allowedPercent: number;
        /** The increase that chance alone can cause; undefined where single runs cannot tell. */
        readonly noisePercent: number | undefined;
      };
}

/** An allowance that could not be checked. */
export interface Unchecked {
  readonly task?: string | undefined;
  readonly because: 'no-such-task' | 'not-in-baseline' | 'not-measured' | 'other-metric';
  /** The reason in words, where the metrics differ. */
  readonly message?: string;
}

export interface Verdict {
  readonly findings: readonly Finding[];
  readonly unchecked: readonly Unchecked[];
}

/** The standard error of a shift by ranks, relative to that of a difference of means. */
const errorOfRanks = Math.sqrt(Math.PI / 3);

/** How certain it must be that an increase is not chance. */
const confidence = 0.95;

export function judge(group: ComparisonGroup, budget: Budget, baseline?: ComparisonGroup): Verdict {
  const parts = [
    ...budget.maxPeak.flatMap((allowance) => judgedPeaks(group, allowance)),
    ...(baseline
      ? budget.maxIncrease.flatMap((allowance) => judgedIncreases(group, baseline, allowance))
      : []),
  ];
  return {
    findings: parts.filter((part): part is Finding => 'limit' in part),
    unchecked: parts.filter((part): part is Unchecked => 'because' in part),
  };
}

/** Whether every allowance could be checked, and none is exceeded. */
export function isPassed({ findings, unchecked }: Verdict): boolean {
  return unchecked.length === 0 && findings.every(({ isOver }) => !isOver);
}

function judgedPeaks(group: ComparisonGroup, { task, value }: Allowance): (Finding | Unchecked)[] {
  return subjects(group, task).map((subject) => {
    if (subject.values.length === 0) return unchecked(subject);
    const bytes = median(subject.values);
    return {
      ...named(subject),
      bytes,
      isOver: bytes > value,
      limit: { kind: 'max', bytes: value },
    };
  });
}

function judgedIncreases(
  group: ComparisonGroup,
  baseline: ComparisonGroup,
  { task, value }: Allowance,
): (Finding | Unchecked)[] {
  const mismatch = mismatchText(baseline, group);
  return subjects(group, task).map((subject) => {
    if (subject.values.length === 0) return unchecked(subject);
    if (mismatch !== undefined) {
      return { ...named(subject), because: 'other-metric', message: mismatch };
    }
    const before = valuesOf(baseline, subject.task);
    if (before.length === 0) return { ...named(subject), because: 'not-in-baseline' };
    const [bytes, baselineBytes] = [median(subject.values), median(before)];
    const percent = (100 * (bytes - baselineBytes)) / baselineBytes;
    // The shift by ranks varies less than the medians, and must agree.
    const ofRanks = (100 * shift(before, subject.values).by) / baselineBytes;
    const noisePercent = noiseOf(before, subject.values, baselineBytes);
    return {
      ...named(subject),
      bytes,
      isOver: percent > value && ofRanks > Math.max(value, noisePercent ?? 0),
      limit: { kind: 'increase', percent, baselineBytes, allowedPercent: value, noisePercent },
    };
  });
}

/** What such a shift rarely exceeds where nothing has changed. */
function noiseOf(
  before: readonly number[],
  after: readonly number[],
  baselineBytes: number,
): number | undefined {
  const pooled = pooledDeviation([before, after]);
  if (!pooled) return undefined;
  const error = errorOfRanks * pooled.deviation * Math.sqrt(1 / before.length + 1 / after.length);
  return (100 * studentQuantile(confidence, pooled.freedom) * error) / baselineBytes;
}

interface Subject {
  readonly task: string | undefined;
  readonly values: readonly number[];
  readonly isKnown: boolean;
}

/** The run as a whole, or each task that matches the pattern. */
function subjects(group: ComparisonGroup, pattern: string | undefined): Subject[] {
  if (pattern === undefined) {
    return [{ task: undefined, values: valuesOf(group, undefined), isKnown: true }];
  }
  const ids = new Set(group.runs.flatMap(({ tasks }) => tasks.map(({ id }) => id)));
  const matching = [...ids].filter((id) => matches(pattern, id));
  if (matching.length === 0) return [{ task: pattern, values: [], isKnown: false }];
  return matching.map((task) => ({ task, values: valuesOf(group, task), isKnown: true }));
}

function matches(pattern: string, id: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(id);
}

function valuesOf({ runs }: ComparisonGroup, task: string | undefined): number[] {
  const figure = ({ peak, tasks }: RunMeasures) =>
    task === undefined ? peak?.bytes : tasks.find(({ id }) => id === task)?.peakBytes;
  return runs.map(figure).filter((value) => value !== undefined);
}

function unchecked({ task, isKnown }: Subject): Unchecked {
  return {
    ...(task !== undefined && { task }),
    because: isKnown ? 'not-measured' : 'no-such-task',
  };
}

function named({ task }: Subject): { task?: string } {
  return task === undefined ? {} : { task };
}
