/** Finds the config file. Runs at every start, so it loads nothing else. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { upwards } from '../../attribution/records/folders.js';
import { UsageError } from '../usage-error.js';

export interface ConfigFile {
  readonly path: string;
  /** Whether it is the key "memtop" of a package.json. */
  readonly isPackage: boolean;
}

const names = ['memtop.config.json', 'memtop.config.js', 'memtop.config.mjs'];

/**
 * The config of the nearest folder upwards that has one.
 *
 * @throws UsageError when a folder has two
 */
export function findConfig(start: string): ConfigFile | undefined {
  for (const folder of upwards(start)) {
    const found = [
      ...names
        .map((name) => ({ path: join(folder, name), isPackage: false }))
        .filter(({ path }) => existsSync(path)),
      ...inPackage(join(folder, 'package.json')),
    ];
    const [first, second] = found;
    if (first && second) {
      throw new UsageError(`${first.path} and ${second.path} are both a config; keep one`);
    }
    if (first) return first;
  }
  return undefined;
}

function inPackage(path: string): ConfigFile[] {
  try {
    const text = readFileSync(path, 'utf8');
    // Most do not contain the key, and need not be parsed.
    const isMeant = text.includes('"memtop"') && Object.hasOwn(JSON.parse(text), 'memtop');
    return isMeant ? [{ path, isPackage: true }] : [];
  } catch {
    // There is none, or it is invalid, which is for others to report.
    return [];
  }
}
