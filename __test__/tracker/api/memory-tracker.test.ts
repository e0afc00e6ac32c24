import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import test from 'ava';
import { InvalidOption, MemoryTracker } from '../../../ts/index.js';
import { MB } from '../../helpers/measured.js';
import { fixture, Running, until } from '../../helpers/processes.js';
import { namesOfThreads } from '../../helpers/threads.js';

const allocate = (megabytes: number, holdMs = 60_000) =>
  new Running(process.execPath, [fixture('allocate.js'), `${megabytes}`, `${holdMs}`]);

test('stop returns at least what was allocated, and a second stop is safe', async (t) => {
  using tracker = new MemoryTracker();
  const running = allocate(120);
  tracker.startTracking(running.pid);
  await running.printed('READY');
  const peak = tracker.stopTracking(running.pid);
  t.true((peak ?? 0) >= 120 * MB);
  t.is(tracker.stopTracking(running.pid), undefined);
  await running.killed();
});

test('a second start continues the first', async (t) => {
  using tracker = new MemoryTracker();
  const running = allocate(100, 50);
  tracker.startTracking(running.pid);
  await running.finished();
  tracker.startTracking(running.pid);
  t.true((tracker.stopTracking(running.pid) ?? 0) >= 100 * MB);
});

test('a tree that runs already is tracked with its grandchildren', async (t) => {
  const script = `"${process.execPath}" "${fixture('allocate.js')}" 150 60000; true`;
  const running = new Running('sh', ['-c', `sh -c '${script}'; true`]);
  await running.printed('READY');
  using tracker = new MemoryTracker();
  tracker.startTracking(running.pid);
  t.true((tracker.stopTracking(running.pid) ?? 0) >= 150 * MB);
  await running.killed();
});

test('trees beside one another have peaks of their own', async (t) => {
  using tracker = new MemoryTracker();
  const [small, large] = [allocate(100), allocate(400)];
  tracker.startTracking(small.pid);
  tracker.startTracking(large.pid);
  await Promise.all([small.printed('READY'), large.printed('READY')]);
  const smallPeak = tracker.stopTracking(small.pid) ?? 0;
  const largePeak = tracker.stopTracking(large.pid) ?? 0;
  t.true(smallPeak >= 100 * MB && smallPeak < 200 * MB, `${smallPeak}`);
  t.true(largePeak >= 400 * MB && largePeak < 500 * MB, `${largePeak}`);
  await Promise.all([small.killed(), large.killed()]);
});

test('a tree inside a tracked tree counts for both, whichever was tracked first', async (t) => {
  for (const innerFirst of [false, true]) {
    // Shared memory may be read for one of them a moment before the other.
    using tracker = new MemoryTracker({ metric: 'rss' });
    const script = `"${process.execPath}" "${fixture('allocate.js')}" 120 60000 & echo $!; wait`;
    const running = new Running('sh', ['-c', script]);
    await running.printed('READY');
    const inner = Number.parseInt(running.stdout.toString(), 10);
    const order = innerFirst ? [inner, running.pid] : [running.pid, inner];
    for (const pid of order) tracker.startTracking(pid);
    const [innerPeak, outerPeak] = [inner, running.pid].map((pid) => tracker.stopTracking(pid));
    t.true((innerPeak ?? 0) >= 120 * MB, `${innerPeak}`);
    t.true((outerPeak ?? 0) > (innerPeak ?? 0), `${outerPeak} and ${innerPeak}`);
    await running.killed();
  }
});

test('a process that is gone has no peak', async (t) => {
  using tracker = new MemoryTracker();
  const running = allocate(0, 0);
  await running.finished();
  t.notThrows(() => tracker.startTracking(running.pid));
  t.is(tracker.stopTracking(running.pid), undefined);
});

test('anything but a process id is refused', (t) => {
  using tracker = new MemoryTracker();
  for (const pid of [0, -1, 1.5, Number.NaN, undefined, '12']) {
    t.throws(() => tracker.startTracking(pid as number), { instanceOf: InvalidOption });
  }
  for (const pid of [0, -1, 1.5, null, 'x']) {
    t.throws(() => tracker.stopTracking(pid as number), {
      instanceOf: InvalidOption,
      message: `${pid} is not a process id`,
    });
  }
  t.throws(() => new MemoryTracker({ intervalMs: -5 }), { instanceOf: InvalidOption });
});

test('a child process that did not start is named as the cause', (t) => {
  using tracker = new MemoryTracker();
  const child = spawn('/no/such/command').on('error', () => {});
  const expected = {
    instanceOf: InvalidOption,
    message: 'there is no process id: the process did not start',
  };
  t.throws(() => tracker.startTracking(child.pid), expected);
  t.throws(() => tracker.track(child.pid), expected);
  t.is(tracker.stopTracking(child.pid), undefined);
});

test('nothing is loaded before the first pid is tracked', async (t) => {
  const script = `
    import { MemoryTracker } from '${new URL('../../../dist/index.js', import.meta.url)}';
    import { readFileSync } from 'node:fs';
    const tracker = new MemoryTracker();
    tracker.stopTracking(1);
    tracker[Symbol.dispose]();
    console.log(readFileSync('/proc/self/maps', 'utf8').includes('memtop.'));`;
  const node = new Running(process.execPath, ['--input-type=module', '-e', script]);
  t.is((await node.finished()).stdout.toString(), 'false\n');
});

test.serial('disposing ends the thread and may be done twice', async (t) => {
  const threads = () => namesOfThreads().filter((name) => name === 'memtop-sampler').length;
  const tracker = new MemoryTracker();
  t.is(threads(), 0);
  tracker.startTracking(process.pid);
  await until(() => threads() === 1, 'the thread to have its name');
  tracker[Symbol.dispose]();
  tracker[Symbol.dispose]();
  await until(() => threads() === 0, 'the thread to end');
  t.is(tracker.stopTracking(process.pid), undefined);
});

test.serial('a thousand starts and stops leave no thread and no descriptor', async (t) => {
  const count = (what: string) => readdirSync(`/proc/self/${what}`).length;
  using warm = new MemoryTracker();
  warm.startTracking(process.pid);
  warm.stopTracking(process.pid);
  const before = { threads: count('task'), descriptors: count('fd') };
  for (let cycle = 0; cycle < 1000; cycle += 1) {
    warm.startTracking(process.pid);
    t.true((warm.stopTracking(process.pid) ?? 0) > 0);
    if (cycle % 10 === 0) {
      using tracker = new MemoryTracker();
      tracker.startTracking(process.pid);
    }
  }
  await until(() => count('task') <= before.threads, 'all threads to end');
  t.true(count('fd') <= before.descriptors, `${count('fd')} after ${before.descriptors}`);
});
