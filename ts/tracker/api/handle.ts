/** Makes the handle of a running command: a promise with more members. */
import type { Result } from '../../result/types.js';
import type { Executed } from '../execute.js';
import type { RunEvents } from './events.js';
import { graceOf } from './grace.js';
import type { Listeners } from './listeners.js';
import type { EndOptions, Running } from './running.js';
import { snapshotOf } from './snapshot.js';

/** Without `executed` nothing was started, and the promise rejects. */
export function running(
  result: Promise<Result>,
  executed: Executed | undefined,
  listeners: Listeners<RunEvents>,
  stop: Executed['stop'] = () => {},
): Running {
  let isOver = executed === undefined;
  const setOver = () => {
    isOver = true;
  };
  const over = executed?.result.then(setOver, setOver);
  const kill = (options: EndOptions = {}) => {
    const graceMs = graceOf(options);
    if (!isOver) stop(graceMs);
  };
  const dispose = () => {
    kill();
    // A program that ends a run need not handle that it failed.
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
