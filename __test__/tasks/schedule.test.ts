import test from 'ava';
import { schedule } from '../../ts/tasks/schedule.js';

interface Wanted {
  tasks: Record<string, string[]>;
  failing?: string[];
  parallel?: number;
  keepGoing?: boolean;
  /** After this many tasks have started. */
  interruptedAfter?: number;
}

/** Runs tasks that take one turn of the event loop each for every letter of their name. */
async function scheduled({ tasks, failing = [], ...options }: Wanted) {
  const log: string[] = [];
  const skipped: Record<string, string> = {};
  const stopped = new Set<string>();
  let running = 0;
  let most = 0;
  let started = 0;
  const { parallel = 10, keepGoing = false, interruptedAfter = Number.POSITIVE_INFINITY } = options;
  const linked = Object.entries(tasks).map(([name, dependsOn]) => [name, { dependsOn }] as const);
  await schedule(new Map(linked), {
    parallel,
    keepGoing,
    isInterrupted: () => started >= interruptedAfter,
    async run(name) {
      started += 1;
      running += 1;
      most = Math.max(most, running);
      log.push(`+${name}`);
      for (let turn = 0; turn < name.length && !stopped.has(name); turn += 1) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      running -= 1;
      log.push(`-${name}`);
      return !failing.includes(name) && !stopped.has(name);
    },
    stop(names) {
      for (const name of names) stopped.add(name);
    },
    skip(name, because) {
      skipped[name] = because;
    },
  });
  return { log: log.join(' '), skipped, stopped: [...stopped], most };
}

test('a task waits for its dependencies and for no other task', async (t) => {
  const { log } = await scheduled({ tasks: { aaa: [], b: [], c: ['b'] } });
  t.is(log, '+aaa +b -b +c -c -aaa');
});

test('no more tasks run at a time than allowed', async (t) => {
  const tasks = { a: [], bb: [], ccc: [], d: [], e: [] };
  for (const parallel of [1, 2, 3]) {
    t.is((await scheduled({ tasks, parallel })).most, parallel);
  }
});

test('after a failure nothing starts and running tasks are stopped', async (t) => {
  const tasks = { a: [], bbbb: [], c: [] };
  const { log, skipped, stopped } = await scheduled({ tasks, failing: ['a'], parallel: 2 });
  t.is(log, '+a +bbbb -a -bbbb');
  t.deepEqual(skipped, { c: 'a failed' });
  t.deepEqual(stopped, ['bbbb']);
});

test('with keepGoing only tasks that depend on a failure are skipped', async (t) => {
  const tasks = { a: [], b: ['a'], c: ['b'], dd: [], e: ['dd'] };
  const { log, skipped, stopped } = await scheduled({ tasks, failing: ['a'], keepGoing: true });
  t.is(log, '+a +dd -a -dd +e -e');
  t.deepEqual(skipped, { b: 'it depends on a', c: 'it depends on b' });
  t.deepEqual(stopped, []);
});

test('the run ends when all remaining tasks depend on a failure', async (t) => {
  const tasks = { a: [], b: ['a'], c: ['b'] };
  for (const keepGoing of [false, true]) {
    const { log, skipped } = await scheduled({ tasks, failing: ['a'], keepGoing });
    t.is(log, '+a -a');
    t.deepEqual(Object.keys(skipped), ['b', 'c']);
  }
});

test('after an interrupt nothing starts, even with keepGoing', async (t) => {
  const tasks = { a: [], b: [], c: [] };
  const wanted = { tasks, parallel: 1, interruptedAfter: 1 };
  for (const keepGoing of [false, true]) {
    const { log, skipped } = await scheduled({ ...wanted, keepGoing });
    t.is(log, '+a -a');
    t.deepEqual(skipped, { b: 'interrupted', c: 'interrupted' });
  }
});

test('an empty run ends at once', async (t) => {
  t.is((await scheduled({ tasks: {} })).log, '');
});
