import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { packageRoot } from '../../ts/package.js';
import { temporaryFolder } from '../helpers/folder.js';
import { Running } from '../helpers/processes.js';
import { ownStore } from '../helpers/stored.js';

const page = readFileSync(join(packageRoot, 'docs/api.md'), 'utf8');
const examples = [...page.matchAll(/^```js\n(.+?)^```$/gms)].map(([, code = '']) => code);

/** The expected output, except where the page says that it varies. */
const printed: readonly RegExp[] = [
  /^0 \d{9}\n$/,
  /^sh -c exit 3: exited with code 3\n3 \d+\n$/,
  /^word\n \d+\n$/,
  /^\d+ 1\naborted\n$/,
  /^true\naborted\n$/,
  /^TimeoutError aborted \d+\n$/,
  /^small 0 [\d.]+ \d+\nlate 0 [\d.]+ \d+\n\[ 'small', 'late' \]\n$/,
  /^server \d{8,}\n$/,
  /^\d{8,}\n$/,
  /^ended \d{8,} 1\n$/,
  /^\d+ \[.+\] \d+\ntrue \d+\n$/s,
  /^true \d{8,}\n$/,
  /^\d{8}-\d{6}-[0-9a-f]{6} ended \d+\n0\n$/,
];

test('the page has as many examples as there are answers to them', (t) => {
  t.is(examples.length, printed.length);
});

for (const [index, code] of examples.entries()) {
  test(`example ${index + 1} does what the page says`, async (t) => {
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(packageRoot, join(folder, 'node_modules/memtop'));
    writeFileSync(join(folder, 'example.mjs'), code);
    const store = ownStore(t);
    if (code.includes('openStore')) await store.memtop('--label', 'build', '--', 'true');
    const env = { ...process.env, ...store.env };
    const node = new Running(process.execPath, ['example.mjs'], { cwd: folder, env });
    const { code: exitCode, stdout, stderr } = await node.finished();
    t.is(exitCode, 0, stderr);
    t.regex(stdout.toString(), printed[index] ?? /^$/);
  });
}
