/** The folder and the version of this package, both from ts/ and from dist/. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The nearest folder upwards with a package.json. Node's own lookup takes 3 ms. */
export const packageRoot: string = nearestPackage(dirname(fileURLToPath(import.meta.url)));

export const packageVersion: string = JSON.parse(
  readFileSync(join(packageRoot, 'package.json'), 'utf8'),
).version;

function nearestPackage(folder: string): string {
  const isRoot = existsSync(join(folder, 'package.json')) || dirname(folder) === folder;
  return isRoot ? folder : nearestPackage(dirname(folder));
}
