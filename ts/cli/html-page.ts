/** The HTML reporter, with the assets that a page needs from this package. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../package.js';
import { resultHtml } from '../report/html.js';
import type { Result } from '../result/types.js';

/** Reads the assets before the command starts, since the command may replace this package. */
export function htmlPage(): (result: Result) => string {
  const assets = { script: textOf('page.js'), style: textOf('page.css') };
  return (result) => resultHtml(result, assets);
}

function textOf(name: string): string {
  return readFileSync(join(packageRoot, 'dist/page', name), 'utf8').trim();
}
