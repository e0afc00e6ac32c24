/** Checks what programs pass. It loads the schema library, which the command line does without. */
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import { InvalidOption } from './errors.js';

/** A path that a program passes as a string or as a `file:` URL. */
export const path = () =>
  z.pipe(
    z.custom<string | URL>((value) => pathOf(value) !== undefined, 'must be a path or a file: URL'),
    z.transform((value) => pathOf(value) as string),
  );

function pathOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value || undefined;
  try {
    return fileURLToPath(value as URL);
  } catch {
    return undefined;
  }
}

/** @throws InvalidOption that names the option and what it must be */
export function checked<T>(schema: z.ZodMiniType<T>, value: unknown, name?: string): T {
  const parsed = z.safeParse(schema, value, { error: mismatch });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  if (issue?.code === 'unrecognized_keys') {
    throw new InvalidOption(`there is no option ${issue.keys.join(', ')}`);
  }
  const path = [...(name ? [name] : []), ...(issue?.path ?? [])].join('.');
  throw new InvalidOption(`${path || 'the options'} ${issue?.message ?? invalid}`);
}

const invalid = 'is invalid';

const kinds: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'an array',
  tuple: 'an array',
  object: 'an object',
  record: 'an object',
};

/** The message where a schema has none of its own. */
export function mismatch(issue: z.core.$ZodRawIssue): string {
  if (issue.code === 'invalid_type') {
    return `must be ${kinds[issue.expected] ?? issue.expected}`;
  }
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}`;
  return invalid;
}
