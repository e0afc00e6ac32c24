/** Measures process trees that somebody else started. */
import { InvalidOption, ProcessNotFound } from '../errors.js';
import type { Addon } from '../native/addon.js';
import { fromAddon } from '../native/errors.js';
import { loadAddon } from '../native/load.js';
import { checked, trackerOptions } from './checked-options.js';
import type { TrackerOptions } from './options.js';

/**
 * Tracks the memory of any number of process trees, sampled on a thread of its own.
 *
 * Nothing is loaded and no thread runs until the first pid is tracked. Tracking that fails never
 * throws at whoever runs the process: one warning is emitted through `process.emitWarning`, and
 * `stopTracking` returns `undefined`.
 */
export class MemoryTracker implements Disposable {
  readonly #intervalMs: number | undefined;
  #sampler: InstanceType<Addon['NativeSampler']> | undefined;
  #warned = false;

  /** @throws InvalidOption */
  constructor(options: TrackerOptions = {}) {
    this.#intervalMs = checked(trackerOptions, options).intervalMs;
  }

  /**
   * Starts to track a process and everything that it starts. A pid that is tracked already goes
   * on as it is; a process that is gone already has no peak.
   *
   * @throws InvalidOption when `pid` is not a process id
   */
  startTracking(pid: number): void {
    if (!Number.isSafeInteger(pid) || pid <= 0) {
      throw new InvalidOption(`${String(pid)} is not a process id`);
    }
    try {
      this.#sampler ??= new (loadAddon().NativeSampler)(this.#intervalMs);
      this.#sampler.start(pid);
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
    return this.#sampler?.stop(pid)?.peak?.bytes;
  }

  /** Stops everything. Safe to call again; tracking may start anew afterwards. */
  [Symbol.dispose](): void {
    this.#sampler?.close();
    this.#sampler = undefined;
  }

  #warnOnce(reason: unknown): void {
    if (this.#warned) return;
    this.#warned = true;
    const message = reason instanceof Error ? reason.message : String(reason);
    process.emitWarning(`memory is not tracked: ${message}`, { type: 'MemtopWarning' });
  }
}
