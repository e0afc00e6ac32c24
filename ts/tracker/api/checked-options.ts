/** The schemas of the options that programs pass. */
import * as z from 'zod/mini';
import { ruleList, stageList } from '../../attribution/rule-schema.js';
import { path } from '../../checked.js';
import { graceProblem } from '../../inspect/rules.js';
import {
  type CgroupUse,
  cgroupProblem,
  intervalProblem,
  labelProblem,
  type Metric,
  metricProblem,
  type PtyUse,
  ptyProblem,
  type Rule,
  type SurvivorUse,
  sizeProblem,
  survivorsProblem,
  type TraceUse,
  timeoutProblem,
  traceProblem,
  warnProblem,
} from '../rules.js';
import { type Size, sizeOf } from '../size.js';
import type { OnOutput } from './pieces.js';

const obeying = <T>(rule: Rule) =>
  z.custom<T>((value) => rule(value) === undefined, { error: ({ input }) => rule(input) });

const intervalMs = obeying<number>(intervalProblem);
const label = obeying<string>(labelProblem);
const size = z.pipe(
  obeying<number | string>(sizeProblem),
  z.transform((value): Size | undefined => sizeOf(value)),
);
/** The messages of `rules.ts` have units, which programs do not write. */
const milliseconds = (rule: Rule, range: string) =>
  z.custom<number>((value) => rule(value) === undefined, {
    error: () => `must be a number of milliseconds${range}`,
  });
const graceMs = milliseconds(graceProblem, ' from 0 to 3600000');

const argument = z.union(
  [z.string(), z.instanceof(Uint8Array)],
  'must be a string or a Uint8Array',
);

export const command = z
  .array(argument, 'must be an array of strings: the program and its arguments')
  .check(z.minLength(1, 'must name a program'));

const run = z.strictObject({
  label: z.optional(label),
  intervalMs: z.optional(intervalMs),
  metric: z.optional(obeying<Metric>(metricProblem)),
  cgroup: z.optional(obeying<CgroupUse>(cgroupProblem)),
  trace: z.optional(obeying<TraceUse>(traceProblem)),
  rules: ruleList,
  stages: stageList,
  warn: z.optional(size),
  limit: z.optional(size),
  guard: z.optional(z.boolean('must be true or false')),
  timeoutMs: z.optional(milliseconds(timeoutProblem, ', 0 or more')),
  graceMs: z.optional(graceMs),
  survivors: z.optional(obeying<SurvivorUse>(survivorsProblem)),
  onOutput: z.optional(
    z.custom<OnOutput>((value) => typeof value === 'function', 'must be a function'),
  ),
  capture: z.optional(z.boolean('must be true or false')),
  maxCaptureBytes: z.optional(
    z.custom<number>(isPositiveInteger, 'must be a whole number of bytes above 0'),
  ),
  silent: z.optional(z.boolean('must be true or false')),
  pty: z.optional(obeying<PtyUse>(ptyProblem)),
  heap: z.optional(z.boolean('must be true or false')),
  cwd: z.optional(path()),
  env: z.optional(
    z.record(z.string(), z.optional(z.string('must be a string')), 'must be an object of strings'),
  ),
  // One of another realm does as well.
  signal: z.optional(z.custom<AbortSignal>(isAbortSignal, 'must be an AbortSignal')),
  rejectOnFailure: z.optional(z.boolean('must be true or false')),
  crashFolder: z.optional(
    z.union([z.literal(false), path()], 'must be a path, a file: URL or false'),
  ),
});

function isPositiveInteger(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function isAbortSignal(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { aborted, addEventListener } = value as Partial<AbortSignal>;
  return typeof aborted === 'boolean' && typeof addEventListener === 'function';
}

interface Thresholds {
  warn?: Size | undefined;
  limit?: Size | undefined;
}

const warnBelowLimit = z.refine<Thresholds>(
  ({ warn, limit }) => warnProblem(warn, limit) === undefined,
  {
    path: ['warn'],
    error: ({ input }) => {
      const { warn, limit } = input as Thresholds;
      return warnProblem(warn, limit);
    },
  },
);

export const runOptions = run.check(warnBelowLimit);

export const trackerOptions = z.strictObject({
  intervalMs: z.optional(intervalMs),
  metric: z.optional(obeying<Metric>(metricProblem)),
  trace: z.optional(obeying<TraceUse>(traceProblem)),
});

export const attachOptions = z.extend(trackerOptions, { label: z.optional(label) });

export const trackOptions = z
  .strictObject({
    id: z.optional(obeying<string>(labelProblem)),
    warn: z.optional(size),
    limit: z.optional(size),
    endsAtLimit: z.optional(z.boolean('must be true or false')),
    graceMs: z.optional(graceMs),
    tasks: z.optional(z.boolean('must be true or false')),
  })
  .check(warnBelowLimit);
