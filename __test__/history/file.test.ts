import test from 'ava';
import { defaultStoreFile } from '../../ts/history/file.js';

test('the store is in the data folder', (t) => {
  t.is(defaultStoreFile({ XDG_DATA_HOME: '/data', HOME: '/home/me' }), '/data/memtop/runs.db');
  t.is(defaultStoreFile({ HOME: '/home/me' }), '/home/me/.local/share/memtop/runs.db');
});

test('a relative folder is ignored', (t) => {
  t.is(
    defaultStoreFile({ XDG_DATA_HOME: 'data', HOME: '/home/me' }),
    '/home/me/.local/share/memtop/runs.db',
  );
  t.is(defaultStoreFile({ HOME: '.' }), undefined);
});

test('without a home there is no store', (t) => {
  t.is(defaultStoreFile({}), undefined);
});
