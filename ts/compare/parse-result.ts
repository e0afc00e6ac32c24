/** Reads the text of a result. */
import * as z from 'zod/mini';
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
  const value = asCurrentResult(parsed(json, name));
  const schema = (value as { schema?: unknown } | null)?.schema;
  if (schema !== resultSchemaName) {
    const is = typeof schema === 'string' ? `is of the schema ${schema}` : 'is no result of memtop';
    const readable = `${olderResultSchemaName} and ${resultSchemaName}`;
    throw new UnusableResult(`${name} ${is}; what can be read is ${readable}`);
  }
  const checked = z.safeParse(resultSchema, value);
  if (checked.success) return value as Result;
  const [issue] = checked.error.issues;
  const at = issue?.path.map(String).join('.') || 'the whole';
  throw new UnusableResult(`${name} is no whole result: ${at}: ${issue?.message}`);
}

function parsed(json: string, name: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new UnusableResult(`${name} cannot be read: ${(error as Error).message}`);
  }
}
