import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { keepResult } from '../../ts/nx/files.js';
import { temporaryFolder } from '../helpers/folder.js';
import { resultOf } from '../helpers/result-of.js';

test('the kept result is private, and holds no secrets', (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'last.json');
  writeFileSync(file, '{}');
  chmodSync(file, 0o644);
  const result = resultOf({ id: 'x', megabytes: 100 });
  const run = { ...result.run, command: ['nx', 'build', '--token', 'hunter2'] };
  keepResult({ ...result, run }, [], folder);
  t.is(statSync(file).mode & 0o777, 0o600);
  t.deepEqual(JSON.parse(readFileSync(file, 'utf8')).run.command, [
    ...['nx', 'build', '--token'],
    '[redacted]',
  ]);
});
