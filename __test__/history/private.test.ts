import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { makePrivate } from '../../ts/history/private.js';
import { temporaryFolder } from '../helpers/folder.js';

test('what cannot be made private is named once', (t) => {
  const file = join(temporaryFolder(t), 'runs.db');
  for (const path of [file, `${file}-wal`]) {
    writeFileSync(path, '');
    chmodSync(path, 0o664);
  }
  t.is(
    makePrivate(file, () => {}),
    `other users have access to ${file}, and its file system cannot prevent it`,
  );
  const failing = () => {
    throw new Error('EPERM: operation not permitted');
  };
  t.regex(makePrivate(file, failing) ?? '', /cannot be changed: EPERM/);
  t.is(makePrivate(file), undefined);
  t.is(statSync(file).mode & 0o777, 0o600);
  t.is(statSync(`${file}-wal`).mode & 0o777, 0o600);
  t.is(makePrivate(file, failing), undefined);
});

test('without a store there is nothing to make private', (t) => {
  t.is(makePrivate(join(temporaryFolder(t), 'none')), undefined);
});
