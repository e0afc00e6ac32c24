import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import {
  AbortError,
  InvalidOption,
  MemtopError,
  RunFailed,
  run,
  type Snapshot,
} from '../../../ts/index.js';
import { temporaryFolder } from '../../helpers/folder.js';
import { MB } from '../../helpers/measured.js';
import { fixture, Running, until } from '../../helpers/processes.js';
import { namesOfThreads } from '../../helpers/threads.js';

const allocate = (megabytes: number) => [
  process.execPath,
  fixture('allocate.js'),
  `${megabytes}`,
  '60000',
];
/** Writes a file when it is ready, and ignores SIGTERM. */
const stubborn = (file: string) => [
  'sh',
  '-c',
  `trap '' TERM; : > '${file}'; while :; do sleep 1; done`,
];

/** A process that has ended may be a zombie until it is reaped. */
function isAlive(pid: number | undefined): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('a running command has a pid and its current state', async (t) => {
  const running = run(allocate(120));
  t.true(isAlive(running.pid));
  let snapshot: Snapshot | undefined;
  await until(() => {
    snapshot = running.snapshot();
    return (snapshot?.bytes ?? 0) >= 120 * MB;
  }, 'the memory to show');
  t.true((snapshot?.peakBytes ?? 0) >= (snapshot?.bytes ?? 0));
  t.true((snapshot?.atMs ?? 0) > 0);
  t.like(snapshot?.processes[0], { pid: running.pid, parentPid: process.pid, name: 'node' });
  t.deepEqual(snapshot?.processes[0]?.command, allocate(120));
  t.true((snapshot?.processes[0]?.rssBytes ?? 0) >= 120 * MB);
  running.kill();
  const result = await running;
  t.is(running.snapshot(), undefined);
  t.true((result.peak?.bytes ?? 0) >= (snapshot?.peakBytes ?? 0));
});

test('kill ends the whole tree, again and after the end it does nothing', async (t) => {
  const running = run(['sh', '-c', 'sleep 60 & wait']);
  await until(() => running.snapshot()?.processes.length === 2, 'the child to start');
  const pids = running.snapshot()?.processes.map(({ pid }) => pid) ?? [];
  running.kill();
  running.kill({ graceMs: 60_000 });
  const { exit } = await running;
  t.is(exit.cause, 'aborted');
  t.deepEqual(pids.map(isAlive), [false, false]);
  t.notThrows(() => running.kill({ force: true }));
});

test('a process that ignores SIGTERM is killed after the grace', async (t) => {
  const file = join(temporaryFolder(t), 'ready');
  const running = run(stubborn(file));
  await until(() => readdirSync(join(file, '..')).length > 0, 'the command to be ready');
  running.kill({ graceMs: 100 });
  t.is((await running).exit.signal, 'SIGKILL');
});

test('force skips SIGTERM, also when the grace has begun', async (t) => {
  for (const before of [false, true]) {
    const file = join(temporaryFolder(t), 'ready');
    const running = run(stubborn(file), { graceMs: 3_600_000 });
    await until(() => readdirSync(join(file, '..')).length > 0, 'the command to be ready');
    if (before) running.kill();
    running.kill({ force: true });
    t.is((await running).exit.signal, 'SIGKILL');
  }
});

test('the options of kill are checked', async (t) => {
  const running = run(['sleep', '60']);
  t.throws(() => running.kill({ graceMs: -1 }), { instanceOf: InvalidOption });
  t.throws(() => running.kill({ force: 'yes' as never }), { instanceOf: InvalidOption });
  t.throws(() => running.kill(null as never), {
    instanceOf: InvalidOption,
    message: 'the options must be an object',
  });
  running.kill();
  t.is((await running).exit.cause, 'aborted');
});

test('an abort ends the run, which rejects as in Node and looks like the result', async (t) => {
  const controller = new AbortController();
  const running = run(['sleep', '60'], { signal: controller.signal });
  const reason = new Error('enough');
  controller.abort(reason);
  const error = await t.throwsAsync(running, {
    instanceOf: AbortError,
    name: 'AbortError',
    code: 'ABORT_ERR',
    message: 'sleep 60: ended by the program that ran it',
  });
  t.true(error instanceof MemtopError);
  t.is(error?.cause, reason);
  t.like(error?.exit, { cause: 'aborted', signal: 'SIGTERM' });
  t.is(error?.result.exit, error?.exit);
  t.true((error?.peak?.bytes ?? 0) > 0);
});

