import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { temporaryFolder } from '../helpers/folder.js';
import { cliPath, memtop, Running } from '../helpers/processes.js';

const oneLine = /^[^\n]+\n$/;

test('arguments reach the command unchanged', async (t) => {
  const odd = ['', ' ', 'a b', '"', "'", '$HOME', '*', '\n', '--json', '--', '\\', 'ä🙂', '\t'];
  const { code, stdout } = await memtop(['--quiet', '--', 'printf', '[%s]', ...odd]);
  t.is(code, 0);
  t.is(stdout.toString(), odd.map((argument) => `[${argument}]`).join(''));
});

test('arguments that are not UTF-8 reach the command byte for byte', async (t) => {
  const script = `exec "$0" "$1" --quiet -- printf '%s|%s' "$(printf 'a\\377\\376')" 'ä'`;
  const { stdout } = await new Running('sh', ['-c', script, process.execPath, cliPath]).finished();
  t.deepEqual([...stdout], [0x61, 0xff, 0xfe, 0x7c, ...Buffer.from('ä')]);
});

test('no command is a usage error', async (t) => {
  for (const args of [[], ['--'], ['--quiet'], ['exec'], ['exec', '--']]) {
    const { code, stderr } = await memtop(args);
    t.is(code, 2);
    t.regex(stderr, oneLine);
    t.regex(stderr, /no command given/);
  }
});

test('exec is the long name of running', async (t) => {
  t.is((await memtop(['exec', '-q', '--', 'sh', '-c', 'exit 3'])).code, 3);
});

test('a command without -- gets the correct usage', async (t) => {
  const { code, stderr } = await memtop(['npm', 'run', 'build']);
  t.is(code, 2);
  t.regex(stderr, oneLine);
  t.regex(stderr, /memtop -- npm run build/);
});

test('a wrong flag names the right one and starts nothing', async (t) => {
  const { code, stdout, stderr } = await memtop(['--intervall', '5', '--', 'echo', 'started']);
  t.is(code, 2);
  t.is(stdout.toString(), '');
  t.is(stderr, 'memtop: unknown flag --intervall; did you mean --interval?\n');
});

test('a command that does not exist gives 127', async (t) => {
  for (const [command, message] of [
    ['no-such-command', 'no-such-command: command not found'],
    ['./no/such/file', './no/such/file: no such file'],
    ['', ': command not found'],
  ] as const) {
    const { code, stderr } = await memtop(['--', command]);
    t.is(code, 127);
    t.is(stderr, `memtop: ${message}\n`);
  }
});

test('a command that cannot be executed gives 126', async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'not-executable');
  writeFileSync(file, 'text', { mode: 0o644 });
  for (const [command, message] of [
    [folder, `${folder}: is a directory`],
    [file, `${file}: permission denied`],
    [`${file}/below`, `${file}/below: not a directory`],
  ] as const) {
    const { code, stderr } = await memtop(['--', command]);
    t.is(code, 126);
    t.is(stderr, `memtop: ${message}\n`);
  }
});

test('a missing interpreter is not reported as a missing script', async (t) => {
  const file = join(temporaryFolder(t), 'script');
  writeFileSync(file, '#!/no/such/interpreter\n');
  chmodSync(file, 0o755);
  const { code, stderr } = await memtop(['--', file]);
  t.is(code, 127);
  t.is(stderr, `memtop: ${file}: the interpreter that ${file} names is missing\n`);
});

test('a script without a first line is run by sh, as execvp does', async (t) => {
  const file = join(temporaryFolder(t), 'script');
  writeFileSync(file, 'echo ran; exit 5\n', { mode: 0o755 });
  const { code, stdout } = await memtop(['--quiet', '--', file]);
  t.is(stdout.toString(), 'ran\n');
  t.is(code, 5);
});

test('help and version go to standard output', async (t) => {
  const help = await memtop(['--help']);
  t.is(help.code, 0);
  t.regex(help.stdout.toString(), /usage: memtop \[options\] -- <command>/);
  t.regex(help.stdout.toString(), /--interval MS [\s\S]*\[MEMTOP_INTERVAL\]/);
  const version = await memtop(['-V']);
  t.regex(version.stdout.toString(), /^\d+\.\d+\.\d+\n$/);
});

test('memtop works in a folder that has been removed', async (t) => {
  const script = `mkdir gone && cd gone && rmdir ../gone && exec "$0" "$1" -q -- sh -c 'exit 8'`;
  const options = { cwd: temporaryFolder(t) };
  const { code } = await new Running(
    'sh',
    ['-c', script, process.execPath, cliPath],
    options,
  ).finished();
  t.is(code, 8);
});
