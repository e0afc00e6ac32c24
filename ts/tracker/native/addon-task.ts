/** A tree that the addon tracks. */
import { runners } from '../../attribution/runners.js';
import { InvalidOption, SystemError } from '../../errors.js';
import type { Addon, AlarmRecord } from '../../native/addon.js';
import { formatBytes } from '../../report/bytes.js';
import { warningText } from '../../report/warning.js';
import { type GuardEventListener, type GuardEvents, limitEvent, warnEvent } from '../api/events.js';
import { graceOf } from '../api/grace.js';
import { Listeners } from '../api/listeners.js';
import { checkPid } from '../api/pid.js';
import type { EndOptions } from '../api/running.js';
import { type Snapshot, snapshotOf } from '../api/snapshot.js';
import type { TrackedResult, TrackedTask } from '../api/tracked-task.js';
import { trackedResult } from '../result/tracked-result.js';

const sources = runners.map(({ name }) => name);

type NativeTask = ReturnType<InstanceType<Addon['NativeSampler']>['track']>;
/** Starts tracking; `onAlarm` is called for the guard. */
type Begin = (onAlarm: (alarm: AlarmRecord) => void) => NativeTask;

export class AddonTask implements TrackedTask {
  readonly id: string;
  readonly pid: number;
  readonly #graceMs: number | undefined;
  readonly #listeners = Listeners.ofTree();
  readonly #native: NativeTask;
  readonly #onFinish: (task: AddonTask) => void;
  #finished: Promise<TrackedResult> | undefined;

  constructor(
    { id, pid, graceMs }: { id: string; pid: number; graceMs: number | undefined },
    begin: Begin,
    onFinish: (task: AddonTask) => void,
  ) {
    this.id = id;
    this.pid = pid;
    this.#graceMs = graceMs;
    this.#onFinish = onFinish;
    const listeners = this.#listeners;
    this.#native = begin((alarm) => {
      if (alarm.level === 'warn') {
        listeners.emit('warn', warnEvent(warningText(alarm, id), alarm));
      } else {
        listeners.emit('limit', limitEvent([limitText(alarm, id)], alarm));
      }
    });
  }

  snapshot(): Snapshot | undefined {
    const record = this.#native.snapshot();
    return record ? snapshotOf(record) : undefined;
  }

  on<Name extends keyof GuardEvents>(name: Name, listener: GuardEventListener<Name>): this {
    this.#listeners.add(name, listener);
    return this;
  }

  once<Name extends keyof GuardEvents>(name: Name, listener: GuardEventListener<Name>): this {
    this.#listeners.add(name, listener, 'once');
    return this;
  }

  off<Name extends keyof GuardEvents>(name: Name, listener: GuardEventListener<Name>): this {
    this.#listeners.remove(name, listener);
    return this;
  }

  events<Name extends keyof GuardEvents>(name: Name): AsyncIterableIterator<GuardEvents[Name]> {
    return this.#listeners.events(name);
  }

  assignToTask(pid: number, id: string, source = 'memtop'): boolean {
    checkPid(pid);
    if (typeof id !== 'string' || id === '') {
      throw new InvalidOption('the id of a task must be a non-empty string');
    }
    if (!sources.includes(source)) {
      throw new InvalidOption(`the source of a task must be one of ${sources.join(', ')}`);
    }
    return this.#native.assignToTask(pid, source, id);
  }

  kill(options: EndOptions = {}): void {
    this.#native.kill(graceOf(options) ?? this.#graceMs);
  }

  finish(): Promise<TrackedResult> {
    this.#finished ??= this.#finish();
    return this.#finished;
  }

  [Symbol.dispose](): void {
    // A program that needs the result calls `finish()` and gets the error there.
    this.finish().catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.finish().catch(() => {});
  }

  async #finish(): Promise<TrackedResult> {
    this.#onFinish(this);
    const end = await this.#native.finish().finally(() => this.#listeners.close());
    if (!end) throw new SystemError('the sampling thread has ended');
    return trackedResult(this.id, end);
  }
}

function limitText({ bytes, thresholdBytes = 0 }: AlarmRecord, id: string): string {
  return `${id} has ${formatBytes(bytes)}, past its limit of ${formatBytes(thresholdBytes)}`;
}
