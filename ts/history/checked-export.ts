/** Checks an exported file. It loads zod, which nothing else in this folder needs. */
import * as z from 'zod/mini';
import { exportSchemaName } from '../result/name.js';
import { asCurrentResult } from '../result/older.js';
import { resultSchema } from '../result/schema.js';
import type { WholeRun } from './store.js';

const amount = z.number().check(z.nonnegative());
const whole = z.number().check(z.int(), z.nonnegative());
const points = z.array(z.array(amount).check(z.length(2)));

const timeline = z.looseObject({
  sums: points,
  processes: z.array(z.looseObject({ pid: whole, name: z.string(), points })),
});

const run = z.looseObject({
  id: z.string().check(z.regex(/^\d{8}-\d{6}-[0-9a-f]{6}$/)),
  label: z.optional(z.string()),
  command: z.array(z.string()),
  cwd: z.optional(z.string()),
  startedAt: z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)),
  endedAt: z.optional(z.string()),
  state: z.enum(['running', 'ended', 'interrupted']),
});

const readable = z.pipe(z.transform(asCurrentResult), resultSchema);

const stored = z.looseObject({ run, result: z.optional(readable), timeline });

const file = z.looseObject({
  schema: z.literal(exportSchemaName),
  runs: z.array(z.pipe(z.transform(withTimeline), stored)),
});

/** In files of earlier versions the timeline is called a course. */
function withTimeline(value: unknown): unknown {
  const { course, ...rest } = Object(value);
  return course === undefined ? value : { timeline: course, ...rest };
}

/** @throws Error that says what is wrong, and where */
export function checkedRuns(value: unknown): WholeRun[] {
  const parsed = z.safeParse(file, value);
  if (parsed.success) return parsed.data.runs as WholeRun[];
  const [issue] = parsed.error.issues;
  throw new Error(`${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'is no export'}`);
}
