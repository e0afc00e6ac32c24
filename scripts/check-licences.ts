/** Everything that is shipped, compiled in or bundled, must be under a licence that allows it. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../ts/package.js';

/** The same as in deny.toml. */
const allowed = new Set(['MIT', 'Apache-2.0', 'ISC', 'Unicode-3.0']);

/** npm packages whose code esbuild puts into dist. */
const bundled = [
  'zod',
  '@xterm/headless',
  ...['ink', 'react', 'react-reconciler', 'scheduler', 'yoga-layout', 'es-toolkit'],
  ...['@alcalzone/ansi-tokenize', 'ansi-escapes', 'ansi-regex', 'ansi-styles', 'auto-bind'],
  ...['chalk', 'cli-boxes', 'cli-cursor', 'cli-truncate', 'code-excerpt', 'convert-to-spaces'],
  ...['environment', 'escape-string-regexp', 'get-east-asian-width', 'indent-string', 'is-in-ci'],
  ...['is-fullwidth-code-point', 'mimic-fn', 'onetime', 'patch-console', 'restore-cursor'],
  ...['signal-exit', 'slice-ansi', 'stack-utils', 'string-width', 'strip-ansi', 'terminal-size'],
  ...['widest-line', 'wrap-ansi'],
];

interface Metadata {
  packages: { name: string; version: string; license: string | null; source: string | null }[];
}

/** SPDX: every `AND` part must offer one `OR` choice that is allowed. */
function isAllowed(expression: string): boolean {
  return expression
    .replaceAll(/[()]/g, '')
    .split(' AND ')
    .every((part) => part.split(/ OR |\//).some((licence) => allowed.has(licence.trim())));
}

const metadata = JSON.parse(
  execFileSync('cargo', ['metadata', '--format-version', '1', '--locked'], {
    cwd: packageRoot,
    encoding: 'utf8',
    maxBuffer: Number.POSITIVE_INFINITY,
  }),
) as Metadata;

const shipped = [
  ...metadata.packages.filter(({ source }) => source !== null),
  ...bundled.map((name) =>
    JSON.parse(readFileSync(join(packageRoot, 'node_modules', name, 'package.json'), 'utf8')),
  ),
];
const problems = shipped
  .filter(({ license }) => !license || !isAllowed(license))
  .map(({ name, version, license }) => `${name} ${version} is under ${license ?? 'no licence'}`);

process.stdout.write(`${problems.join('\n') || `${shipped.length} packages are fine`}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
