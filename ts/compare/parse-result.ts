/** Reads and checks results. */
import * as z from 'zod/mini';
import { mismatch } from '../checked.js';
import { UnusableResult } from '../errors.js';
import { olderResultSchemaName, resultSchemaName } from '../result/name.js';
import { asCurrentResult } from '../result/older.js';
import { resultSchema } from '../result/schema.js';
import type { Result } from '../result/types.js';

/**
 * The result that a JSON text holds, such as a file that `--json` has written. One of the schema
 * before becomes one of this schema. Unknown keys are kept.
 *
 * @param name What an error calls the text, such as the path of its file.
 * @throws UnusableResult
 */
export function parseResult(json: string, name = 'the text'): Result {
  return checkedResult(parsed(json, name), name);
}

/** @throws UnusableResult */
export function checkedResult(given: unknown, name: string): Result {
  const value = asCurrentResult(given);
  const schema = (value as { schema?: unknown } | null | undefined)?.schema;
  if (schema !== resultSchemaName) {
    const is = typeof schema === 'string' ? `has the schema ${schema}` : 'is not a memtop result';
    const supported = [olderResultSchemaName, resultSchemaName].join(', ');
    throw new UnusableResult(`${name} ${is}; supported schemas: ${supported}`);
  }
  const checked = z.safeParse(resultSchema, value, { error: mismatch });
  if (checked.success) return value as Result;
  const [issue] = checked.error.issues;
  throw new UnusableResult(`${name} is incomplete: ${issue?.path.join('.')} ${issue?.message}`);
}

function parsed(json: string, name: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new UnusableResult(`${name} cannot be read: ${(error as Error).message}`);
  }
}
