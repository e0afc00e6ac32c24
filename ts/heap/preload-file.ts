/** A copy of the preload that Node finds even while this package is being replaced. */
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { packageRoot, packageVersion } from '../package.js';
import { replaceFile } from '../replace-file.js';

const shipped = join(packageRoot, 'dist/heap-preload.cjs');

/** Kept for later runs of this process. */
let text: Uint8Array | undefined;

/**
 * Node does not start without a file that it has to require, and the command may remove this
 * package (`npm ci`). So there is a copy, which other users can read as well: processes of root may
 * drop their privileges.
 *
 * @throws where the package lacks the file, or has been removed and no copy can be made
 */
export function preloadFile(): string {
  text ??= readFileSync(shipped);
  try {
    return copyOf(text);
  } catch (error) {
    if (existsSync(shipped)) return shipped;
    throw error;
  }
}

function copyOf(text: Uint8Array): string {
  const folder = cacheFolder();
  const file = join(folder, `heap-preload-${packageVersion}.cjs`);
  if (isCurrent(file, text)) return file;
  mkdirSync(folder, { recursive: true });
  replaceFile(file, text, 0o644);
  return file;
}

/** Its owner is checked as well, since it runs in every Node process. */
function isCurrent(file: string, text: Uint8Array): boolean {
  try {
    return statSync(file).uid === process.getuid?.() && readFileSync(file).equals(text);
  } catch {
    return false;
  }
}

function cacheFolder(): string {
  const { XDG_CACHE_HOME: asked } = process.env;
  if (asked && isAbsolute(asked)) return join(asked, 'memtop');
  return process.getuid?.() === 0 ? '/var/cache/memtop' : join(homedir(), '.cache/memtop');
}
