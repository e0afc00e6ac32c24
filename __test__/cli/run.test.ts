import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { resultSchema } from '../../ts/result/schema.js';
import type { Result, Task } from '../../ts/result/types.js';
import { isAlive, pidsIn } from '../helpers/alive.js';
import { temporaryFolder } from '../helpers/folder.js';
import { MB, peakOf } from '../helpers/measured.js';
import { cliPath, memtop, Running, startMemtop, until } from '../helpers/processes.js';
import { folderOf, holding, holdingTogether, ran } from '../helpers/tasks.js';
import { ways } from '../helpers/ways.js';

function taskOf(t: ExecutionContext, result: Result, id: string): Task {
  return result.tasks?.find((task) => task.id === id) ?? (t.fail(`no task ${id}`) as never);
}

function assertAbout(t: ExecutionContext, bytes: number | undefined, megabytes: number): void {
  const had = (bytes ?? 0) / MB;
  t.true(had >= megabytes && had < megabytes + 30, `${had} MB and not ${megabytes} MB`);
}

for (const way of ways) {
  const suffix = way.length > 0 ? ` (${way.join(' ')})` : '';

  test.serial(`tasks one after the other have the peak of the largest${suffix}`, async (t) => {
    const tasks = { a: { command: holding(100, 0.1) }, b: { command: holding(400, 0.1) } };
    const { code, result } = await ran(t, tasks, ['--serial', ...way, 'a', 'b']);
    t.is(code, 0);
    t.notThrows(() => resultSchema.parse(result));
    assertAbout(t, peakOf(t, result).bytes, 400);
    assertAbout(t, taskOf(t, result, 'a').peak?.bytes, 100);
    const b = taskOf(t, result, 'b');
    assertAbout(t, b.peak?.bytes, 400);
    // All times count from the start of the run.
    t.true((b.peak?.atMs ?? 0) >= (b.startedAtMs ?? Number.POSITIVE_INFINITY));
    t.true((b.startedAtMs ?? 0) >= 100);
    t.deepEqual(result.run.command, ['memtop', 'run', 'a', 'b']);
  });

  test.serial(`tasks at the same time have the peak of all${suffix}`, async (t) => {
    const tasks = {
      a: { command: holdingTogether(100, 2) },
      b: { command: holdingTogether(400, 2) },
    };
    const call = ['--parallel', '2', ...way, 'a', 'b'];
    const { result, stderr } = await ran(t, tasks, call);
    assertAbout(t, peakOf(t, result).bytes, 500);
    assertAbout(t, taskOf(t, result, 'a').peak?.bytes, 100);
    assertAbout(t, taskOf(t, result, 'b').peak?.bytes, 400);
    t.deepEqual(
      peakOf(t, result).tasks?.map(({ id, source, processCount }) => [id, source, processCount]),
      [
        ['b', 'config', 1],
        ['a', 'config', 1],
      ],
    );
    t.deepEqual(
      peakOf(t, result).processes.map(({ task }) => task),
      ['b', 'a'],
    );
    t.regex(stderr, /^ {2}at the peak +b 40\S+MB, a 10\S+MB$/m);
    t.is(result.sampling.method, way.length > 0 ? 'scanned' : result.sampling.method);
  });

  test.serial(`a task of several commands has the peak of the largest${suffix}`, async (t) => {
    const tasks = { a: { commands: [holding(200, 0.1), holding(100, 0.1)] } };
    const { result } = await ran(t, tasks, [...way, 'a']);
    assertAbout(t, taskOf(t, result, 'a').peak?.bytes, 200);
    assertAbout(t, peakOf(t, result).bytes, 200);
    t.is(taskOf(t, result, 'a').processCount, 2);
  });

  test.serial(`a task past its own limit is ended alone${suffix}`, async (t) => {
    const tasks = {
      big: { command: holding(300, 60), limit: '150M' },
      small: { command: ['sh', '-c', 'sleep 1; exit 0'] },
    };
    const flags = ['--keep-going', '--parallel', '2', '--grace', '100ms', ...way];
    const { code, stderr, result, folder } = await ran(t, tasks, [...flags, 'big', 'small']);
    t.is(code, 123);
    t.is(result.exit.cause, 'guard');
    const { exit, guard } = taskOf(t, result, 'big');
    t.is(exit?.cause, 'guard');
    t.like(guard, { action: 'terminated', reason: 'limit', limitBytes: 150 * MB });
    t.like(taskOf(t, result, 'small').exit, { code: 0, cause: 'exit' });
    t.regex(stderr, /^memtop: the guard ends big: it has .+, past its limit of 150MB$/m);
    t.is(readdirSync(folder).filter((name) => name.startsWith('memtop-crash-')).length, 2);
  });

  test.serial(`past the limit of the run all tasks are ended${suffix}`, async (t) => {
    const tasks = { a: { command: holding(100, 60) }, b: { command: holding(100, 60) } };
    const flags = ['--limit', '150M', '--parallel', '2', '--grace', '100ms', ...way];
    const { code, result } = await ran(t, tasks, [...flags, 'a', 'b']);
    t.is(code, 123);
    t.like(result.guard, { action: 'terminated', reason: 'limit', ended: 2 });
    t.deepEqual(
      result.tasks?.map(({ exit }) => exit?.cause),
      ['guard', 'guard'],
    );
  });

  test.serial(`a signal to memtop reaches all running tasks${suffix}`, async (t) => {
    const script = 'trap "echo got; exit 9" TERM; echo READY; while :; do sleep 0.02; done';
    const tasks = { a: { command: script }, b: { command: script }, c: { command: 'echo c' } };
    const cwd = folderOf(t, tasks);
    const args = ['run', '-q', '--parallel', '2', '--keep-going', ...way, 'a', 'b', 'c'];
    const running = startMemtop(args, { cwd });
    await running.printed('[a] READY');
    await running.printed('[b] READY');
    running.child.kill('SIGTERM');
    const { code, stdout } = await running.finished();
    t.is(code, 9);
    t.deepEqual(stdout.toString().split('\n').sort(), [
      '',
      '[a] READY',
      '[a] got',
      '[b] READY',
      '[b] got',
    ]);
  });

  test.serial(`after a failure running tasks are ended and none is left${suffix}`, async (t) => {
    const pids = 'sleep 60 & echo $$ $!; wait';
    const tasks = {
      long: { command: pids },
      bad: { command: 'sleep 0.5; exit 7' },
      last: { command: 'echo no' },
    };
    const flags = ['--parallel', '2', '--grace', '2s', ...way];
    const { code, stdout, result } = await ran(t, tasks, [...flags, 'long', 'bad', 'last']);
    t.is(code, 7);
    t.like(result.exit, { code: 7, cause: 'exit' });
    t.is(taskOf(t, result, 'long').exit?.cause, 'aborted');
    t.like(taskOf(t, result, 'last'), { status: 'skipped', skippedBecause: 'bad failed' });
    const text = stdout.toString();
    t.false(text.includes('no'));
    t.deepEqual(pidsIn(Buffer.from(text.replace('[long] ', '')), 2).filter(isAlive), []);
  });
}

