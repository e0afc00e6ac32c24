/** Where this package lies and which version it is; the same from sources and from dist. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

export const requireHere = createRequire(import.meta.url);

const manifestPath = requireHere.resolve('memtop/package.json');

export const packageRoot: string = dirname(manifestPath);
export const packageVersion: string = requireHere(manifestPath).version;
