/** The options of a run and of a tracker, checked the same for programs and for the command line. */
import * as z from 'zod/mini';
import { InvalidOption } from '../errors.js';

/** Between samples when nobody says otherwise. */
export const defaultIntervalMs = 10;
const shortestIntervalMs = 1;
const longestIntervalMs = 60_000;
const longestLabel = 200;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a label must not hold
const controlCharacters = /[\u0000-\u001f\u007f-\u009f]/;

export const intervalMs = z
  .number(`must be a number of milliseconds from ${shortestIntervalMs} to ${longestIntervalMs}`)
  .check(
    z.refine((value) => value >= shortestIntervalMs && value <= longestIntervalMs, {
      error: `must be a number of milliseconds from ${shortestIntervalMs} to ${longestIntervalMs}`,
    }),
  );

export const label = z.string('must be text').check(
  z.refine((value) => value.trim() !== '', { error: 'must not be empty' }),
  z.refine((value) => value.length <= longestLabel, {
    error: `must not be longer than ${longestLabel} characters`,
  }),
  z.refine((value) => !controlCharacters.test(value), {
    error: 'must not hold line breaks or control characters',
  }),
);

const argument = z.union([z.string(), z.instanceof(Uint8Array)]);

export const command = z
  .array(argument, 'must be an array of strings: the program and its arguments')
  .check(z.minLength(1, 'must name a program'));

export const runOptions = z.strictObject({
  label: z.optional(label),
  intervalMs: z.optional(intervalMs),
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
