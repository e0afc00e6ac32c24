/** Finds the files in which turbo has recorded the runs that have just ended. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { upwards } from './folders.js';
import { fieldsOf, isWrittenIn, readJson, textOf } from './json.js';
import type { Span } from './record.js';

const folder = '.turbo/runs';
/** The folder is never cleared, and its names sort by time. */
const newest = 20;

interface TurboRuns {
  /** The oldest first. */
  readonly files: readonly string[];
  /** The name of the root's package. */
  readonly rootName?: string;
}

export function turboRuns(cwd: string, span: Span): TurboRuns {
  for (const root of upwards(cwd)) {
    const files = namesIn(join(root, folder))
      .slice(-newest)
      .map((name) => join(root, folder, name))
      .filter((file) => isWrittenIn(file, span));
    if (files.length === 0) continue;
    const rootName = textOf(fieldsOf(readJson(join(root, 'package.json'))).name);
    return { files, ...(rootName !== undefined && { rootName }) };
  }
  return { files: [] };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort();
  } catch {
    return [];
  }
}
