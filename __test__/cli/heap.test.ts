/** Heaps of real Node processes: what is reported, and that programs run as without --heap. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { resultSchema } from '../../ts/result/schema.js';
import type { Heap, Result } from '../../ts/result/types.js';
import { run } from '../../ts/tracker/api/run.js';
import { isAlive } from '../helpers/alive.js';
import { ifCutOff } from '../helpers/cut-off.js';
import { temporaryFolder } from '../helpers/folder.js';
import { measured } from '../helpers/measured.js';
import {
  cliPath,
  type Finished,
  memtop,
  Running,
  startMemtop,
  until,
} from '../helpers/processes.js';

const MB = 1024 * 1024;

// Runs of this very process must not leave their copy of the preload with the user.
const ownCache = mkdtempSync(join(tmpdir(), 'memtop-test-'));
process.env.XDG_CACHE_HOME = ownCache;
const removeCache = () => rmSync(ownCache, { recursive: true, force: true });
ifCutOff(removeCache);
test.after.always(removeCache);

const node = process.execPath;

/** Holds this many megabytes of numbers in `held`. */
const hold = (megabytes: number) =>
  `const held = Array.from({ length: ${megabytes} }, () => Array(2 ** 17).fill(0.5));`;

interface Where {
  readonly env: Record<string, string>;
  readonly temporary: string;
  readonly json: string;
}

/** Folders of its own, with names that need quotes. */
function places(t: ExecutionContext, name = 'a "b" \\c'): Where {
  const folder = temporaryFolder(t);
  const temporary = join(folder, name, 'tmp');
  const cache = join(folder, name, 'cache');
  mkdirSync(temporary, { recursive: true });
  mkdirSync(cache);
  const env = { TMPDIR: temporary, XDG_CACHE_HOME: cache };
  return { env, temporary, json: join(folder, 'result.json') };
}

async function heapRun(
  t: ExecutionContext,
  command: readonly string[],
  { flags = [], env = {} }: { flags?: readonly string[]; env?: Record<string, string> } = {},
): Promise<Finished & { result: Result; heaps: Heap[] }> {
  const where = places(t);
  const finished = await memtop(['--heap', ...flags, '--json', where.json, '--', ...command], {
    env: { ...where.env, ...env },
  });
  const result: Result = JSON.parse(readFileSync(where.json, 'utf8'));
  t.deepEqual(resultSchema.parse(result), result);
  t.deepEqual(readdirSync(where.temporary), []);
  return { ...finished, result, heaps: result.heap?.heaps ?? [] };
}

test('a program that holds 100 MB is reported with the heap it needs', async (t) => {
  const { code, stderr, result, heaps } = await heapRun(t, [node, '-e', hold(100)]);
  t.is(code, 0);
  t.is(heaps.length, 1);
  t.like(heaps[0], { lastSeen: 'end', pid: result.run.process?.pid });
  const { usedBytes = 0, neededMegabytes = 0, limitBytes = 0 } = heaps[0] ?? {};
  t.true(usedBytes >= 100 * MB && usedBytes < 150 * MB, `${usedBytes}`);
  t.true(neededMegabytes >= 112 && neededMegabytes <= 192, `${neededMegabytes}`);
  t.true(limitBytes > 500 * MB);
  t.true((result.heap?.ofPeakBytes ?? 0) >= 80 * MB, `${result.heap?.ofPeakBytes}`);
  t.true((result.heap?.ofPeakBytes ?? 0) <= (result.peak?.bytes ?? 0));
  t.regex(
    stderr.replaceAll(/\s+/g, ' '),
    /JavaScript heap 1\d\d(\.\d)?MB of \d+(\.\d)?GB allowed in node -e /,
  );
  t.regex(stderr.replaceAll(/\s+/g, ' '), /allowed in node -e .*needs --max-old-space-size=1\d\d;/);
});

test('the reported need is enough, and a third of it is not', async (t) => {
  const program = `${hold(100)} held.length;`;
  const { heaps } = await heapRun(t, [node, '-e', program]);
  const needed = heaps[0]?.neededMegabytes ?? 0;
  const enough = await memtop(['-q', '--', node, `--max-old-space-size=${needed}`, '-e', program]);
  t.is(enough.code, 0, enough.stderr);
  const third = Math.floor(needed / 3);
  const less = await memtop(['-q', '--', node, `--max-old-space-size=${third}`, '-e', program]);
  t.not(less.code, 0);
});

