/** memtop as a package of a project, which a command can remove. */
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../ts/package.js';

/** Installs memtop in this folder and returns its command line. */
export function installedIn(folder: string): string {
  const target = join(folder, 'node_modules/memtop');
  mkdirSync(target, { recursive: true });
  const addons = readdirSync(packageRoot).filter((name) => name.endsWith('.node'));
  for (const name of ['package.json', 'dist', ...addons]) {
    cpSync(join(packageRoot, name), join(target, name), {
      recursive: true,
      filter: (source) => source !== join(packageRoot, 'dist/types'),
    });
  }
  return join(target, 'dist/cli.js');
}
