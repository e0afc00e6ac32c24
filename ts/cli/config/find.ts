/** Where the config is, if there is one. Every start looks for it, so this loads nothing. */
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
 * @throws UsageError where a folder has two
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
    // Most have no such word, and need not be understood.
    const isMeant = text.includes('"memtop"') && Object.hasOwn(JSON.parse(text), 'memtop');
    return isMeant ? [{ path, isPackage: true }] : [];
  } catch {
    // None is there; or it is one for whoever needs it to complain of.
    return [];
  }
}