test('garbage that full collections reclaim does not count as needed', async (t) => {
  const program = `
    ${hold(30)}
    let turns = 0;
    const timer = setInterval(() => {
      let waste = [];
      for (let count = 0; count < 3e5; count += 1) waste.push({ count });
      globalThis.gc();
      if ((turns += 1) === 10) clearInterval(timer);
    }, 30);`;
  const { heaps } = await heapRun(t, [node, '--expose-gc', '-e', program]);
  const [heap] = heaps;
  t.true((heap?.fullCollections ?? 0) >= 3, `${heap?.fullCollections}`);
  t.true(
    (heap?.liveBytes ?? 0) >= 25 * MB && (heap?.liveBytes ?? 0) < 60 * MB,
    `${heap?.liveBytes}`,
  );
  t.true((heap?.neededMegabytes ?? 0) <= 80, `${heap?.neededMegabytes}`);
});

test('a full heap is reported, and so is the cause of the end', async (t) => {
  const program = 'const held = []; for (;;) held.push({ numbers: [1, 2, 3] })';
  const { code, result, heaps, stderr } = await heapRun(t, [
    node,
    '--max-old-space-size=64',
    '-e',
    program,
  ]);
  t.is(code, 134);
  t.is(result.exit.cause, 'oom-heap');
  t.like(result.oom, { kind: 'heap', heapLimitBytes: 64 * MB });
  t.like(heaps[0], { lastSeen: 'full', neededMegabytes: 128 });
  t.false(stderr.includes('Node.js report'));
});

test('buffers are counted apart from the heap', async (t) => {
  const program = 'const held = Buffer.alloc(50e6, 1); setTimeout(() => held.length, 10)';
  const { heaps } = await heapRun(t, [node, '-e', program]);
  t.true((heaps[0]?.arrayBuffersBytes ?? 0) >= 50e6);
  t.true((heaps[0]?.externalBytes ?? 0) >= 50e6);
  t.true((heaps[0]?.usedBytes ?? Infinity) < 20 * MB);
});

test('each thread has a heap of its own, even one without options', async (t) => {
  const inThread = `${hold(60)} setTimeout(() => {}, 20)`;
  const program = `
    const { Worker } = require('worker_threads');
    new Worker(${JSON.stringify(inThread)}, { eval: true, execArgv: [] });
    new Worker(${JSON.stringify('process.exit(3)')}, { eval: true });`;
  const { code, result, heaps } = await heapRun(t, [node, '-e', program]);
  t.is(code, 0);
  t.like(result.heap, { processCount: 1, heapCount: 3 });
  t.deepEqual(heaps.map(({ worker }) => worker).sort(), [1, 2, undefined]);
  t.is(heaps[0]?.worker, 1);
  t.true((heaps[0]?.usedBytes ?? 0) >= 60 * MB);
  t.true(heaps.every(({ lastSeen }) => lastSeen === 'end'));
});

test('forked processes and those of a shell report too', async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'parent.cjs');
  writeFileSync(
    file,
    `const { fork, execSync } = require('child_process');
     if (process.send) { process.send('up'); process.disconnect(); }
     else {
       execSync('"$NODE" -e 0', { env: { ...process.env, NODE: process.execPath } });
       fork(__filename, { execArgv: [] });
     }`,
  );
  const { code, result } = await heapRun(t, [node, file]);
  t.is(code, 0);
  t.like(result.heap, { processCount: 3, heapCount: 3 });
});

test('children started without NODE_OPTIONS do not report', async (t) => {
  const { result } = await heapRun(t, ['sh', '-c', `'${node}' -e 0; NODE_OPTIONS= '${node}' -e 0`]);
  t.is(result.heap?.processCount, 1);
});

test('thirty processes at once all report', async (t) => {
  const program = `'${node}' -e 'setTimeout(() => {}, 50)' &`;
  const { result } = await heapRun(t, ['sh', '-c', `${program.repeat(30)} wait`]);
  t.like(result.heap, { processCount: 30, heapCount: 30 });
  t.true(result.heap?.heaps.every(({ lastSeen }) => lastSeen === 'end'));
});

test('a module program reports', async (t) => {
  const file = join(temporaryFolder(t), 'program.mjs');
  writeFileSync(file, `import 'node:fs'; ${hold(50)} await null; console.log(held.length > 0)`);
  const { stdout, heaps } = await heapRun(t, [node, file]);
  t.is(stdout.toString(), 'true\n');
  t.true((heaps[0]?.usedBytes ?? 0) >= 50 * MB);
});

