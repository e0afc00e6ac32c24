/** The schema of the config: a key for each flag of a run, and what has no flag. */
import * as z from 'zod/mini';
import { ruleKeys, ruleList, stageKeys, stageList } from '../../attribution/rule-schema.js';
import { messageOf } from '../../errors.js';
import { warnProblem } from '../../tracker/rules.js';
import type { Size } from '../../tracker/size.js';
import { configKeyOf, type Flag, type Valued } from '../flags/flag.js';
import { limit } from '../flags/guarding.js';
import { pty } from '../flags/running.js';
import { configurableFlags } from './flags.js';

/** A value that flags accept. It is kept unchanged, and read like the value of the flag. */
const asFlag = (...flags: readonly Flag[]) =>
  z.optional(
    z.unknown().check(({ value, issues }) => {
      for (const problem of problemsOf(flags, value)) issues.push({ code: 'custom', ...problem });
    }),
  );

interface Problem {
  readonly message: string;
  readonly input: unknown;
  /** The place in an array; empty for the value itself. */
  readonly path: PropertyKey[];
}

/** Two flags with one key are one with a value, and a switch such as `--no-store`. */
function problemsOf(flags: readonly Flag[], value: unknown): Problem[] {
  const valued = flags.find((flag) => flag.value !== undefined);
  if (valued === undefined) {
    return typeof value === 'boolean' ? [] : problems('must be true or false', value);
  }
  if ('isRepeatable' in valued) {
    if (!Array.isArray(value)) return problems(problemOfValue(valued, value), value, ofThese);
    return value.flatMap((one, place) => problems(problemOfValue(valued, one), one, '', [place]));
  }
  const isSwitch = flags.some((flag) => flag.value === undefined);
  if (isSwitch && value === false) return [];
  return problems(problemOfValue(valued, value), value, isSwitch ? ', or be false' : '');
}

const ofThese = ', or be an array of these';

function problems(
  message: string | undefined,
  input: unknown,
  alternative = '',
  path: PropertyKey[] = [],
): Problem[] {
  return message === undefined ? [] : [{ message: `${message}${alternative}`, input, path }];
}

function problemOfValue(flag: Valued<unknown>, value: unknown): string | undefined {
  const isScalar = typeof value === 'string' || typeof value === 'number';
  try {
    // No flag accepts an empty value, so its message says what any other kind must be.
    flag.read(isScalar ? `${value}` : '');
    return isScalar ? undefined : 'must be a string or a number';
  } catch (error) {
    return messageOf(error);
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

const commandProblem =
  'must be a string for the shell, or an array of the program and its arguments';
const oneCommand = (message: string) =>
  z.union([text(message), z.array(z.string()).check(z.minLength(1, message))], message);
const severalProblem = 'must be an array of one command or more';

const variables = z.record(
  z.string(),
  z.string('must be a string'),
  'must be an object of strings',
);
const environment = variables.check(({ value, issues }) => {
  for (const input of Object.keys(value).filter((name) => !/^[^=\0]+$/.test(name))) {
    issues.push({ code: 'custom', message: 'must have names of variables as keys', input });
  }
});

const size = z.optional(
  z.pipe(
    z.custom<string | number>((value) => problemOfValue(limit, value) === undefined, {
      error: ({ input }) => problemOfValue(limit, input),
    }),
    z.transform((value): Size => limit.read(`${value}`)),
  ),
);

const namesProblem = 'must be the name of a task, or an array of names';
const taskSchema = z
  .strictObject(
    {
      command: z.optional(oneCommand(`${commandProblem}; several commands go into "commands"`)),
      commands: z.optional(
        z.array(oneCommand(commandProblem), severalProblem).check(z.minLength(1, severalProblem)),
      ),
      cwd: z.optional(text('must be a path')),
      env: z.optional(environment),
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
      error: 'is above the limit',
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
