import test from 'ava';
import { attach, InvalidOption, ProcessNotFound } from '../../../ts/index.js';
import { MB } from '../../helpers/measured.js';
import { fixture, Running, until } from '../../helpers/processes.js';

const allocate = (megabytes: number, holdMs = 60_000) =>
  new Running(process.execPath, [fixture('allocate.js'), `${megabytes}`, `${holdMs}`]);

test('a running tree is measured until it ends', async (t) => {
  const running = allocate(120);
  await running.printed('READY');
  const attached = attach(running.pid, { label: 'server', intervalMs: 5, metric: 'rss' });
  await until(() => (attached.snapshot()?.bytes ?? 0) >= 120 * MB, 'the memory to show');
  await running.killed();
  const result = await attached;
  t.is(attached.snapshot(), undefined);
  t.is(result.schema, 'memtop.result/2');
  t.is(result.run.label, 'server');
  t.is(result.sampling.intervalMs, 5);
  t.is(result.peak?.metric, 'rss');
  t.true((result.peak?.bytes ?? 0) >= 120 * MB);
  t.deepEqual(result.exit, { code: null, signal: null, cause: 'unknown' });
});

test('stop ends the measuring and leaves the process alone', async (t) => {
  const running = allocate(100);
  await running.printed('READY');
  const attached = attach(running.pid);
  attached.stop();
  attached.stop();
  t.true(((await attached).peak?.bytes ?? 0) >= 100 * MB);
  t.true(process.kill(running.pid, 0));
  await running.killed();
});

test('leaving a block ends the measuring, and with await waits for the result', async (t) => {
  const running = allocate(0);
  let isOver = false;
  {
    await using attached = attach(running.pid);
    attached.then(() => {
      isOver = true;
    });
  }
  t.true(isOver);
  t.true(process.kill(running.pid, 0));
  await running.killed();
});

test('leaving a block with await passes the failure on', async (t) => {
  const running = allocate(0, 0);
  await running.finished();
  for (const during of [() => {}, () => new Promise(setImmediate)]) {
    const measure = async () => {
      await using _ = attach(running.pid);
      await during();
    };
    await t.throwsAsync(measure, { instanceOf: ProcessNotFound });
  }
});

test('a process that is gone, and options that cannot be used, are rejections', async (t) => {
  const running = allocate(0, 0);
  await running.finished();
  const gone = attach(running.pid);
  t.is(gone.snapshot(), undefined);
  t.notThrows(() => gone.stop());
  await t.throwsAsync(gone, { instanceOf: ProcessNotFound });
  for (const [pid, options, message] of [
    [undefined, {}, 'there is no process id: the process did not start'],
    ['12', {}, '12 is not a process id'],
    [process.pid, { label: '' }, 'label must be a non-empty string'],
    [process.pid, { trace: 'maybe' }, 'trace must be one of auto, kernel, ptrace, on, off'],
    [process.pid, { limit: '1G' }, 'there is no option limit'],
  ] as const) {
    const refused = attach(pid as number, options as object);
    await t.throwsAsync(refused, { instanceOf: InvalidOption, message });
  }
});
