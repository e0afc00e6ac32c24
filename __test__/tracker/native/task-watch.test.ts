import test, { type ExecutionContext } from 'ava';
import type { Result, TaskResult } from '../../../ts/index.js';
import { Listeners } from '../../../ts/tracker/api/listeners.js';
import type { Executed } from '../../../ts/tracker/execute.js';
import { watchTasks } from '../../../ts/tracker/native/task-watch.js';

const nothing: Pick<Executed, 'tasks' | 'taskResults'> = {
  tasks: () => ({ tasks: [], atMs: 0 }),
  taskResults: () => [],
};

/** The number of active timers. */
function countTimers(t: ExecutionContext): () => number {
  const timers = new Set<NodeJS.Timeout>();
  const { setInterval: start, clearInterval: stop } = globalThis;
  globalThis.setInterval = ((...args: Parameters<typeof start>) => {
    const timer = start(...args);
    timers.add(timer);
    return timer;
  }) as typeof start;
  globalThis.clearInterval = ((timer: NodeJS.Timeout) => {
    timers.delete(timer);
    stop(timer);
  }) as typeof stop;
  t.teardown(() => Object.assign(globalThis, { setInterval: start, clearInterval: stop }));
  return () => timers.size;
}

test.serial('there is a timer only while the run goes on and has listeners', async (t) => {
  const timers = countTimers(t);
  const listeners = Listeners.ofRun();
  let end: (result: Result) => void = () => {};
  const result = new Promise<Result>((resolve) => {
    end = resolve;
  });
  watchTasks({ ...nothing, result }, listeners);
  const listener = () => {};
  t.is(timers(), 0);
  listeners.add('warn', listener);
  t.is(timers(), 0);
  listeners.add('taskend', listener);
  listeners.add('taskstart', listener);
  t.is(timers(), 1);
  listeners.remove('taskend', listener);
  t.is(timers(), 1);
  listeners.remove('taskstart', listener);
  t.is(timers(), 0);
  listeners.add('taskend', listener);
  end({ tasks: [] } as unknown as Result);
  await result;
  await new Promise(setImmediate);
  t.is(timers(), 0);
  listeners.add('taskstart', listener);
  t.is(timers(), 0);
});

test.serial('a task from a cache is emitted at its end, and never starts', async (t) => {
  const cached: TaskResult = {
    id: 'web:build',
    source: 'nx',
    status: 'cached',
    cache: 'local',
    startedAtMs: 5,
    durationMs: 2,
    processCount: 0,
  };
  const ran: TaskResult = { ...cached, id: 'api:build', status: 'ended', processCount: 1 };
  const received: unknown[] = [];
  const listeners = Listeners.ofRun();
  listeners.add('taskstart', ({ id }) => received.push(`${id} starts`));
  listeners.add('taskend', (task) => received.push(task));
  const result = Promise.resolve({ tasks: [ran, cached] } as unknown as Result);
  watchTasks({ ...nothing, result }, listeners);
  await result;
  await new Promise(setImmediate);
  t.deepEqual(received, ['api:build starts', ran, cached]);
});
