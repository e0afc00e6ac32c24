import { readdirSync } from 'node:fs';
import test from 'ava';
import { InvalidOption, MemoryTracker, ProcessNotFound } from '../../../ts/index.js';
import { isAlive } from '../../helpers/alive.js';
import { MB } from '../../helpers/measured.js';
import { fixture, Running, until } from '../../helpers/processes.js';

const allocate = (megabytes: number, holdMs = 60_000) =>
  new Running(process.execPath, [fixture('allocate.js'), `${megabytes}`, `${holdMs}`]);

test('tasks of 100 and 400 MB report their own peaks', async (t) => {
  // The processes may end before their shared memory has been read.
  using tracker = new MemoryTracker({ metric: 'rss' });
  const [small, large] = [allocate(100, 100), allocate(400, 100)];
  const tasks = [
    tracker.track(small.pid, { id: 'small' }),
    tracker.track(large.pid, { id: 'large' }),
  ];
  await Promise.all([small.finished(), large.finished()]);
  const results = await Promise.all(tasks.map((task) => task.finish()));
  t.like(results, [
    { id: 'small', source: 'api', status: 'ended', processCount: 1 },
    { id: 'large', source: 'api', status: 'ended', processCount: 1 },
  ]);
  const [smallPeak = 0, largePeak = 0] = results.map(({ peak }) => peak?.bytes);
  t.true(smallPeak >= 100 * MB && smallPeak < 200 * MB, `${smallPeak}`);
  t.true(largePeak >= 400 * MB && largePeak < 500 * MB, `${largePeak}`);
});

test('a running task reports what is known, with times from its own start', async (t) => {
  using tracker = new MemoryTracker({ intervalMs: 5, metric: 'rss' });
  const other = allocate(0);
  tracker.startTracking(other.pid);
  await other.printed('READY');
  const running = allocate(120);
  const task = tracker.track(running.pid);
  t.is(task.id, `${running.pid}`);
  t.is(task.pid, running.pid);
  await running.printed('READY');
  const snapshot = task.snapshot();
  t.true((snapshot?.bytes ?? 0) >= 120 * MB);
  t.is(snapshot?.processes[0]?.pid, running.pid);
  const result = await task.finish();
  t.is(result.status, 'running');
  const { peak, durationMs, timeline } = result;
  t.is(peak?.metric, 'rss');
  for (const atMs of [peak?.atMs ?? 0, snapshot?.atMs ?? 0, timeline?.atMs.at(-1) ?? 0]) {
    t.true(atMs > 0 && atMs <= durationMs, `${atMs} of ${durationMs}`);
  }
  t.true((timeline?.atMs[0] ?? 1e9) < 100);
  t.true((peak?.processes[0]?.startedAtMs ?? 1e9) < 100);
  t.is(await task.finish(), result);
  t.is(task.snapshot(), undefined);
  await Promise.all([running.killed(), other.killed()]);
});

test('a pid is tracked under several names and by several trackers at once', async (t) => {
  using one = new MemoryTracker({ metric: 'rss' });
  using other = new MemoryTracker({ metric: 'rss' });
  const running = allocate(120);
  one.startTracking(running.pid);
  const tasks = [
    one.track(running.pid, { id: 'a' }),
    one.track(running.pid, { id: 'b' }),
    other.track(running.pid, { id: 'c' }),
  ];
  await running.printed('READY');
  for (const task of tasks) {
    const { id, peak } = await task.finish();
    t.is(id, task.id);
    t.true((peak?.bytes ?? 0) >= 120 * MB, id);
  }
  t.true((one.stopTracking(running.pid) ?? 0) >= 120 * MB);
  await running.killed();
});

test('a process that is gone cannot be tracked, and invalid options are refused', async (t) => {
  using tracker = new MemoryTracker();
  const running = allocate(0, 0);
  await running.finished();
  t.throws(() => tracker.track(running.pid), { instanceOf: ProcessNotFound });
  for (const pid of [0, 1.5, '12', undefined]) {
    t.throws(() => tracker.track(pid as number), { instanceOf: InvalidOption });
  }
  for (const [options, message] of [
    [{ limit: 'much' }, 'limit must be a size such as 500M, 1.5G or 80%'],
    [{ warn: '2G', limit: '1G' }, 'warn must not be above the limit'],
    [{ id: '' }, 'id must be a non-empty string'],
    [{ endsAtLimit: 1 }, 'endsAtLimit must be true or false'],
    [{ name: 'x' }, 'there is no option name'],
  ] as const) {
    const track = () => tracker.track(process.pid, options as object);
    t.throws(track, { instanceOf: InvalidOption, message });
  }
});

