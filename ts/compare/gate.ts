/** Whether runs keep within a budget. */
import type { RunMeasures } from '../result/types.js';
import type { Group } from './comparison.js';
import { median } from './statistics/median.js';
import { shift } from './statistics/shift.js';
import { pooledDeviation } from './statistics/spread.js';
import { studentQuantile } from './statistics/student.js';
import { unlikeText } from './unlike.js';

/** What is allowed to a run as a whole, or to the tasks that a pattern names. */
export interface Allowance {
  /** `*` stands for any text; absent where the whole run is meant. */
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
        /** What chance alone may make of it; undefined where single runs cannot tell. */
        readonly noisePercent: number | undefined;
      };
}

/** What is to be looked at and is not there. */
export interface Unchecked {
  readonly task?: string | undefined;
  readonly because: 'no-such-task' | 'not-in-baseline' | 'not-measured' | 'other-metric';
  /** Where the metrics differ: why that is so, in words. */
  readonly message?: string;
}

export interface Verdict {
  readonly findings: readonly Finding[];
  readonly unchecked: readonly Unchecked[];
}

/** A shift by ranks lies off by so many times as much as one of means. */
const errorOfRanks = Math.sqrt(Math.PI / 3);

/** How sure it must be that an increase is none by chance. */
const confidence = 0.95;

export function judge(group: Group, budget: Budget, baseline?: Group): Verdict {
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

/** Whether there is something that a budget does not allow, or that it could not be tried on. */
export function isPassed({ findings, unchecked }: Verdict): boolean {
  return unchecked.length === 0 && findings.every(({ isOver }) => !isOver);
}

function judgedPeaks(group: Group, { task, value }: Allowance): (Finding | Unchecked)[] {
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
  group: Group,
  baseline: Group,
  { task, value }: Allowance,
): (Finding | Unchecked)[] {
  const unlike = unlikeText(baseline, group);
  return subjects(group, task).map((subject) => {
    if (subject.values.length === 0) return unchecked(subject);
    if (unlike !== undefined) {
      return { ...named(subject), because: 'other-metric', message: unlike };
    }
    const before = valuesOf(baseline, subject.task);
    if (before.length === 0) return { ...named(subject), because: 'not-in-baseline' };
    const [bytes, baselineBytes] = [median(subject.values), median(before)];
    const percent = (100 * (bytes - baselineBytes)) / baselineBytes;
    // Ranks vary less than medians do, and have to agree.
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

/** What such a shift seldom exceeds where nothing has changed. */
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

/** The run as a whole, or each task that the pattern names. */
function subjects(group: Group, pattern: string | undefined): Subject[] {
  if (pattern === undefined) {
    return [{ task: undefined, values: valuesOf(group, undefined), isKnown: true }];
  }
  const ids = new Set(group.runs.flatMap(({ tasks }) => tasks.map(({ id }) => id)));
  const meant = [...ids].filter((id) => matches(pattern, id));
  if (meant.length === 0) return [{ task: pattern, values: [], isKnown: false }];
  return meant.map((task) => ({ task, values: valuesOf(group, task), isKnown: true }));
}

function matches(pattern: string, id: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(id);
}

function valuesOf({ runs }: Group, task: string | undefined): number[] {
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
