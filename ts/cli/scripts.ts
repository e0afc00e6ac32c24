/** The scripts of the nearest package.json, and the package manager that runs them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { upwards } from '../attribution/records/folders.js';
import { messageOf } from '../errors.js';
import { UsageError } from './usage-error.js';

export interface Scripts {
  readonly folder: string;
  readonly names: readonly string[];
  /** Absent where the package has no name. */
  readonly packageName?: string;
  /** The package manager of the project, which runs the scripts. */
  readonly manager: string;
}

/** The lockfiles of package managers. */
const lockfiles: Readonly<Record<string, string>> = {
  'package-lock.json': 'npm',
  'npm-shrinkwrap.json': 'npm',
  'pnpm-lock.yaml': 'pnpm',
  'yarn.lock': 'yarn',
  'bun.lock': 'bun',
  'bun.lockb': 'bun',
};
const managers = new Set(Object.values(lockfiles));

/** @throws UsageError when the package.json cannot be read */
export function findScripts(start: string): Scripts | undefined {
  const folder = upwards(start).find((folder) => existsSync(join(folder, 'package.json')));
  if (folder === undefined) return undefined;
  const { name, scripts } = packageOf(folder);
  const names = typeof scripts === 'object' && scripts !== null ? Object.keys(scripts) : [];
  const packageName = typeof name === 'string' && name !== '' ? { packageName: name } : {};
  return { folder, names, ...packageName, manager: managerOf(folder) };
}

/** Named by `packageManager` or by a lockfile, in this folder or above. */
function managerOf(start: string): string {
  for (const folder of upwards(start)) {
    const named = existsSync(join(folder, 'package.json')) && packageOf(folder).packageManager;
    const manager = typeof named === 'string' ? named.split('@')[0] : undefined;
    if (manager !== undefined && managers.has(manager)) return manager;
    const locked = Object.entries(lockfiles).find(([file]) => existsSync(join(folder, file)));
    if (locked) return locked[1];
  }
  return 'npm';
}

function packageOf(folder: string): {
  name?: unknown;
  scripts?: unknown;
  packageManager?: unknown;
} {
  const path = join(folder, 'package.json');
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof content === 'object' && content !== null ? content : {};
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${messageOf(error)}`);
  }
}
