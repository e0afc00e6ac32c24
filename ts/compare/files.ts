/** Results in files: named by a path, by a folder of them, or by their label. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UnusableResult } from '../errors.js';
import { resultFileName } from '../result/file-name.js';
import type { Result } from '../result/types.js';
import { parseResult } from './parse-result.js';
import type { RunSource } from './source.js';

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
  if (results.length === 0) throw new UnusableResult(`${folder} contains no memtop results`);
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
  return parseResult(textOf(path), path);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UnusableResult(`${path} cannot be read: ${(error as Error).message}`);
  }
}
