/**
 * Checks of options, the same for programs and for the command line. These are plain functions
 * because the command line reads its flags with them, and a schema library takes 5 ms to load.
 */
import { isAbove, type Size, sizeOf } from './size.js';

const shortestIntervalMs = 1;
const longestIntervalMs = 60_000;
const longestLabel = 200;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a label must not hold
const controlCharacters = /[\u0000-\u001f\u007f-\u009f]/;

/** What is wrong with a value, such as `must be a string`; undefined when it is valid. */
export type Rule = (value: unknown) => string | undefined;

export const intervalProblem: Rule = (value) =>
  typeof value === 'number' && value >= shortestIntervalMs && value <= longestIntervalMs
    ? undefined
    : `must be a number of milliseconds from ${shortestIntervalMs} to ${longestIntervalMs}`;

/** What a peak counts. */
export const metrics = ['auto', 'rss', 'pss'] as const;
export type Metric = (typeof metrics)[number];

/** Whether a run gets a control group of its own. */
export const cgroupUses = ['auto', 'on', 'off'] as const;
export type CgroupUse = (typeof cgroupUses)[number];

/** What reports the starts and ends of processes. */
export const traceUses = ['auto', 'kernel', 'ptrace', 'on', 'off'] as const;
export type TraceUse = (typeof traceUses)[number];

/** Whether the command gets a terminal of its own. */
export const ptyUses = ['auto', 'on', 'off'] as const;
export type PtyUse = (typeof ptyUses)[number];

/** What is done with processes that outlive the command. */
export const survivorUses = ['leave', 'wait', 'kill'] as const;
export type SurvivorUse = (typeof survivorUses)[number];

const oneOf =
  (choices: readonly string[]): Rule =>
  (value) =>
    choices.includes(value as string) ? undefined : `must be one of ${choices.join(', ')}`;

export const metricProblem = oneOf(metrics);
export const cgroupProblem = oneOf(cgroupUses);
export const traceProblem = oneOf(traceUses);
export const ptyProblem = oneOf(ptyUses);
export const survivorsProblem = oneOf(survivorUses);

/** Bytes or text; see `size.ts`. */
export const sizeProblem: Rule = (value) =>
  sizeOf(value) === undefined ? 'must be a size such as 500M, 1.5G or 80%' : undefined;

/** A warning above the limit would never be emitted. */
export function warnProblem(warn: Size | undefined, limit: Size | undefined): string | undefined {
  return warn !== undefined && limit !== undefined && isAbove(warn, limit)
    ? 'must not be above the limit'
    : undefined;
}

/** 0 is no timeout. */
export const timeoutProblem: Rule = (value) =>
  typeof value === 'number' && value >= 0 ? undefined : 'must be a time such as 30s, 5m or 1h';

/** 0 would mean success. */
export const exitCodeProblem: Rule = (value) =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 255
    ? undefined
    : 'must be a whole number from 1 to 255';

export const labelProblem: Rule = (value) => {
  if (typeof value !== 'string' || value.trim() === '') return 'must be a non-empty string';
  if (value.length > longestLabel) return `must be at most ${longestLabel} characters long`;
  if (controlCharacters.test(value)) return 'must be one line without control characters';
  return undefined;
};