test.serial('a second signal is not swallowed', async (t) => {
  const script =
    'n=0; trap "n=\\$((n+1)); echo got \\$n; [ \\$n = 2 ] && exit 5" INT; echo READY; ' +
    'while :; do sleep 0.02; done';
  const running = startMemtop(['run', '-q', 'a'], { cwd: folderOf(t, { a: { command: script } }) });
  await running.printed('READY');
  running.child.kill('SIGINT');
  await running.printed('got 1');
  running.child.kill('SIGINT');
  const { code, stdout } = await running.finished();
  t.is(code, 5);
  t.is(stdout.toString(), 'READY\ngot 1\ngot 2\n');
});

test.serial('no task is left when memtop is killed', async (t) => {
  const command = 'echo $$; exec sleep 60';
  const cwd = folderOf(t, { a: { command }, b: { command } });
  const running = startMemtop(['run', '-q', '--parallel', '2', 'a', 'b'], { cwd });
  await until(() => running.stdout.toString().split('\n').length === 3, 'both pids');
  const pids = running.stdout.toString().match(/\d+/g)?.map(Number) ?? [];
  process.kill(running.pid, 'SIGKILL');
  await running.finished();
  await until(() => !pids.some(isAlive), 'the tasks to end');
  t.is(pids.length, 2);
});

