/** Where Node finds the preload, also when this package is being replaced. */
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { packageRoot, packageVersion } from '../package.js';
import { replaceFile } from '../replace-file.js';

const shipped = join(packageRoot, 'dist/heap-preload.cjs');

/**
 * Node does not start without what it is told to require, and a command may be what removes this
 * package (`npm ci`). So a copy is kept where others read it as well: root's processes may give up
 * being root.
 *
 * @throws where the package lacks it
 */
export function preloadFile(): string {
  const text = readFileSync(shipped);
  try {
    return copyOf(text);
  } catch {
    return shipped;
  }
}

function copyOf(text: Uint8Array): string {
  const folder = cacheFolder();
  const file = join(folder, `heap-preload-${packageVersion}.cjs`);
  if (isThere(file, text)) return file;
  mkdirSync(folder, { recursive: true });
  replaceFile(file, text, 0o644);
  return file;
}

/** Whose it is counts: it runs in every Node process. */
function isThere(file: string, text: Uint8Array): boolean {
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
