/** Checks rules that a config or a program gives. It loads zod, so no start of memtop needs it. */
import * as z from 'zod/mini';
import { expressionProblem } from './expression.js';
import type { NamedTaskRule, StageRule } from './rule.js';

const text = (message: string) => z.string(message).check(z.minLength(1, message));

const expression = z.string('must be a regular expression').check(
  z.refine((source) => expressionProblem(source) === undefined, {
    error: ({ input }) => `is not a regular expression: ${expressionProblem(String(input))}`,
  }),
);

/** As the addon reads it. */
const template = (message: string) =>
  text(message).check(
    z.regex(
      /^(?:[^{}[\]]|\{[^{}[\]]+\}|\[(?:[^{}[\]]|\{[^{}[\]]+\})*\])+$/,
      'must have a } for each {, and a ] for each [',
    ),
  );

const rule = z
  .strictObject({
    name: text('must be the name of the rule'),
    env: z.exactOptional(
      z.record(
        z.string(),
        z.union([z.literal(true), expression], 'must be true or a regular expression'),
      ),
    ),
    argv: z.exactOptional(expression),
    cwd: z.exactOptional(expression),
    task: template('must be the name of the task'),
    key: z.exactOptional(template('must be the key of the task')),
    kind: z.exactOptional(z.enum(['task', 'service'], 'must be task or service')),
  })
  .check(
    z.refine(({ env, argv, cwd }) => (env ?? argv ?? cwd) !== undefined, {
      error: 'has no condition: give it env, argv or cwd',
    }),
  );

const stage = z.strictObject({ name: text('must be the name of the stage'), argv: expression });

rule satisfies z.ZodMiniType<NamedTaskRule>;
stage satisfies z.ZodMiniType<StageRule>;

export const ruleKeys = Object.keys(rule.shape);
export const stageKeys = Object.keys(stage.shape);
export const ruleList = z.optional(listOf(rule, 'rules'));
export const stageList = z.optional(listOf(stage, 'stages'));

function listOf<T extends { name: string }>(schema: z.ZodMiniType<T>, what: string) {
  return z.array(schema, `must be an array of ${what}`).check(
    z.refine((list) => repeatedName(list) === undefined, {
      error: ({ input }) => `has two ${what} of the name ${repeatedName(input as T[])}`,
    }),
  );
}

/** The first name that occurs twice. */
function repeatedName(list: readonly { name: string }[]): string | undefined {
  const names = list.map(({ name }) => name);
  return names.find((name, index) => names.indexOf(name) !== index);
}