test('above warn and limit events are emitted, and nothing else happens', async (t) => {
  using tracker = new MemoryTracker();
  const running = allocate(150);
  const task = tracker.track(running.pid, { id: 'build', warn: '60M', limit: '100M' });
  const received: string[] = [];
  task
    .on('warn', ({ thresholdBytes, text }) => received.push(`${thresholdBytes}: ${text}`))
    .on('limit', ({ thresholdBytes, messages }) => received.push(`${thresholdBytes}: ${messages}`));
  await running.printed('READY');
  await until(() => received.length === 2, 'both events');
  t.regex(received[0] ?? '', /^62914560: build has \d.+, past 60MB$/);
  t.regex(received[1] ?? '', /^104857600: build has \d.+, past its limit of 100MB$/);
  const { status, guard } = await task.finish();
  t.is(status, 'running');
  t.like(guard, { warned: true, limitBytes: 100 * MB, action: 'none', reason: 'limit' });
  await running.killed();
});

test('a guard ends with its task and does not affect the next one', async (t) => {
  using tracker = new MemoryTracker();
  const running = allocate(150);
  const received: string[] = [];
  const strict = tracker.track(running.pid, { id: 'strict', limit: '1T', endsAtLimit: true });
  await strict.finish();
  const loose = tracker.track(running.pid, { id: 'loose', warn: '60M' });
  loose.on('warn', () => received.push('loose'));
  await running.printed('READY');
  await until(() => received.length > 0, 'the warning');
  const { guard } = await loose.finish();
  t.is(guard?.limitBytes, undefined);
  await running.killed();
});

test('a share of what there is can be a limit', async (t) => {
  using tracker = new MemoryTracker();
  const task = tracker.track(process.pid, { limit: '100%' });
  const { guard } = await task.finish();
  t.true((guard?.limitBytes ?? 0) > 64 * MB, `${guard?.limitBytes}`);
});

test('a tree is ended at its limit while JavaScript is blocked', async (t) => {
  using tracker = new MemoryTracker();
  const script = `"${process.execPath}" "${fixture('allocate.js')}" 300 60000; true`;
  const running = new Running('sh', ['-c', script]);
  const task = tracker.track(running.pid, { limit: '150M', endsAtLimit: true });
  const received: string[] = [];
  task.on('limit', () => received.push('limit'));
  const blockedUntil = Date.now() + 20_000;
  while (Date.now() < blockedUntil && task.snapshot()?.processes.length !== 0);
  t.true(Date.now() < blockedUntil, 'it has ended before JavaScript went on');
  t.deepEqual(received, []);
  const { signal } = await running.finished();
  // A tree that is still growing past its limit gets SIGKILL at once.
  t.true(signal === 'SIGTERM' || signal === 'SIGKILL', `${signal}`);
  const { status, guard } = await task.finish();
  t.is(status, 'ended');
  t.like(guard, { action: 'terminated', reason: 'limit', limitBytes: 150 * MB });
  t.is(guard?.ended, 2);
  t.deepEqual(received, ['limit']);
});

test('kill ends the tree, and finish waits for that', async (t) => {
  using tracker = new MemoryTracker();
  const running = new Running('sh', ['-c', "trap '' TERM; echo READY; while :; do sleep 1; done"]);
  await running.printed('READY');
  const task = tracker.track(running.pid, { graceMs: 3_600_000 });
  t.throws(() => task.kill({ graceMs: Number.NaN }), { instanceOf: InvalidOption });
  t.throws(() => task.kill(null as never), { instanceOf: InvalidOption });
  task.kill();
  task.kill();
  task.kill({ force: true });
  const { status, guard } = await task.finish();
  t.is(status, 'ended');
  t.is(guard, undefined);
  t.is((await running.finished()).signal, 'SIGKILL');
  t.notThrows(() => task.kill());
});

