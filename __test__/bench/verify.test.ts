import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { isVerified, verified } from '../../ts/bench/verify.js';
import { temporaryFolder } from '../helpers/folder.js';

function folder(t: ExecutionContext, ...files: string[]): string {
  const from = temporaryFolder(t);
  for (const file of files) {
    mkdirSync(dirname(join(from, file)), { recursive: true });
    writeFileSync(join(from, file), 'text');
  }
  return from;
}

const one = (from: string, path: string, since = 0n) =>
  verified([{ path, from, isRequired: true }], since)[0];

for (const [path, fileCount] of [
  ['dist/a.js', 1],
  ['./dist//a.js', 1],
  ['dist', 3],
  ['dist/*.js', 1],
  ['dist/**/*.js', 2],
  ['**/b.js', 1],
  ['dist/?.js', 1],
  ['dist/*.css', 0],
  ['.', 0],
  ['**/.hidden', 1],
  ['dist/.hid*', 1],
] as const) {
  test(`${path} means ${fileCount} of the files`, (t) => {
    const from = folder(t, 'dist/a.js', 'dist/deep/b.js', 'dist/.hidden', '.cache/x/.hidden');
    t.is(one(from, path)?.fileCount, fileCount);
  });
}

test('one fresh file among old ones is enough', (t) => {
  const from = folder(t, 'a', 'b');
  t.is(one(from, '*')?.state, 'fresh');
  t.is(one(from, '*', 10n ** 30n)?.state, 'stale');
  t.is(one(from, 'c')?.state, 'missing');
});

test('a path may be absolute, and circular links come to an end', (t) => {
  const from = folder(t, 'dist/a.js');
  symlinkSync('..', join(from, 'dist/up'));
  t.is(one('/', join(from, 'dist/a.js'))?.state, 'fresh');
  t.is(one(from, 'dist/**/a.js')?.fileCount, 1);
  t.is(one(from, 'dist')?.fileCount, 1);
});

test('an optional path may be missing', (t) => {
  const missing = { path: 'a', fileCount: 0, bytes: 0, state: 'missing' as const };
  t.true(isVerified([{ ...missing, isRequired: false }]));
  t.false(isVerified([{ ...missing, isRequired: true }]));
});
