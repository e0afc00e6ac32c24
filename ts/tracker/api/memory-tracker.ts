/** Measures process trees that are running already. */
import { nativeRules } from '../../attribution/native-rules.js';
import { runners } from '../../attribution/runners.js';
import { checked } from '../../checked.js';
import { messageOf, ProcessNotFound } from '../../errors.js';
import type { Addon } from '../../native/addon.js';
import { fromAddon } from '../../native/errors.js';
import { loadAddon } from '../../native/load.js';
import { AddonTask } from '../native/addon-task.js';
import { nativeSize } from '../native/native-sizes.js';
import { peakBytes } from '../result/peak.js';
import type { Metric, TraceUse } from '../rules.js';
import { trackerOptions, trackOptions } from './checked-options.js';
import type { TrackerOptions, TrackOptions } from './options.js';
import { checkPid } from './pid.js';
import type { TrackedTask } from './tracked-task.js';

type Sampler = InstanceType<Addon['NativeSampler']>;

/**
 * Tracks the memory of any number of process trees, sampled on a thread of its own. Nothing is
 * loaded and no thread runs until the first pid is tracked.
 */
export class MemoryTracker implements Disposable, AsyncDisposable {
  readonly #intervalMs: number | undefined;
  readonly #metric: Metric | undefined;
  readonly #traceUse: TraceUse | undefined;
  readonly #tasks = new Set<TrackedTask>();
  #sampler: Sampler | undefined;
  #warned = false;

  /** @throws InvalidOption */
  constructor(options: TrackerOptions = {}) {
    const { intervalMs, metric, trace } = checked(trackerOptions, options);
    this.#intervalMs = intervalMs;
    this.#metric = metric;
    this.#traceUse = trace;
  }

  /**
   * Starts to track a process and all its descendants. For a pid that is tracked already this does
   * nothing; a process that has ended has no peak.
   *
   * A failure to measure does not throw: it is emitted once as a warning of the process, and
   * `stopTracking` returns `undefined`.
   *
   * @throws InvalidOption when `pid` is not a process id, as of a child process that did not start
   */
  startTracking(pid: number | undefined): void {
    checkPid(pid);
    try {
      const sampler = this.#started();
      this.#trace(sampler, pid);
      sampler.start(pid);
    } catch (error) {
      const reason = fromAddon(error);
      if (!(reason instanceof ProcessNotFound)) this.#warnOnce(reason);
    }
  }

  /**
   * Stops tracking a process and returns the peak of its tree in bytes; `undefined` when it was not
   * tracked or not measured.
   *
   * @throws InvalidOption when `pid` is neither a process id nor `undefined`
   */
  stopTracking(pid: number | undefined): number | undefined {
    if (pid === undefined) return undefined;
    checkPid(pid);
    const tree = this.#sampler?.stop(pid);
    return tree?.peak && peakBytes(tree.peak, { tree });
  }

  /**
   * Starts to track a process and all its descendants, with a name and a guard. Several tasks may
   * track the same process.
   *
   * @throws InvalidOption
   * @throws ProcessNotFound when no process has the pid
   * @throws PermissionDenied when the process may not be read
   * @throws AddonUnavailable or SystemError when nothing can be measured here
   */
  track(pid: number | undefined, options: TrackOptions = {}): TrackedTask {
    checkPid(pid);
    const {
      id = `${pid}`,
      warn,
      limit,
      endsAtLimit = false,
      graceMs,
      tasks = false,
    } = checked(trackOptions, options);
    try {
      const sampler = this.#started();
      this.#trace(sampler, pid);
      const task = new AddonTask(
        { id, pid, graceMs },
        (onAlarm) =>
          sampler.track(
            pid,
            {
              endsAtLimit,
              ...(warn !== undefined && { warn: nativeSize(warn) }),
              ...(limit !== undefined && { limit: nativeSize(limit) }),
              ...(graceMs !== undefined && { graceMs }),
              ...(tasks && { rules: nativeRules(runners) }),
            },
            onAlarm,
          ),
        (finished) => this.#tasks.delete(finished),
      );
      this.#tasks.add(task);
      return task;
    } catch (error) {
      throw fromAddon(error);
    }
  }

  /**
   * Stops all tracking; `finish()` of a task still resolves to its result. Safe to call again, and
   * the tracker can be used again afterwards.
   */
  [Symbol.dispose](): void {
    for (const task of [...this.#tasks]) task[Symbol.dispose]();
    this.#sampler?.close();
    this.#sampler = undefined;
  }

  /** The same, and waits for processes that are being ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    const tasks = [...this.#tasks];
    this[Symbol.dispose]();
    await Promise.all(tasks.map((task) => task[Symbol.asyncDispose]()));
  }

  #started(): Sampler {
    this.#sampler ??= new (loadAddon().NativeSampler)(
      this.#intervalMs,
      this.#metric,
      this.#traceUse,
    );
    return this.#sampler;
  }

  #trace(sampler: Sampler, pid: number): void {
    const problem = sampler.trace(pid);
    if (problem !== null && problem !== undefined) {
      this.#warnOnce(new Error(`process ${pid} is not traced: ${problem}`), 'sampled only');
    }
  }

  #warnOnce(reason: unknown, effect = 'not tracked'): void {
    if (this.#warned) return;
    this.#warned = true;
    const message = messageOf(reason);
    process.emitWarning(`memory is ${effect}: ${message}`, { type: 'MemtopWarning' });
  }
}
