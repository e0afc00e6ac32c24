/** Removes from dist/types the declarations that no entry point of the package reaches. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../ts/package.js';

const folder = join(packageRoot, 'dist/types');
const reached = new Set(['index.d.ts', 'nx/plugin.d.cts'].map((name) => join(folder, name)));
// A set that grows is iterated to its end.
for (const file of reached) {
  for (const imported of importsOf(file)) reached.add(imported);
}
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  const file = join(entry.parentPath, entry.name);
  if (entry.isFile() && !reached.has(file)) rmSync(file);
}

/** Of `export … from './a.js'` and of `import('./a.js').Name`. */
function importsOf(file: string): string[] {
  const paths = readFileSync(file, 'utf8').matchAll(/(?:from |import\()'(\.[^']+)\.js'/g);
  return [...paths].map(([, path = '']) => `${join(dirname(file), path)}.d.ts`);
}
