import test from 'ava';
import { InvalidOption, run } from '../../../ts/index.js';
import { MB } from '../../helpers/measured.js';
import { fixture } from '../../helpers/processes.js';

test('a program gets the same result as the command line writes', async (t) => {
  const command = [process.execPath, fixture('allocate.js'), '100', '100'];
  const result = await run(command, { label: 'allocate', intervalMs: 5, env: { PATH: '/bin' } });
  t.is(result.schema, 'memtop.result/2');
  t.is(result.run.label, 'allocate');
  t.is(result.sampling.intervalMs, 5);
  t.true((result.peak?.bytes ?? 0) >= 100 * MB);
  t.like(result.exit, { code: 0, signal: null, cause: 'exit' });
});

test('the process of the command has its start by the wall clock', async (t) => {
  const before = Date.now();
  const { process, endedAt } = (await run(['sleep', '0.1'])).run;
  const { pid, startedAt = '', ...others } = process ?? {};
  t.true((pid ?? 0) > 0);
  t.deepEqual(others, {});
  t.regex(startedAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  // The kernel counts in steps of 10 ms.
  const startedMs = Date.parse(startedAt);
  t.true(startedMs >= before - 11, `${startedMs - before}`);
  t.true(startedMs < Date.parse(endedAt) - 50, `${startedMs - Date.parse(endedAt)}`);
});

test('a command that cannot be started is a result, not an exception', async (t) => {
  const result = await run(['no-such-command']);
  t.like(result.exit, {
    code: 127,
    cause: 'not-started',
    message: 'no-such-command: command not found',
  });
  t.is(result.peak, undefined);
});

test('the working directory and the environment are those asked for', async (t) => {
  const script = 'test "$PWD" = / && test "$ONLY" = this && test -z "$HOME"';
  const env = { ONLY: 'this', ABSENT: undefined, PATH: process.env.PATH };
  for (const cwd of ['/', new URL('file:///')]) {
    t.is((await run(['sh', '-c', script], { cwd, env })).exit.code, 0);
  }
});

test('runs beside one another are measured apart', async (t) => {
  const allocate = (megabytes: number) =>
    run([process.execPath, fixture('allocate.js'), `${megabytes}`, '400']);
  const [small, large] = await Promise.all([allocate(20), allocate(300)]);
  t.true((small.peak?.bytes ?? 0) < 200 * MB);
  t.true((large.peak?.bytes ?? 0) >= 300 * MB);
});

test('samples are taken while JavaScript is blocked', async (t) => {
  const running = run(['sleep', '1'], { intervalMs: 10 });
  const blockedUntil = Date.now() + 800;
  while (Date.now() < blockedUntil);
  const { sampling } = await running;
  t.true((sampling.ticks ?? 0) >= 50, `${sampling.ticks}`);
  t.true(Math.abs((sampling.medianGapMs ?? 0) - 10) < 1);
});

for (const [command, options, message] of [
  [[], {}, 'command must name a program'],
  ['ls', {}, 'command must be an array of strings: the program and its arguments'],
  [['a\0b'], {}, 'an argument holds a NUL byte'],
  [['true'], { intervalMs: 0 }, 'intervalMs must be a number of milliseconds from 1 to 60000'],
  [['true'], { intervalMs: '5' }, 'intervalMs must be a number of milliseconds from 1 to 60000'],
  [['true'], { intervalMS: 5 }, 'there is no option intervalMS'],
  [['true'], { label: '' }, 'label must be a non-empty string'],
  [['true'], { cwd: '/no/such/folder' }, 'the working directory /no/such/folder does not exist'],
] as const) {
  test(`run(${JSON.stringify(command)}, ${JSON.stringify(options)}) is refused`, async (t) => {
    // biome-ignore lint/suspicious/noExplicitAny: a program without types can pass anything
    await t.throwsAsync(run(command as any, options as any), {
      instanceOf: InvalidOption,
      message,
    });
  });
}
