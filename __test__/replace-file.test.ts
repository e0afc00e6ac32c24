import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { replaceFile } from '../ts/replace-file.js';
import { temporaryFolder } from './helpers/folder.js';

test('a file has the new content, and the mode that was asked for', (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'result.json');
  writeFileSync(file, 'old', { mode: 0o600 });
  replaceFile(file, 'new', 0o644);
  t.is(readFileSync(file, 'utf8'), 'new');
  t.is(statSync(file).mode & 0o777, 0o644);
  t.deepEqual(readdirSync(folder), ['result.json']);
});

test('a file that cannot be replaced leaves no draft behind', (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'a-folder');
  mkdirSync(file);
  t.throws(() => replaceFile(file, 'new'), { code: 'EISDIR' });
  t.deepEqual(readdirSync(folder), ['a-folder']);
});