test('an abort counts before a failure, and not once the command has ended', async (t) => {
  const controller = new AbortController();
  const { signal } = controller;
  const ended = await run(['true'], { signal });
  t.is(ended.exit.code, 0);
  const running = run(['sleep', '60'], { signal, rejectOnFailure: true });
  const notFound = run(['no-such-command'], { signal });
  controller.abort();
  await t.throwsAsync(running, { instanceOf: AbortError });
  t.is((await notFound).exit.cause, 'not-started');
});

test('an abort after the program has killed the run is not what ended it', async (t) => {
  for (const isKilledFirst of [true, false]) {
    const controller = new AbortController();
    const running = run(['sleep', '60'], { signal: controller.signal });
    if (isKilledFirst) running.kill();
    controller.abort();
    running.kill();
    if (isKilledFirst) t.is((await running).exit.cause, 'aborted');
    else await t.throwsAsync(running, { instanceOf: AbortError });
  }
});

test('an already aborted signal prevents the start', async (t) => {
  const file = join(temporaryFolder(t), 'started');
  const running = run(['touch', file], { signal: AbortSignal.abort() });
  t.is(running.pid, undefined);
  const error = await t.throwsAsync(running, {
    instanceOf: AbortError,
    message: 'touch: aborted before it was started',
  });
  t.is((error?.cause as Error | undefined)?.name, 'AbortError');
  t.deepEqual(error?.exit, {
    code: 125,
    signal: null,
    cause: 'not-started',
    message: 'touch: aborted before it was started',
  });
  t.deepEqual(readdirSync(join(file, '..')), []);
});

test('a run that has ended removes its abort listener', async (t) => {
  const { signal } = new AbortController();
  let listening = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: unknown[]) => {
    listening += 1;
    Reflect.apply(addEventListener, signal, args);
  };
  signal.removeEventListener = (...args: unknown[]) => {
    listening -= 1;
    Reflect.apply(removeEventListener, signal, args);
  };
  const running = run(['true'], { signal });
  t.is(listening, 1);
  await running;
  t.is(listening, 0);
});

test('leaving a block ends the run, and with await waits for that', async (t) => {
  let pid: number | undefined;
  {
    await using running = run(['sleep', '60'], { rejectOnFailure: true });
    pid = running.pid;
    t.true(isAlive(pid));
  }
  t.false(isAlive(pid));
  {
    using running = run(['sleep', '60'], { rejectOnFailure: true });
    pid = running.pid;
  }
  await until(() => !isAlive(pid), 'the command to end');
});

test('a failure is an exception on request, with the fields of the result', async (t) => {
  const failing = ['sh', '-c', 'exit 3', 'sh', '--token', 'hidden'];
  const error = await t.throwsAsync(run(failing, { rejectOnFailure: true }), {
    instanceOf: RunFailed,
    message: 'sh -c exit 3 sh --token [redacted]: exited with code 3',
  });
  t.is(error?.code, 'RunFailed');
  t.is(error?.name, 'RunFailed');
  t.is(error?.exit.code, 3);
  t.is(error?.result.exit, error?.exit);
  t.true((error?.peak?.bytes ?? 0) > 0);
  t.is(error?.run.command[0], 'sh');
  await t.throwsAsync(run(['no-such-command'], { rejectOnFailure: true }), {
    instanceOf: RunFailed,
    message: 'no-such-command: command not found',
  });
  await t.throwsAsync(run(['sleep', '60'], { rejectOnFailure: true, timeoutMs: 50 }), {
    instanceOf: RunFailed,
    message: /^sleep 60: timed out after \d+ms$/,
  });
  t.is((await run(['true'], { rejectOnFailure: true })).exit.code, 0);
  t.is((await run(failing, { rejectOnFailure: false })).exit.code, 3);
});

test('the guard emits events, and its files go into the folder given', async (t) => {
  const folder = temporaryFolder(t);
  const received: string[] = [];
  const running = run(allocate(300), { warn: '60M', limit: '200M', crashFolder: folder });
  running.on('warn', ({ bytes, thresholdBytes, text }) => {
    received.push('warn');
    t.true(bytes >= 60 * MB);
    t.is(thresholdBytes, 60 * MB);
    t.regex(text, /^the run has .+, past 60MB$/);
  });
  const unheard = () => t.fail('it was taken off');
  running.on('limit', unheard).off('limit', unheard).off('limit', unheard);
  running.on('limit', ({ bytes, thresholdBytes, messages, dumpFile, summaryFile }) => {
    received.push('limit');
    t.true(bytes >= 200 * MB);
    t.is(thresholdBytes, 200 * MB);
    t.is(messages.length, 3);
    t.deepEqual(
      readdirSync(folder).map((name) => join(folder, name)),
      [dumpFile, summaryFile],
    );
  });
  const { exit, guard } = await running;
  t.is(exit.cause, 'guard');
  t.is(guard?.action, 'terminated');
  t.deepEqual(received, ['warn', 'limit']);
});

