import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import {
  groupResult,
  hasLimit,
  identityOf,
  partsOf,
} from '../../../ts/bench/container/own-group.js';
import { temporaryFolder } from '../../helpers/folder.js';

function group(t: ExecutionContext, version: number, files: Readonly<Record<string, string>>) {
  const directory = temporaryFolder(t);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return { version, directory };
}

test('a group of version 2 gives peak, parts and kills', (t) => {
  const own = group(t, 2, {
    'memory.current': '1000\n',
    'memory.peak': '5000\n',
    'memory.stat': 'anon 700\nfile 200\nfile_mapped 5\n',
    'memory.events': 'low 0\noom 3\noom_kill 1\noom_group_kill 0\n',
  });
  t.deepEqual(partsOf(own), { usedBytes: 1000, anonBytes: 700, fileBytes: 200 });
  t.deepEqual(groupResult(own, { usedBytes: 4000, anonBytes: 3000, fileBytes: 900 }), {
    version: 2,
    path: own.directory,
    peakBytes: 5000,
    anonBytes: 3000,
    fileBytes: 900,
    oomKills: 1,
    escaped: 0,
  });
});

test('a group of version 1 gives them under other names', (t) => {
  const own = group(t, 1, {
    'memory.usage_in_bytes': '1000\n',
    'memory.max_usage_in_bytes': '5000\n',
    'memory.stat': 'cache 1\nrss 2\ntotal_cache 200\ntotal_rss 700\n',
    'memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 2\n',
  });
  t.deepEqual(partsOf(own), { usedBytes: 1000, anonBytes: 700, fileBytes: 200 });
  t.like(groupResult(own, undefined), { peakBytes: 5000, oomKills: 2 });
});

test('a figure that the kernel lacks is absent, never 0', (t) => {
  const own = group(t, 2, { 'memory.current': 'max\n' });
  t.is(partsOf(own), undefined);
  t.deepEqual(groupResult(own, undefined), { version: 2, path: own.directory, escaped: 0 });
});

test('a limit counts as set when it is, but for a part of a page', (t) => {
  const limited = (text: string) => group(t, 2, { 'memory.max': text });
  t.true(hasLimit(limited('536870912\n'), 512 * 1024 * 1024));
  t.true(hasLimit(limited('536870912\n'), 512 * 1024 * 1024 + 4095));
  t.false(hasLimit(limited('max\n'), 512 * 1024 * 1024));
  const unlimited = group(t, 1, { 'memory.limit_in_bytes': '9223372036854771712\n' });
  t.false(hasLimit(unlimited, 512 * 1024 * 1024));
});

test('a group is the same by whatever path it is seen', (t) => {
  const own = group(t, 2, {});
  const path = join(temporaryFolder(t), 'link');
  symlinkSync(own.directory, path);
  t.is(identityOf({ version: 2, directory: path }), identityOf(own));
  t.not(identityOf(group(t, 2, {})), identityOf(own));
});
