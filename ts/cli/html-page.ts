/** The files of this package that pages are made of. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../package.js';

export function pageAsset(name: string): string {
  return readFileSync(join(packageRoot, 'dist/page', name), 'utf8').trim();
}
