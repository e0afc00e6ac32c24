import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { ProcessRecord } from '../../ts/index.js';
import { temporaryFolder } from '../helpers/folder.js';
import { testNeeding } from '../helpers/needs.js';
import { cliPath, memtop, Running } from '../helpers/processes.js';
import { unlessRoot } from '../helpers/programs.js';

const testAsRoot = testNeeding(unlessRoot());

/** A shell with a child; both wait. */
async function pair(t: ExecutionContext, cwd = '/'): Promise<{ shell: Running; child: number }> {
  const script = 'sh -c "echo \\$\\$; echo READY; read line; :"; :';
  const shell = new Running('sh', ['-c', script], { cwd });
  t.teardown(() => shell.killed());
  await shell.printed('READY');
  return { shell, child: Number.parseInt(shell.stdout.toString(), 10) };
}

const linesOf = (stdout: Buffer) => stdout.toString().trimEnd().split('\n');

test('every process has a line, the largest first', async (t) => {
  const { shell } = await pair(t);
  const { code, stdout, stderr } = await memtop(['ps']);
  t.is(code, 0);
  t.is(stderr, '');
  const [head, ...rows] = linesOf(stdout);
  t.regex(head ?? '', /^ *PID +PPID +RSS +CPU +COMMAND$/);
  t.true(rows.some((row) => row.trimStart().startsWith(`${shell.pid} `)));
  const bytes = rows.map((row) => sizeOf(row.trim().split(/ +/)[2] ?? ''));
  t.deepEqual(
    bytes,
    bytes.toSorted((one, other) => other - one),
  );
});

function sizeOf(text: string): number {
  const [, number, unit] = /^([\d.]+)(B|KB|MB|GB)$/.exec(text) ?? [];
  return Number(number) * 1024 ** ['B', 'KB', 'MB', 'GB'].indexOf(unit ?? '');
}

test('a pid shows that process and what descends from it', async (t) => {
  const { shell, child } = await pair(t);
  const { stdout } = await memtop(['ps', '--tree', `${shell.pid}`]);
  const [head, first, second, ...rest] = linesOf(stdout);
  t.regex(head ?? '', /^ *PID +RSS +TREE +CPU +COMMAND$/);
  t.regex(first ?? '', new RegExp(`^ *${shell.pid} +\\S+B +\\S+B +\\S+ +sh -c`));
  t.regex(second ?? '', new RegExp(`^ *${child} +\\S+B +\\S+ +└ sh -c`));
  t.deepEqual(rest, []);
});

test('--cwd shows the processes that work in a folder or below it', async (t) => {
  const folder = temporaryFolder(t);
  for (const below of ['a', 'a/b', 'a-b']) mkdirSync(join(folder, below));
  const inside = await pair(t, join(folder, 'a/b'));
  await pair(t, join(folder, 'a-b'));
  const { stdout } = await memtop(['ps', '--json', '--cwd', 'a'], { cwd: folder });
  const pids = (JSON.parse(stdout.toString()) as ProcessRecord[]).map(({ pid }) => pid);
  t.deepEqual(
    pids,
    [inside.shell.pid, inside.child].toSorted((one, other) => one - other),
  );
});

test('--json prints an array of records', async (t) => {
  const { shell, child } = await pair(t);
  const { stdout } = await memtop(['ps', '--json', `${shell.pid}`]);
  const records = JSON.parse(stdout.toString()) as ProcessRecord[];
  const [record] = records;
  t.deepEqual(
    records.map(({ pid }) => pid),
    [shell.pid, child],
  );
  t.like(record, { parentPid: process.pid, name: 'sh', cwd: '/', state: 'sleeping' });
  t.is(record?.command[0], 'sh');
  t.true((record?.rssBytes ?? 0) > 100_000);
});

test('a folder without processes gives no line and a message', async (t) => {
  const { code, stdout, stderr } = await memtop(['ps', '--cwd', '/no/such/folder']);
  t.is(code, 0);
  t.is(stdout.toString(), '');
  t.is(stderr, 'memtop: no process works in /no/such/folder\n');
  const json = await memtop(['ps', '--json', '--cwd', '/no/such/folder']);
  t.deepEqual(JSON.parse(json.stdout.toString()), []);
  t.is(json.stderr, '');
});

test('a process that is not there is named', async (t) => {
  const { code, stdout, stderr } = await memtop(['ps', '4194305']);
  t.is(code, 1);
  t.is(stdout.toString() + stderr, 'memtop: there is no process 4194305\n');
});

for (const [args, message] of [
  [['init'], 'init is not a process id; memtop ps lists them'],
  [['0'], '0 is not a process id; memtop ps lists them'],
  [['1', '2'], 'ps takes one process id, and 2 is a second one'],
  [['--cwd'], '--cwd needs a value: --cwd DIR'],
  [['--cwd='], '--cwd must name a folder, not ""'],
  [['--tre'], 'unknown flag --tre; did you mean --tree?'],
  [['--', 'ls'], 'ls is not a process id; memtop ps lists them'],
] as const) {
  test(`ps ${args.join(' ')} is a usage error`, async (t) => {
    const { code, stdout, stderr } = await memtop(['ps', ...args]);
    t.is(code, 2);
    t.is(stdout.toString() + stderr, `memtop: ${message}\n`);
  });
}

test('a closed output pipe is no error', async (t) => {
  const script = '"$0" "$1" ps --json | head -c 1; echo';
  const { stderr } = await new Running('sh', ['-c', script, process.execPath, cliPath]).finished();
  t.is(stderr, '');
});

test('control sequences in a name do not reach the terminal', async (t) => {
  const script = 'printf "\\033[2J" > /proc/$$/comm; echo READY; read line';
  const shell = new Running('sh', ['-c', script, '\u001b]0;title\u0007']);
  t.teardown(() => shell.killed());
  await shell.printed('READY');
  const { stdout } = await memtop(['ps', `${shell.pid}`]);
  t.false(stdout.includes('\u001b'));
  t.false(stdout.includes('\u0007'));
});

/** A place with another /proc: a mount namespace of its own. */
const unshare = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount'];

test('without /proc it says what is missing', async (t) => {
  for (const [command, args] of [
    ['ps', []],
    ['kill', ['1']],
  ] as const) {
    const inside = 'mount -t tmpfs none /proc && exec "$@"';
    const call = ['sh', '-c', inside, 'sh', process.execPath, cliPath, command, ...args];
    const { code, stdout, stderr } = await new Running('unshare', [...unshare, ...call]).finished();
    t.is(code, 1);
    t.is(stdout.toString() + stderr, 'memtop: /proc: procfs is not mounted here\n');
  }
});

testAsRoot('hidden processes are not shown, and a message says so', async (t) => {
  const inside =
    'mount -t proc -o hidepid=invisible proc /proc && ' +
    'exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"';
  const call = ['sh', '-c', inside, 'sh', process.execPath, cliPath, 'ps'];
  const { code, stdout, stderr } = await new Running('unshare', ['--mount', ...call]).finished();
  t.is(code, 0);
  t.is(stderr, 'memtop: the processes of other users are hidden here (hidepid of /proc)\n');
  const pids = linesOf(stdout).map((line) => Number.parseInt(line, 10));
  t.true(pids.length >= 2);
  t.false(pids.includes(process.pid));
});
