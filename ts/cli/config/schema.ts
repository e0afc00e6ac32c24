/** What a config can hold. What a flag sets has the flag's name, in camel case. */
import * as z from 'zod/mini';
import { ruleKeys, ruleList, stageKeys, stageList } from '../../attribution/rule-schema.js';
import { warnProblem } from '../../tracker/rules.js';
import type { Size } from '../../tracker/size.js';
import {
  clear,
  engine,
  image,
  memory,
  rootfs,
  runs,
  verify,
  verifyOptional,
  warmup,
} from '../flags/benching.js';
import { baseline, maxIncrease, out } from '../flags/comparing.js';
import type { Valued } from '../flags/flag.js';
import { limit, limitExitCode, maxPeak, warn } from '../flags/guarding.js';
import { cgroup, interval, metric, trace } from '../flags/measuring.js';
import { csv, html, json, markdown } from '../flags/reporting.js';
import { grace, label, parallel, pty, survivors, timeout, ui } from '../flags/running.js';

/** A value as a flag takes it. It stays as it is, and is read where the flag would be. */
const asFlag = <T>(flag: Valued<T>) =>
  z.optional(
    z.custom<string | number>((value) => problemOf(flag, value) === undefined, {
      error: ({ input }) => problemOf(flag, input),
    }),
  );

function problemOf(flag: Valued<unknown>, value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return 'must be text or a number';
  try {
    flag.read(`${value}`);
    return undefined;
  } catch (error) {
    return `${(error as Error).message}, not ${JSON.stringify(value)}`;
  }
}

/** One such value, or a list of them. */
const listAsFlag = <T>(flag: Valued<T>) =>
  z.optional(
    z.custom<string | number | (string | number)[]>(
      (value) => [value].flat().every((one) => problemOf(flag, one) === undefined),
      {
        error: ({ input }) =>
          [input]
            .flat()
            .map((one) => problemOf(flag, one))
            .find(Boolean),
      },
    ),
  );

const yesOrNo = z.optional(z.boolean('must be true or false'));

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
    z.custom<string | number>((value) => problemOf(limit, value) === undefined, {
      error: ({ input }) => problemOf(limit, input),
    }),
    z.transform((value): Size => limit.read(`${value}`)),
  ),
);

const namesProblem = 'must be the name of a task, or a list of such';
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

const ofRun = {
  interval: asFlag(interval),
  metric: asFlag(metric),
  cgroup: asFlag(cgroup),
  trace: asFlag(trace),
  warn: asFlag(warn),
  limit: asFlag(limit),
  guard: yesOrNo,
  limitExitCode: asFlag(limitExitCode),
  maxPeak: listAsFlag(maxPeak),
  timeout: asFlag(timeout),
  grace: asFlag(grace),
  survivors: asFlag(survivors),
  pty: asFlag(pty),
  ui: asFlag(ui),
  heap: yesOrNo,
  logHeapUsage: yesOrNo,
  label: asFlag(label),
  json: asFlag(json),
  store: z.optional(
    z.union([text('must be a file, or false'), z.literal(false)], 'must be a file, or false'),
  ),
  csv: asFlag(csv),
  markdown: asFlag(markdown),
  html: asFlag(html),
  chart: yesOrNo,
  github: yesOrNo,
  quiet: yesOrNo,
  parallel: asFlag(parallel),
  serial: yesOrNo,
  keepGoing: yesOrNo,
};

const ofBench = {
  clear: listAsFlag(clear),
  skipClear: yesOrNo,
  verify: listAsFlag(verify),
  verifyOptional: listAsFlag(verifyOptional),
  runs: asFlag(runs),
  warmup: asFlag(warmup),
  baseline: asFlag(baseline),
  maxIncrease: listAsFlag(maxIncrease),
  image: asFlag(image),
  rootfs: asFlag(rootfs),
  memory: asFlag(memory),
  engine: asFlag(engine),
  out: asFlag(out),
  jsonOnly: yesOrNo,
};

const shape = {
  ...ofRun,
  ...ofBench,
  tasks: z.optional(z.record(z.string(), taskSchema, 'must be an object of tasks')),
  rules: ruleList,
  stages: stageList,
};

export const configSchema = z.strictObject(shape, {
  error: (issue) => (issue.code === 'invalid_type' ? 'must be an object' : undefined),
});

export type Config = z.infer<typeof configSchema>;
export type ConfiguredTask = z.infer<typeof taskSchema>;

/** The keys that there can be at a place in the config. */
export function keysAt([first]: readonly string[]): string[] {
  if (first === 'tasks') return Object.keys(taskSchema.shape);
  if (first === 'rules') return ruleKeys;
  if (first === 'stages') return stageKeys;
  return Object.keys(shape);
}