for (const [how, end] of [
  ['process.exit()', 'process.exit(7)'],
  ['process.exit() while it exits', "process.on('exit', () => process.exit(7)); process.exit(0)"],
  ['an exception', "process.on('uncaughtException', () => process.exit(7)); throw 1"],
] as const) {
  test(`a process that ends by ${how} was read at its end`, async (t) => {
    const { code, heaps } = await heapRun(t, [node, '-e', `${hold(40)} ${end}`]);
    t.is(code, 7);
    t.is(heaps[0]?.lastSeen, 'end');
    t.true((heaps[0]?.usedBytes ?? 0) >= 40 * MB);
  });
}

test('a killed process was read shortly before', async (t) => {
  const program = `${hold(60)} setTimeout(() => process.kill(process.pid, 'SIGKILL'), 800)`;
  const { code, heaps } = await heapRun(t, [node, '-e', program]);
  t.is(code, 137);
  t.is(heaps[0]?.lastSeen, 'before-end');
  t.true((heaps[0]?.usedBytes ?? 0) >= 60 * MB, `${heaps[0]?.usedBytes}`);
  t.true((heaps[0]?.neededMegabytes ?? 0) >= 64);
});

test('a process that is killed before the first reading has no need', async (t) => {
  const program = `${hold(60)} process.kill(process.pid, 'SIGKILL')`;
  const { result, heaps, stderr } = await heapRun(t, [node, '-e', program]);
  t.like(heaps[0], { lastSeen: 'before-end', looks: 0 });
  t.is(heaps[0]?.neededMegabytes, undefined);
  t.is(result.heap?.ofPeakBytes, undefined);
  t.regex(stderr.replaceAll(/\s+/g, ' '), /it ended before it was looked at/);
});

test('a command without Node has no heap and one remark', async (t) => {
  const { code, stderr, result } = await heapRun(t, ['sh', '-c', 'exit 3']);
  t.is(code, 3);
  t.is(result.heap, undefined);
  t.deepEqual(stderr.match(/no Node process reported its heap/g)?.length, 1);
});

test('a command that is not there leaves nothing behind', async (t) => {
  const { code, result, stderr } = await heapRun(t, ['/no/such/command']);
  t.is(code, 127);
  t.is(result.heap, undefined);
  t.false(stderr.includes('heap'));
});

test('NODE_OPTIONS that Node rejects are passed on unchanged', async (t) => {
  const env = { ...process.env, NODE_OPTIONS: '--title="a' };
  const { exit, warnings } = await run([node, '-e', '0'], { env, heap: true, silent: true });
  t.is(exit.code, 9);
  t.is(warnings.at(-1)?.message, 'no heap was looked at: a quote in NODE_OPTIONS is not closed');
});

test('NODE_OPTIONS that were set count as before', async (t) => {
  const env = { NODE_OPTIONS: '--title="a  b" --max-old-space-size=99' };
  const { stdout, heaps } = await heapRun(t, [node, '-p', 'process.title'], { env });
  t.is(stdout.toString(), 'a  b\n');
  t.true((heaps[0]?.limitBytes ?? 0) < 500 * MB);
});

test('MEMTOP_HEAP switches it on, and nothing else does', async (t) => {
  const { env } = places(t);
  const command = ['-q', '--', 'sh', '-c', 'printf "%s\\n" "$NODE_OPTIONS $MEMTOP_HEAP_DIR"'];
  const off = await memtop(command, { env: { ...env, MEMTOP_HEAP: '0' } });
  t.is(off.stdout.toString(), ' \n');
  const on = await memtop(command, { env: { ...env, MEMTOP_HEAP: '1' } });
  t.regex(on.stdout.toString(), /^--require=.+ .*memtop-heap-/);
  const wrong = await memtop(command, { env: { ...env, MEMTOP_HEAP: 'yes' } });
  t.is(wrong.code, 2);
  t.regex(wrong.stderr, /MEMTOP_HEAP must be true or false, not "yes"/);
});

test('a program can have it, and its own environment is as it was', async (t) => {
  const before = { ...process.env };
  const result = await run([node, '-e', hold(40)], { heap: true, silent: true });
  t.deepEqual({ ...process.env }, before);
  t.true((result.heap?.heaps[0]?.usedBytes ?? 0) >= 40 * MB);
  t.is((await run([node, '-e', '0'], { silent: true })).heap, undefined);
});

test('an environment that is not UTF-8 reaches the command unchanged', async (t) => {
  const { env } = places(t);
  const script = `WORD=$(printf 'a\\377b') '${node}' '${cliPath}' -q --heap -- printenv WORD`;
  const { stdout } = await new Running('sh', ['-c', script], {
    env: { ...process.env, ...env },
  }).finished();
  t.deepEqual([...stdout.subarray(0, 3)], [0x61, 0xff, 0x62]);
});

