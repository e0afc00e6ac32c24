/** What programs pass to `run()` and to `MemoryTracker`, checked. */
import * as z from 'zod/mini';
import { InvalidOption } from '../errors.js';
import {
  type CgroupUse,
  cgroupProblem,
  intervalProblem,
  labelProblem,
  type Metric,
  metricProblem,
  type Rule,
} from './rules.js';

const obeying = <T>(rule: Rule) =>
  z.custom<T>((value) => rule(value) === undefined, { error: ({ input }) => rule(input) });

const intervalMs = obeying<number>(intervalProblem);
const label = obeying<string>(labelProblem);

const argument = z.union([z.string(), z.instanceof(Uint8Array)]);

export const command = z
  .array(argument, 'must be an array of strings: the program and its arguments')
  .check(z.minLength(1, 'must name a program'));

export const runOptions = z.strictObject({
  label: z.optional(label),
  intervalMs: z.optional(intervalMs),
  metric: z.optional(obeying<Metric>(metricProblem)),
  cgroup: z.optional(obeying<CgroupUse>(cgroupProblem)),
  cwd: z.optional(z.string('must be a path')),
  env: z.optional(
    z.record(z.string(), z.union([z.string(), z.undefined()]), 'must be an object of strings'),
  ),
});

export const trackerOptions = z.strictObject({ intervalMs: z.optional(intervalMs) });

/** @throws InvalidOption that names the option and what it must be */
export function checked<T>(schema: z.ZodMiniType<T>, value: unknown, name?: string): T {
  const parsed = z.safeParse(schema, value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  if (issue?.code === 'unrecognized_keys') {
    throw new InvalidOption(`there is no option ${issue.keys.join(', ')}`);
  }
  const path = [...(name ? [name] : []), ...(issue?.path ?? [])].join('.');
  throw new InvalidOption(`${path || 'the options'} ${issue?.message ?? 'cannot be used'}`);
}
