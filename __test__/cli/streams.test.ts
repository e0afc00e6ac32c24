import { randomBytes } from 'node:crypto';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { temporaryFolder } from '../helpers/folder.js';
import { memtop } from '../helpers/processes.js';

test('input and output of the command are byte for byte as without memtop', async (t) => {
  const input = randomBytes(5_000_000);
  const { code, stdout, stderr } = await memtop(['--quiet', '--', 'cat'], { input });
  t.is(code, 0);
  t.true(stdout.equals(input));
  t.is(stderr, '');
});

test('standard error is the command’s own until it has ended', async (t) => {
  const { stderr } = await memtop([
    '--',
    'sh',
    '-c',
    'echo first >&2; sleep 0.05; echo second >&2',
  ]);
  t.regex(stderr, /^first\nsecond\nmemtop: /);
});

test('the command gets the same open files as memtop', async (t) => {
  const file = join(temporaryFolder(t), 'out');
  const fd = openSync(file, 'w');
  const links = 'readlink /proc/self/fd/0 /proc/self/fd/1';
  const { code } = await memtop(['--quiet', '--', 'sh', '-c', links], {
    stdio: ['ignore', fd, 'pipe'],
  });
  t.is(code, 0);
  t.is(readFileSync(file, 'utf8'), `/dev/null\n${file}\n`);
});

test('a pipe to the command keeps blocking', async (t) => {
  const script = 'grep flags /proc/self/fdinfo/1';
  const bare = await memtop(['--quiet', '--', 'sh', '-c', script]);
  const nonBlocking = 0o4000;
  const flags = Number.parseInt(bare.stdout.toString().replace(/\D+/, ''), 8);
  t.is(flags & nonBlocking, 0);
});

test('a closed output pipe ends the command by SIGPIPE, as without memtop', async (t) => {
  const { code, stdout } = await memtop(['--quiet', '--', 'sh', '-c', 'yes | head -1; exit 0']);
  t.is(stdout.toString(), 'y\n');
  t.is(code, 0);
  const closed = await memtop(['--quiet', '--', 'sh', '-c', "exec sh -c 'kill -PIPE $$; exit 1'"]);
  t.is(closed.code, 141);
});

test('a summary that cannot be printed changes nothing', async (t) => {
  const full = openSync('/dev/full', 'w');
  const { code, stdout } = await memtop(['--', 'sh', '-c', 'echo out; exit 6'], {
    stdio: ['ignore', 'pipe', full],
  });
  t.is(code, 6);
  t.is(stdout.toString(), 'out\n');
});