test('lines of concurrent tasks stay whole', async (t) => {
  const flood = (letter: string) => ({
    command: [
      'perl',
      '-e',
      `$| = 1; for (1..300) { print "${letter}" x 500; print "${letter}" x 500, "\\n" }`,
    ],
  });
  const long = { command: ['perl', '-e', 'print "l" x (1 << 20)'] };
  const tasks = { a: flood('a'), b: flood('b'), long };
  const { stdout, result } = await ran(t, tasks, ['--parallel', '3', 'a', 'b', 'long']);
  const lines = stdout.toString().split('\n');
  t.is(lines.pop(), '');
  t.is(lines.filter((line) => line === `[a] ${'a'.repeat(1000)}`).length, 300);
  t.is(lines.filter((line) => line === `[b] ${'b'.repeat(1000)}`).length, 300);
  t.is(lines.filter((line) => line === `[long] ${'l'.repeat(1 << 20)}`).length, 1);
  t.is(lines.length, 601);
  t.is(result.exit.code, 0);
});

test('a single task, and each with --serial, gets the unchanged streams', async (t) => {
  const tasks = { a: { command: 'cat; printf out; printf err >&2' } };
  const cwd = folderOf(t, { ...tasks, b: { command: 'printf more' } });
  const input = Buffer.from('in');
  for (const [args, out] of [
    [['a'], 'inout'],
    [['--serial', 'a', 'b'], 'inoutmore'],
    [['--parallel', '1', 'a', 'b'], 'inoutmore'],
  ] as const) {
    const { stdout, stderr } = await memtop(['run', '-q', ...args], { cwd, input });
    t.is(stdout.toString(), out);
    t.is(stderr, 'err');
  }
});

test('--keep-going skips the dependents of a failed task and runs the rest', async (t) => {
  const tasks = {
    bad: { command: 'exit 4' },
    after: { command: 'echo after', dependsOn: 'bad' },
    last: { command: 'echo last', dependsOn: ['after'] },
    other: { command: 'echo other' },
  };
  const { code, stdout, stderr, result } = await ran(t, tasks, [
    ...['--serial', '--keep-going', 'last', 'other'],
  ]);
  t.is(code, 4);
  t.is(stdout.toString(), 'other\n');
  t.deepEqual(
    result.tasks?.map(({ id, status, skippedBecause }) => [id, status, skippedBecause]),
    [
      ['bad', 'ended', undefined],
      ['after', 'skipped', 'it depends on bad'],
      ['last', 'skipped', 'it depends on after'],
      ['other', 'ended', undefined],
    ],
  );
  t.regex(stderr, /^\S bad failed, exit 4, \S+s/m);
  t.regex(stderr, /^\S after skipped: it depends on bad$/m);
  t.regex(stderr, /\S+s +bad failed, exit 4$/m);
  t.regex(stderr, /^ +- +- +after skipped: it depends on bad$/m);
  t.regex(stderr, /^ +\S+B +\S+ms +other$/m);
});

test('the exit code is that of the first failure', async (t) => {
  for (const [command, code] of [
    ['kill -9 $$', 137],
    [['no-such-command'], 127],
    [['/'], 126],
  ] as const) {
    const tasks = { a: { command }, b: { command: 'exit 3', dependsOn: 'a' } };
    t.is((await ran(t, tasks, ['--serial', 'b'])).code, code);
  }
  const slow = { a: { command: 'sleep 60' } };
  const { code, result } = await ran(t, slow, ['--timeout', '200ms', 'a']);
  t.is(code, 124);
  t.is(result.tasks?.[0]?.exit?.cause, 'timeout');
});