test('kill does nothing after the task is disposed', async (t) => {
  using tracker = new MemoryTracker();
  const running = allocate(0);
  const task = tracker.track(running.pid);
  task[Symbol.dispose]();
  task[Symbol.dispose]();
  task.kill({ force: true });
  t.is((await task.finish()).status, 'running');
  t.true(process.kill(running.pid, 0));
  await running.killed();
});

test('await using waits for the tree that is being ended', async (t) => {
  for (const isTracker of [false, true]) {
    const running = new Running('sh', [
      '-c',
      "trap '' TERM; echo READY; while :; do sleep 1; done",
    ]);
    await running.printed('READY');
    {
      await using tracker = new MemoryTracker();
      const task = tracker.track(running.pid);
      await using _ = isTracker ? undefined : task;
      task.kill({ graceMs: 100 });
    }
    t.false(isAlive(running.pid));
    t.is((await running.finished()).signal, 'SIGKILL');
  }
});

test('disposing of the tracker finishes its tasks, which keep their results', async (t) => {
  const tracker = new MemoryTracker();
  const running = allocate(120);
  const task = tracker.track(running.pid);
  await running.printed('READY');
  tracker[Symbol.dispose]();
  t.is(task.snapshot(), undefined);
  const { peak } = await task.finish();
  t.true((peak?.bytes ?? 0) >= 120 * MB);
  await running.killed();
});

test.serial('a listener that fails does not disturb the others', async (t) => {
  const warnings: string[] = [];
  const listener = ({ message }: Error) => warnings.push(message);
  process.on('warning', listener);
  using tracker = new MemoryTracker();
  const running = allocate(150);
  const task = tracker.track(running.pid, { limit: '100M' });
  let received = 0;
  task.on('limit', () => {
    throw new Error('oh');
  });
  task.on('limit', () => {
    received += 1;
  });
  await until(() => warnings.length > 0, 'the warning');
  process.off('warning', listener);
  t.deepEqual(warnings, ['a listener of limit has failed: oh']);
  t.is(received, 1);
  t.is((await task.finish()).status, 'running');
  await running.killed();
});

test.serial('a thousand starts and ends leave no thread and no descriptor', async (t) => {
  const count = (what: string) => readdirSync(`/proc/self/${what}`).length;
  using tracker = new MemoryTracker();
  await tracker.track(process.pid, { limit: '1T', endsAtLimit: true }).finish();
  const before = { threads: count('task'), descriptors: count('fd') };
  for (let cycle = 0; cycle < 1000; cycle += 1) {
    const task = tracker.track(process.pid, { limit: '1T', endsAtLimit: cycle % 2 === 0 });
    t.true(((await task.finish()).peak?.bytes ?? 0) > 0);
    if (cycle % 10 === 0) {
      using other = new MemoryTracker();
      other.track(process.pid);
    }
  }
  await until(() => count('task') <= before.threads, 'all threads to end');
  t.true(count('fd') <= before.descriptors, `${count('fd')} after ${before.descriptors}`);
});

test('a process can be assigned to a task', async (t) => {
  using tracker = new MemoryTracker({ metric: 'rss', intervalMs: 5 });
  const node = `'${process.execPath}' '${fixture('allocate.js')}'`;
  const shell = new Running('sh', ['-c', `${node} 80 60000 & echo $!; wait`]);
  await shell.printed('READY');
  const pid = Number.parseInt(shell.stdout.toString(), 10);
  const task = tracker.track(shell.pid, { tasks: true });
  t.true(task.assignToTask(pid, 'migrate'));
  t.false(task.assignToTask(process.pid, 'another tree'));
  for (const [wrong, id, source] of [
    [0, 'x', 'npm'],
    [pid, '', 'npm'],
    [pid, 'x', 'no-runner'],
    [pid, 'x', null],
  ] as const) {
    t.throws(() => task.assignToTask(wrong, id, source as string), { instanceOf: InvalidOption });
  }
  await until(() => (task.snapshot()?.bytes ?? 0) > 80 * MB, 'a sample');
  task.kill({ force: true });
  const { tasks } = await task.finish();
  t.like(tasks, [{ id: 'migrate', source: 'memtop', processCount: 1 }]);
  t.true((tasks?.[0]?.peak?.bytes ?? 0) >= 80 * MB);
  await shell.finished();
});
