/** The handle of a running command: a promise with more members. */
import type { Result } from '../../result/types.js';
import type { Executed } from '../execute.js';
import { DisposablePromise } from './disposable-promise.js';
import type { RunEventListener, RunEvents } from './events.js';
import { graceOf } from './grace.js';
import type { Listeners } from './listeners.js';
import { RunFailed } from './result-errors.js';
import type { EndOptions, Running } from './running.js';
import { type Snapshot, snapshotOf } from './snapshot.js';

export class RunHandle extends DisposablePromise<Result> implements Running {
  readonly #executed: Executed | undefined;
  readonly #listeners: Listeners<RunEvents>;
  readonly #stop: Executed['stop'];
  #isOver: boolean;

  /** Without `executed` nothing was started, and the promise rejects. */
  constructor(
    result: Promise<Result>,
    executed: Executed | undefined,
    listeners: Listeners<RunEvents>,
    stop: Executed['stop'] = () => {},
  ) {
    super(result);
    this.#executed = executed;
    this.#listeners = listeners;
    this.#stop = stop;
    this.#isOver = executed === undefined;
    const setOver = () => {
      this.#isOver = true;
    };
    executed?.result.then(setOver, setOver);
  }

  get pid(): number | undefined {
    return this.#executed?.pid;
  }

  kill(options: EndOptions = {}): void {
    const graceMs = graceOf(options);
    if (!this.#isOver) this.#stop(graceMs);
  }

  snapshot(): Snapshot | undefined {
    const record = this.#isOver ? undefined : this.#executed?.snapshot();
    return record && snapshotOf(record);
  }

  on<Name extends keyof RunEvents>(name: Name, listener: RunEventListener<Name>): this {
    this.#listeners.add(name, listener);
    return this;
  }

  once<Name extends keyof RunEvents>(name: Name, listener: RunEventListener<Name>): this {
    this.#listeners.add(name, listener, 'once');
    return this;
  }

  off<Name extends keyof RunEvents>(name: Name, listener: RunEventListener<Name>): this {
    this.#listeners.remove(name, listener);
    return this;
  }

  events<Name extends keyof RunEvents>(name: Name): AsyncIterableIterator<RunEvents[Name]> {
    return this.#listeners.events(name);
  }

  protected override end(): void {
    this.kill();
  }

  protected override isOwnEnd(error: unknown): boolean {
    return error instanceof RunFailed && error.exit.cause === 'aborted';
  }
}