test('a command that fails is the last of its task', async (t) => {
  const tasks = { a: { commands: ['echo one; exit 2', 'echo two'] } };
  const { code, stdout } = await ran(t, tasks);
  t.is(code, 2);
  t.is(stdout.toString(), 'one\n');
});

test('a task has its folder, its variables and the programs of packages', async (t) => {
  const env = { WORD: 'w' };
  const folder = folderOf(t, { a: { command: 'tool; echo $WORD; pwd', cwd: 'sub', env } });
  const programs = join(folder, 'node_modules/.bin');
  mkdirSync(join(folder, 'sub'));
  mkdirSync(programs, { recursive: true });
  writeFileSync(join(programs, 'tool'), '#!/bin/sh\necho tool\n');
  chmodSync(join(programs, 'tool'), 0o755);
  const { stdout } = await memtop(['run', '-q', 'a'], { cwd: join(folder, 'sub') });
  t.is(stdout.toString(), `tool\nw\n${join(folder, 'sub')}\n`);
});

test('scripts of package.json run as npm runs them', async (t) => {
  const folder = temporaryFolder(t);
  const scripts = {
    prebuild: 'echo pre',
    build: 'echo $npm_lifecycle_event',
    postbuild: 'echo post',
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'p', scripts }));
  const { code, stdout } = await memtop(['run', '--json', '-', '-q', 'build'], { cwd: folder });
  t.is(code, 0);
  const [output = '', json = ''] = stdout.toString().split(/^(?=\{$)/m);
  t.regex(output, /^pre$.+^build$.+^post$/ms);
  t.like(JSON.parse(json).tasks[0], { id: 'build', source: 'script', status: 'ended' });
});

test('scripts run by a script are accounted separately and shown in the summary', async (t) => {
  const folder = temporaryFolder(t);
  const step = (megabytes: number) =>
    `perl -e '$held .= "x" x (1 << 20) for 1..${megabytes}; select undef, undef, undef, 0.3'`;
  const scripts = { all: 'npm run small && npm run large', small: step(100), large: step(200) };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'p', scripts }));
  const args = ['run', '--json', 'result.json', '--log-heap-usage', 'all'];
  const { code, stderr } = await memtop(args, { cwd: folder });
  t.is(code, 0, stderr);
  const result: Result = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'));
  t.deepEqual(resultSchema.parse(result), result);
  t.deepEqual(
    result.tasks?.map(({ id, parent, source }) => [id, parent, source]),
    [
      ['all', undefined, 'script'],
      ['all > p:small', 'all', 'npm'],
      ['all > p:large', 'all', 'npm'],
    ],
  );
  assertAbout(t, taskOf(t, result, 'all > p:small').peak?.bytes, 100);
  const large = taskOf(t, result, 'all > p:large');
  assertAbout(t, large.peak?.bytes, 200);
  // All times count from the start of the run.
  const endOf = ({ startedAtMs = 0, durationMs = 0 }: Task) => startedAtMs + durationMs;
  t.true((large.startedAtMs ?? 0) >= endOf(taskOf(t, result, 'all > p:small')));
  t.true(endOf(large) <= result.run.durationMs);
  t.regex(stderr, /^. all > p:large .+\(peak: 20\d(\.\d)?MB\)$/m);
  t.regex(stderr, /^ +20\d(\.\d)?MB .+ {2}all > p:large$/m);
});

test('the package manager is the one of the project', async (t) => {
  const folder = temporaryFolder(t);
  const programs = join(folder, 'programs');
  const inner = join(folder, 'packages/inner');
  for (const created of [programs, inner]) mkdirSync(created, { recursive: true });
  for (const name of ['npm', 'pnpm', 'yarn', 'bun']) {
    writeFileSync(join(programs, name), `#!/bin/sh\necho ${name} "$@"\n`);
    chmodSync(join(programs, name), 0o755);
  }
  const env = { PATH: `${programs}${delimiter}${process.env.PATH}` };
  const managerOf = async () =>
    (await memtop(['run', '-q', 'x'], { cwd: inner, env })).stdout.toString();
  writeFileSync(join(inner, 'package.json'), '{"scripts": {"x": ""}}');
  t.is(await managerOf(), 'npm run x\n');
  writeFileSync(join(folder, 'yarn.lock'), '');
  t.is(await managerOf(), 'yarn run x\n');
  writeFileSync(join(folder, 'package.json'), '{"packageManager": "pnpm@9.1.0"}');
  t.is(await managerOf(), 'pnpm run x\n');
  writeFileSync(join(inner, 'bun.lock'), '');
  t.is(await managerOf(), 'bun run x\n');
});

