/** Measures process trees that somebody else started. */

import { nativeRules } from '../../attribution/native-rules.js';
import { runners } from '../../attribution/runners.js';
import { InvalidOption, messageOf, ProcessNotFound } from '../../errors.js';
import { isPid } from '../../inspect/rules.js';
import type { Addon } from '../../native/addon.js';
import { fromAddon } from '../../native/errors.js';
import { loadAddon } from '../../native/load.js';
import { AddonTask } from '../native/addon-task.js';
import { nativeSize } from '../native/native-sizes.js';
import { peakBytes } from '../result/peak.js';
import type { Metric } from '../rules.js';
import { checked, trackerOptions, trackOptions } from './checked-options.js';
import type { TrackerOptions, TrackOptions } from './options.js';
import type { TrackedTask } from './tracked-task.js';

type Sampler = InstanceType<Addon['NativeSampler']>;

/**
 * Tracks the memory of any number of process trees, sampled on a thread of its own. Nothing is
 * loaded and no thread runs until the first pid is tracked.
 */
export class MemoryTracker implements Disposable {
  readonly #intervalMs: number | undefined;
  readonly #metric: Metric | undefined;
  readonly #traces: boolean;
  readonly #tasks = new Set<TrackedTask>();
  #sampler: Sampler | undefined;
  #warned = false;

  /** @throws InvalidOption */
  constructor(options: TrackerOptions = {}) {
    const { intervalMs, metric, trace } = checked(trackerOptions, options);
    this.#intervalMs = intervalMs;
    this.#metric = metric;
    this.#traces = trace === 'on';
  }

  /**
   * Starts to track a process and everything that it starts. A pid that is tracked already goes
   * on as it is; a process that is gone already has no peak.
   *
   * Tracking that fails never throws at whoever runs the process: one warning is emitted through
   * `process.emitWarning`, and `stopTracking` returns `undefined`.
   *
   * @throws InvalidOption when `pid` is not a process id
   */
  startTracking(pid: number): void {
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
   * Stops to track a process and returns the highest memory of its tree in bytes; `undefined`
   * when it was not tracked or not measured.
   */
  stopTracking(pid: number): number | undefined {
    const tree = this.#sampler?.stop(pid);
    return tree?.peak && peakBytes(tree.peak, { tree });
  }

  /**
   * Starts to track a process and everything that it starts, with a name and a guard, apart from
   * whatever else tracks the same process.
   *
   * @throws InvalidOption
   * @throws ProcessNotFound when nobody has the pid
   * @throws PermissionDenied when the process must not be read
   * @throws AddonUnavailable or SystemError when nothing can be measured here
   */
  track(pid: number, options: TrackOptions = {}): TrackedTask {
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
   * Stops everything; what `track()` gave can still tell its result. Safe to call again; tracking
   * may start anew afterwards.
   */
  [Symbol.dispose](): void {
    for (const task of [...this.#tasks]) task[Symbol.dispose]();
    this.#sampler?.close();
    this.#sampler = undefined;
  }

  #started(): Sampler {
    this.#sampler ??= new (loadAddon().NativeSampler)(this.#intervalMs, this.#metric, this.#traces);
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

/** @throws InvalidOption */
function checkPid(pid: unknown): void {
  if (!isPid(pid)) throw new InvalidOption(`${String(pid)} is not a process id`);
}
