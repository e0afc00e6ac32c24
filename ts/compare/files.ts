/** Results in files: named by a path, by a folder of them, or by their label. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { resultFileName } from '../result/file-name.js';
import { olderResultSchemaName, resultSchemaName } from '../result/name.js';
import { asCurrentResult } from '../result/older.js';
import { resultSchema } from '../result/schema.js';
import type { Result } from '../result/types.js';
import { type RunSource, UnusableResult } from './source.js';

/** `folder` holds the results that have a label. */
export function filesIn(folder: string): RunSource {
  const ofLabel = (label: string) => join(folder, resultFileName(label));
  return {
    async resultsOf(reference) {
      const path = [ofLabel(reference), reference].find((one) => kindOf(one) !== undefined);
      if (path === undefined) return [];
      return kindOf(path) === 'folder' ? resultsIn(path) : [resultAt(path)];
    },
    lookedAt: (reference) => [ofLabel(reference), `the file or folder ${reference}`],
  };
}

function kindOf(path: string): 'file' | 'folder' | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && (found.isDirectory() ? 'folder' : 'file');
}

/** Other files are passed over; one that claims to be a result must be valid. */
function resultsIn(folder: string): Result[] {
  const results = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(folder, name))
    .filter(isResult)
    .map(resultAt);
  if (results.length === 0) throw new UnusableResult(`${folder} holds no result of memtop`);
  return results;
}

function isResult(path: string): boolean {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).schema?.startsWith?.('memtop.result/') === true;
  } catch {
    return false;
  }
}

function resultAt(path: string): Result {
  const value = asCurrentResult(parsed(path));
  const schema = (value as { schema?: unknown } | null)?.schema;
  if (schema !== resultSchemaName) {
    const is = typeof schema === 'string' ? `is of the schema ${schema}` : 'is no result of memtop';
    const readable = `${olderResultSchemaName} and ${resultSchemaName}`;
    throw new UnusableResult(`${path} ${is}; what can be read is ${readable}`);
  }
  const checked = z.safeParse(resultSchema, value);
  if (checked.success) return value as Result;
  const [issue] = checked.error.issues;
  const at = issue?.path.map(String).join('.') || 'the whole';
  throw new UnusableResult(`${path} is no whole result: ${at}: ${issue?.message}`);
}

function parsed(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UnusableResult(`${path} cannot be read: ${(error as Error).message}`);
  }
}