test('a process that outlives the run goes on, and so do its children', async (t) => {
  const { env, temporary } = places(t);
  const child = `require('child_process').execFileSync(process.execPath, ['-e', '0'])`;
  const script = `setTimeout(() => { ${child}; console.error('went on'); process.exit() }, 1500)`;
  const { stdout } = await memtop(
    [
      '-q',
      '--heap',
      '--',
      'sh',
      '-c',
      `'${node}' -e "$1" > "$2" 2>&1 & echo $!`,
      'sh',
      script,
      join(temporary, 'log'),
    ],
    { env },
  );
  const pid = Number(stdout.toString());
  t.deepEqual(readdirSync(temporary), ['log']);
  await until(() => !isAlive(pid), 'the survivor to end');
  t.is(readFileSync(join(temporary, 'log'), 'utf8'), 'went on\n');
  t.deepEqual(readdirSync(temporary), ['log']);
});

const look = `
  const { EventEmitter } = require('events');
  const seen = {
    listeners: process.eventNames(),
    exit: process.listenerCount('exit'),
    keys: Object.keys(process).includes('emit'),
    emit: [process.emit.name, process.emit.length],
    cache: Object.keys(require.cache),
    active: process.getActiveResourcesInfo(),
    execArgv: process.execArgv,
    argv: process.argv.length,
    descriptor: require('fs').openSync(process.execPath),
    random: process.execArgv.includes('--random-seed=7') && Math.random(),
    globals: Object.keys(globalThis),
    exits: EventEmitter.listenerCount(process, 'exit'),
  };
  console.log(JSON.stringify(seen));
  for (let count = 0; count < 9; count += 1) process.on('exit', () => {});
  process.on('exit', (code) => console.error('exit', code, process.exitCode));
  process.emit('exit-like', 1);
  process.exitCode = 9;
`;

for (const [title, args] of [
  ['a program that looks at itself', ['--random-seed=7', '-e', look]],
  ['one that throws', ['-e', 'console.log(1); throw new Error("x")']],
  ['one that rejects', ['-e', 'Promise.reject(new Error("x"))']],
  ['one that reads its input', ['-e', 'process.stdin.pipe(process.stdout)']],
  ['a refused option', ['--no-such-option']],
  ['the version', ['--version']],
  ['an abort', ['-e', 'process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 5000)']],
] as const) {
  test(`${title} ends as it does without --heap`, async (t) => {
    const { env } = places(t);
    const seen = (flags: string[]) =>
      memtop(['-q', ...flags, '--', node, ...args], { env, input: Buffer.from('in\n') });
    const plain = (text: string) =>
      text.replaceAll(/^memtop: .*\n/gm, '').replaceAll(/\d{3,}/g, 'N');
    const [alone, watched] = [await seen([]), await seen(['--heap'])];
    t.is(watched.code, alone.code);
    t.is(plain(watched.stdout.toString()), plain(alone.stdout.toString()));
    t.is(plain(watched.stderr), plain(alone.stderr));
  });
}

test('a timeout ends a watched run, and its folder is gone', async (t) => {
  const { env, temporary } = places(t);
  const running = startMemtop(
    ['--heap', '--timeout', '600ms', '--grace', '0', '--', node, '-e', 'setInterval(() => {}, 9)'],
    { env },
  );
  t.is((await running.finished()).code, 124);
  t.deepEqual(readdirSync(temporary), []);
});

test('each task has the heaps of its own processes', async (t) => {
  const task = (name: string, megabytes: number) =>
    `MEMTOP_TASK=${name} '${process.execPath}' -e "` +
    `globalThis.held = Array.from({ length: ${megabytes} * 1024 }, () => Array(128).fill(0.5)); ` +
    `setTimeout(() => {}, 200)"`;
  const script = `${task('small', 20)} & ${task('large', 90)} & wait`;
  const { result } = await measured(t, ['sh', '-c', script], ['--heap']);
  const used = Object.fromEntries(
    (result.tasks ?? []).map(({ id, heap }) => [id, (heap?.heaps[0]?.usedBytes ?? 0) / MB]),
  );
  t.true((used.small ?? 0) >= 20 && (used.small ?? 0) < 60, JSON.stringify(used));
  t.true((used.large ?? 0) >= 90, JSON.stringify(used));
  t.is(result.heap?.processCount, 2);
});