const wrong: readonly (readonly [args: readonly string[], message: RegExp])[] = [
  [[], /^no task given; name one or more, as in: memtop run build$/],
  [['bild'], /^there is no task bild; did you mean build\?$/],
  [
    ['needy'],
    /config\.json: tasks\.needy\.dependsOn: there is no task nothing; available: build, /,
  ],
  [['a'], /config\.json: tasks depend on one another: a → b → a$/],
  [['--parallel', '0', 'build'], /^--parallel must be a whole number from 1 to 256, not "0"$/],
  [['build', 'own', '--parallel', '2'], /^own needs a terminal of its own \(pty\), /],
  [
    ['--', 'echo', 'x'],
    /^run takes the names of tasks; a command is measured by: memtop -- echo x$/,
  ],
  [['--warn', '2G', '--limit', '1G', 'build'], /^--warn 2G must not be above the limit, /],
];

for (const [args, message] of wrong) {
  test(`memtop run ${args.join(' ')} is a usage error`, async (t) => {
    const cwd = folderOf(t, {
      build: { command: 'echo started' },
      needy: { command: 'echo started', dependsOn: 'nothing' },
      a: { command: 'echo started', dependsOn: 'b' },
      b: { command: 'echo started', dependsOn: 'a' },
      own: { command: 'echo started', pty: 'on' },
    });
    const { code, stdout, stderr } = await memtop(['run', ...args], { cwd });
    t.is(code, 2);
    t.is(stdout.toString(), '');
    t.regex(stderr, /^memtop: [^\n]+\n$/);
    t.regex(stderr.slice('memtop: '.length, -1), message);
  });
}

test('without /proc tasks still run', async (t) => {
  const cwd = folderOf(t, { a: { command: 'echo a' }, b: { command: 'exit 3', dependsOn: 'a' } });
  const unshare = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount'];
  const inside = 'mount -t tmpfs none /proc && exec "$@"';
  const command = [process.execPath, cliPath, 'run', '-q', '--serial', 'b'];
  const running = new Running('unshare', [...unshare, 'sh', '-c', inside, 'sh', ...command], {
    cwd,
  });
  running.child.stdin?.end();
  const { code, stdout } = await running.finished();
  t.is(code, 3);
  t.is(stdout.toString(), 'a\n');
});

test('without the addon tasks still run, fail and are ended', async (t) => {
  const hidden = 'data:text/javascript,Object.defineProperty(process, "arch", { value: "none" })';
  const cwd = folderOf(t, {
    a: { command: 'echo $$; exec sleep 60' },
    b: { commands: ['sleep 0.5', 'exit 3'] },
    c: { command: 'echo no', dependsOn: 'b' },
  });
  const args = [cliPath, 'run', '-q', '--json', 'result.json', '--parallel', '2', 'a', 'b', 'c'];
  const running = new Running(process.execPath, ['--import', hidden, ...args], { cwd });
  running.child.stdin?.end();
  const { code, stdout, stderr } = await running.finished();
  t.is(code, 3, stderr);
  t.regex(stderr, /^memtop: warning: nothing was measured: [^\n]+\n$/);
  t.regex(stdout.toString(), /^\[a\] \d+\n$/);
  t.false(isAlive(Number(stdout.toString().slice('[a] '.length))));
  const result: Result = JSON.parse(readFileSync(join(cwd, 'result.json'), 'utf8'));
  t.deepEqual(
    result.tasks?.map(({ id, status, exit }) => [id, status, exit?.cause]),
    [
      ['a', 'ended', 'aborted'],
      ['b', 'ended', 'exit'],
      ['c', 'skipped', undefined],
    ],
  );
});
