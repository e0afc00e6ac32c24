import test from 'ava';
import { InvalidOption, MemoryTracker, run } from '../../../ts/index.js';
import { Listeners } from '../../../ts/tracker/api/listeners.js';
import { fixture, Running } from '../../helpers/processes.js';

const warning = (text: string) => ({ bytes: 1, text });

/** All that an iteration has until it ends. */
async function all<Event>(events: AsyncIterable<Event>): Promise<Event[]> {
  const list: Event[] = [];
  for await (const event of events) list.push(event);
  return list;
}

test('a listener that is added with once is called once and can be removed', (t) => {
  const listeners = Listeners.ofTree();
  const received: string[] = [];
  const removed = ({ text }: { text: string }) => received.push(`removed ${text}`);
  listeners.add('warn', ({ text }) => received.push(text), 'once');
  listeners.add('warn', removed, 'once');
  listeners.remove('warn', removed);
  listeners.emit('warn', warning('first'));
  listeners.emit('warn', warning('second'));
  t.deepEqual(received, ['first']);
  t.false(listeners.has('warn'));
});

test('a listener that is there for good stays when it is added with once', (t) => {
  const listeners = Listeners.ofTree();
  let count = 0;
  const listener = () => {
    count += 1;
  };
  listeners.add('warn', listener);
  listeners.add('warn', listener, 'once');
  listeners.emit('warn', warning('first'));
  listeners.emit('warn', warning('second'));
  t.is(count, 2);
});

test('an iteration has the events from its start on, and ends with them', async (t) => {
  const listeners = Listeners.ofTree();
  listeners.emit('warn', warning('before'));
  const [one, other] = [listeners.events('warn'), listeners.events('warn')];
  listeners.emit('warn', warning('first'));
  listeners.emit('limit', { bytes: 2, messages: [] });
  const texts = all(one);
  await new Promise(setImmediate);
  listeners.emit('warn', warning('second'));
  listeners.close();
  t.deepEqual(
    (await texts).map(({ text }) => text),
    ['first', 'second'],
  );
  t.is((await all(other)).length, 2);
  t.deepEqual(await all(listeners.events('warn')), []);
});

test('leaving an iteration removes its listener', async (t) => {
  const listeners = Listeners.ofTree();
  const events = listeners.events('warn');
  t.true(listeners.has('warn'));
  listeners.emit('warn', warning('first'));
  for await (const { text } of events) {
    t.is(text, 'first');
    break;
  }
  t.false(listeners.has('warn'));
});

test('returning before the first step removes the listener', async (t) => {
  const listeners = Listeners.ofTree();
  const events = listeners.events('warn');
  listeners.emit('warn', warning('first'));
  t.deepEqual(await events.return?.(), { done: true, value: undefined });
  t.false(listeners.has('warn'));
  t.deepEqual(await all(events), []);
});

test('returning and throwing settle the steps that wait for an event', async (t) => {
  const listeners = Listeners.ofTree();
  const ended = { done: true, value: undefined };
  const returned = listeners.events('warn');
  const waiting = [returned.next(), returned.next()];
  t.deepEqual(await returned.return?.(), ended);
  t.deepEqual(await Promise.all(waiting), [ended, ended]);
  const thrown = listeners.events('warn');
  const step = thrown.next();
  await t.throwsAsync(async () => thrown.throw?.(new Error('enough')), { message: 'enough' });
  t.deepEqual(await step, ended);
  t.false(listeners.has('warn'));
});

test('steps that wait get the events in order', async (t) => {
  const listeners = Listeners.ofTree();
  const events = listeners.events('warn');
  const steps = [events.next(), events.next(), events.next()];
  for (const text of ['first', 'second']) listeners.emit('warn', warning(text));
  listeners.close();
  const values = (await Promise.all(steps)).map(({ value }) => value?.text);
  t.deepEqual(values, ['first', 'second', undefined]);
});

test('the tasks of a run are iterated over until it ends', async (t) => {
  const script = 'MEMTOP_TASK=small sleep 0.1; MEMTOP_TASK=late sleep 0.2';
  const running = run(['sh', '-c', script], { trace: 'on' });
  const ended: string[] = [];
  for await (const { id } of running.events('taskend')) ended.push(id);
  t.deepEqual(ended, ['small', 'late']);
  const { tasks } = await running;
  t.deepEqual(
    tasks?.map(({ id }) => id),
    ended,
  );
});

test('an iteration over what was not started, or has ended, ends at once', async (t) => {
  const refused = run(['true'], { intervalMs: 0 });
  t.deepEqual(await all(refused.events('warn')), []);
  await t.throwsAsync(refused, { instanceOf: InvalidOption });
  const running = run(['true']);
  t.throws(() => running.events('exit' as never), { instanceOf: InvalidOption });
  await running;
  t.deepEqual(await all(running.events('taskend')), []);
});

test('the events of a tracked tree are iterated over until it is finished', async (t) => {
  using tracker = new MemoryTracker();
  const running = new Running(process.execPath, [fixture('allocate.js'), '150', '60000']);
  const task = tracker.track(running.pid, { id: 'build', warn: '60M' });
  let once = 0;
  task.once('warn', () => {
    once += 1;
  });
  for await (const { text } of task.events('warn')) {
    t.regex(text, /^build has .+, past 60MB$/);
    await task.finish();
  }
  t.is(once, 1);
  await running.killed();
});
