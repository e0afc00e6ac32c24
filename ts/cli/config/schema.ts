/** The schema of the config: a key for each flag of a run, and what has no flag. */
import * as z from 'zod/mini';
import { ruleKeys, ruleList, stageKeys, stageList } from '../../attribution/rule-schema.js';
import { warnProblem } from '../../tracker/rules.js';
import type { Size } from '../../tracker/size.js';
import { configKeyOf, type Flag, type Valued } from '../flags/flag.js';
import { limit } from '../flags/guarding.js';
import { pty } from '../flags/running.js';
import { configurableFlags } from './flags.js';

/** A value that flags accept. It is kept as it is, and read like the value of the flag. */
const asFlag = (...flags: readonly Flag[]) =>
  z.optional(
    z.custom((value) => problemOf(flags, value) === undefined, {
      error: ({ input }) => problemOf(flags, input),
    }),
  );

/** Two flags with one key are one with a value, and a switch such as `--no-store`. */
function problemOf(flags: readonly Flag[], value: unknown): string | undefined {
  const valued = flags.find((flag) => flag.value !== undefined);
  const isSwitch = flags.some((flag) => flag.value === undefined);
  if (valued === undefined) return typeof value === 'boolean' ? undefined : 'must be true or false';
  if (isSwitch && value === false) return undefined;
  const values = 'isRepeatable' in valued ? [value].flat() : [value];
  const problem = values.map((one) => problemOfValue(valued, one)).find(Boolean);
  return problem === notScalar && isSwitch ? 'must be text, a number or false' : problem;
}

const notScalar = 'must be text or a number';

function problemOfValue(flag: Valued<unknown>, value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return notScalar;
  try {
    flag.read(`${value}`);
    return undefined;
  } catch (error) {
    return `${(error as Error).message}, not ${JSON.stringify(value)}`;
  }
}

/** A key for each flag. */
const flagShape = Object.fromEntries(
  configurableFlags.map((flag) => {
    const key = configKeyOf(flag);
    return [key, asFlag(...configurableFlags.filter((other) => configKeyOf(other) === key))];
  }),
);

const text = (message: string) => z.string(message).check(z.minLength(1, message));

const wordsProblem =
  'must be text for the shell, or a list of the program and its arguments; several commands go ' +
  'into "commands"';
const oneCommand = z.union(
  [text(wordsProblem), z.array(z.string()).check(z.minLength(1))],
  wordsProblem,
);

const size = z.optional(
  z.pipe(
    z.custom<string | number>((value) => problemOfValue(limit, value) === undefined, {
      error: ({ input }) => problemOfValue(limit, input),
    }),
    z.transform((value): Size => limit.read(`${value}`)),
  ),
);

const namesProblem = 'must be the name of a task, or a list of names';
const taskSchema = z
  .strictObject(
    {
      command: z.optional(oneCommand),
      commands: z.optional(
        z
          .array(oneCommand, 'must be a list of commands')
          .check(z.minLength(1, 'must hold a command')),
      ),
      cwd: z.optional(text('must be a path')),
      env: z.optional(z.record(z.string(), z.string('must be text'), 'must be an object of texts')),
      dependsOn: z.optional(
        z.union([text(namesProblem), z.array(text(namesProblem))], namesProblem),
      ),
      pty: asFlag(pty),
      warn: size,
      limit: size,
    },
    {
      error: (issue) =>
        issue.code === 'invalid_type' ? 'must be an object with a command' : undefined,
    },
  )
  .check(
    z.refine(({ command, commands }) => (command === undefined) !== (commands === undefined), {
      error: ({ input }) =>
        (input as { command?: unknown }).command === undefined
          ? 'has no command: give it "command" or "commands"'
          : 'has both "command" and "commands"; keep one',
    }),
    z.refine(({ warn, limit }) => warnProblem(warn, limit) === undefined, {
      error: 'must not be above the limit',
      path: ['warn'],
    }),
  );

/** Keys without a flag. */
const ownShape = {
  tasks: z.optional(z.record(z.string(), taskSchema, 'must be an object of tasks')),
  rules: ruleList,
  stages: stageList,
};

const shape = { ...flagShape, ...ownShape };

export const configSchema = z.strictObject(shape, {
  error: (issue) => (issue.code === 'invalid_type' ? 'must be an object' : undefined),
});

/** Flags are read from it by their keys. */
export type Config = z.infer<typeof configSchema> & Readonly<Record<string, unknown>>;
export type ConfiguredTask = z.infer<typeof taskSchema>;

/** The possible keys at a path in the config. */
export function keysAt([first]: readonly string[]): string[] {
  if (first === 'tasks') return Object.keys(taskSchema.shape);
  if (first === 'rules') return ruleKeys;
  if (first === 'stages') return stageKeys;
  return Object.keys(shape);
}
