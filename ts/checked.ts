/** Checks what programs pass. It loads the schema library, which the command line does without. */
import * as z from 'zod/mini';
import { InvalidOption } from './errors.js';

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