test('no files are written where none are wanted', async (t) => {
  // In a process of its own, since its current folder is the default one.
  const folder = temporaryFolder(t);
  const script = `
    import { run } from '${new URL('../../../dist/index.js', import.meta.url)}';
    const running = run(${JSON.stringify(allocate(300))}, { limit: '150M', crashFolder: false });
    let messages;
    running.on('limit', (event) => { messages = event.messages; });
    const { guard } = await running;
    console.log(JSON.stringify({ guard, messages }));`;
  const node = new Running(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
  });
  const { stdout, stderr } = await node.finished();
  t.is(stderr, '');
  const { guard, messages } = JSON.parse(stdout.toString().split('\n').at(-2) ?? '');
  t.is(guard.action, 'terminated');
  t.false('dumpFile' in guard);
  t.is(messages.length, 2);
  t.deepEqual(readdirSync(folder), []);
});

test.serial(
  'sampling ends with the run, also when the handle is kept or a process outlives it',
  async (t) => {
    const threads = () => namesOfThreads().filter((name) => name === 'memtop-sampler').length;
    const running = run(['sh', '-c', 'sleep 60 & sleep 0.3']);
    await until(() => threads() === 1, 'the thread to have its name');
    const { survivors } = await running;
    await until(() => threads() === 0, 'the thread to end');
    t.is(running.snapshot(), undefined);
    t.is(survivors?.length, 1);
    for (const { pid } of survivors ?? []) process.kill(pid);
  },
);

test.serial('a listener that fails is a warning, and the run goes on', async (t) => {
  const warnings: string[] = [];
  const listener = ({ message }: Error) => warnings.push(message);
  process.on('warning', listener);
  const running = run([process.execPath, fixture('allocate.js'), '120', '100'], { warn: '60M' });
  let received = 0;
  running
    .on('warn', () => {
      throw new Error('at once');
    })
    .on('warn', async () => {
      throw new Error('later');
    })
    .on('warn', () => {
      received += 1;
    });
  t.is((await running).exit.code, 0);
  t.is(received, 1);
  await until(() => warnings.length === 2, 'the warnings');
  process.off('warning', listener);
  t.deepEqual(warnings, [
    'a listener of warn has failed: at once',
    'a listener of warn has failed: later',
  ]);
});

test('there are no other events, and a listener is a function', async (t) => {
  const running = run(['true']);
  t.throws(() => running.on('exit' as never, () => {}), {
    instanceOf: InvalidOption,
    message: 'there is no event exit; there are warn, limit, taskstart, taskend',
  });
  t.throws(() => running.on('warn', undefined as never), {
    instanceOf: InvalidOption,
    message: 'a listener of warn must be a function',
  });
  await running;
});

test('a run that could not start can be used like any other', async (t) => {
  for (const running of [run(['true'], { intervalMs: 0 }), run(['no-such-command'])]) {
    t.is(running.pid, undefined);
    t.is(running.snapshot(), undefined);
    t.notThrows(() => running.on('warn', () => {}).kill({ force: true }));
    await running.catch((error) => t.true(error instanceof InvalidOption));
  }
});

test('an unhandled refusal is not lost', async (t) => {
  const script = `
    import { run } from '${new URL('../../../dist/index.js', import.meta.url)}';
    run(['true'], { intervalMs: 0 })[Symbol.dispose]();`;
  const node = new Running(process.execPath, ['--input-type=module', '-e', script]);
  const { code, stderr } = await node.finished();
  t.is(code, 1);
  t.regex(stderr, /intervalMs must be a number of milliseconds/);
});

test('without the addon a run has a pid and can be killed all the same', async (t) => {
  const script = `
    Object.defineProperty(process, 'arch', { value: 'none' });
    const { run } = await import('${new URL('../../../dist/index.js', import.meta.url)}');
    const early = run(['sleep', '60']);
    early.kill();
    const late = run(['sleep', '60']);
    while (late.pid === undefined) await new Promise(setImmediate);
    late.kill();
    late.kill({ force: true });
    const results = await Promise.all([early, late]);
    late.kill();
    console.log(JSON.stringify(results.map(({ exit, sampling }) => [exit, sampling.method])));`;
  const node = new Running(process.execPath, ['--input-type=module', '-e', script]);
  const { stdout, stderr } = await node.finished();
  t.is(stderr, '');
  const aborted = 'ended by the program that ran it';
  const [early, late] = JSON.parse(stdout.toString());
  t.deepEqual(early, [
    { code: null, signal: 'SIGTERM', cause: 'aborted', message: aborted },
    'unavailable',
  ]);
  t.like(late[0], { cause: 'aborted', code: null });
});
