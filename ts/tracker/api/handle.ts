/** Makes of a promise what a program holds while a command is running. */
import type { Result } from '../../result/types.js';
import type { Executed } from '../execute.js';
import type { RunEvents } from './events.js';
import { graceOf } from './grace.js';
import type { Listeners } from './listeners.js';
import type { EndOptions, Running } from './running.js';
import { snapshotOf } from './snapshot.js';

/** Without `executed` nothing was started, and the promise tells why. */
export function running(
  result: Promise<Result>,
  executed: Executed | undefined,
  listeners: Listeners<RunEvents>,
): Running {
  let isOver = executed === undefined;
  const over = executed?.result.then(noted, noted);
  function noted() {
    isOver = true;
  }
  let told: 'nothing' | 'to end' | 'to end at once' = 'nothing';
  const kill = (options: EndOptions = {}) => {
    const graceMs = graceOf(options);
    const order = graceMs === 0 ? 'to end at once' : 'to end';
    // Who is told anything twice hurries.
    if (isOver || told === 'to end at once' || told === order) return;
    told = order;
    executed?.stop(graceMs);
  };
  const dispose = () => {
    kill();
    // Who has a run ended does not wait to hear that it has failed.
    if (executed) result.catch(() => {});
  };
  const members: Omit<Running, keyof Promise<Result>> & ThisType<Running> = {
    get pid() {
      return executed?.pid;
    },
    kill,
    snapshot() {
      const record = isOver ? undefined : executed?.snapshot();
      return record && snapshotOf(record);
    },
    on(name, listener) {
      listeners.add(name, listener);
      return this;
    },
    once(name, listener) {
      listeners.add(name, listener, 'once');
      return this;
    },
    off(name, listener) {
      listeners.remove(name, listener);
      return this;
    },
    events: (name) => listeners.events(name),
    [Symbol.dispose]: dispose,
    async [Symbol.asyncDispose]() {
      dispose();
      await over;
    },
  };
  return Object.defineProperties(result, Object.getOwnPropertyDescriptors(members)) as Running;
}
