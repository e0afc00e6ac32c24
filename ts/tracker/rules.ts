/**
 * What options must be, the same for programs and for the command line. These are plain functions
 * because the command line reads its flags with them, and a schema library takes 5 ms to load.
 */

const shortestIntervalMs = 1;
const longestIntervalMs = 60_000;
const longestLabel = 200;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a label must not hold
const controlCharacters = /[\u0000-\u001f\u007f-\u009f]/;

/** Says what a value must be or must not be; nothing when it can be used. */
export type Rule = (value: unknown) => string | undefined;

export const intervalProblem: Rule = (value) =>
  typeof value === 'number' && value >= shortestIntervalMs && value <= longestIntervalMs
    ? undefined
    : `must be a number of milliseconds from ${shortestIntervalMs} to ${longestIntervalMs}`;

/** What a peak can be measured in. */
export const metrics = ['auto', 'rss', 'pss'] as const;
export type Metric = (typeof metrics)[number];

/** Whether a run gets a control group of its own. */
export const cgroupUses = ['auto', 'on', 'off'] as const;
export type CgroupUse = (typeof cgroupUses)[number];

const oneOf =
  (words: readonly string[]): Rule =>
  (value) =>
    words.includes(value as string) ? undefined : `must be one of ${words.join(', ')}`;

export const metricProblem = oneOf(metrics);
export const cgroupProblem = oneOf(cgroupUses);

export const labelProblem: Rule = (value) => {
  if (typeof value !== 'string') return 'must be text';
  if (value.trim() === '') return 'must not be empty';
  if (value.length > longestLabel) return `must not be longer than ${longestLabel} characters`;
  if (controlCharacters.test(value)) return 'must not hold line breaks or control characters';
  return undefined;
};
