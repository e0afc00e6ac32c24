/** Sees the processes of the machine and ends them. */
import type { Addon } from '../native/addon.js';
import { fromAddon } from '../native/errors.js';
import { loadAddon } from '../native/load.js';
import { checkedBackend, checkedFolder, checkedKill, checkedPid } from './checked.js';
import type { InspectorOptions, KillOptions, KillOutcome } from './options.js';
import type { ProcessRecord } from './process.js';
import { processRecord } from './process-record.js';

/**
 * Every call looks at the machine as it is then, on a thread of Node's pool. Threads are never
 * processes, and a process that has ended is one, a zombie, until its parent has noticed.
 *
 * All of them reject with AddonUnavailable, and with SystemError when the process table cannot be
 * read.
 */
export interface Inspector {
  /** Every process that is visible, by rising pid. */
  list(): Promise<ProcessRecord[]>;

  /**
   * All descendants of a process, each after its parent; none for a pid that nobody has.
   *
   * @throws InvalidOption
   */
  tree(pid: number): Promise<ProcessRecord[]>;

  /**
   * The processes that work in this folder or below; none in a folder that does not exist.
   *
   * @throws InvalidOption
   */
  findByCwd(folder: string): Promise<ProcessRecord[]>;

  /**
   * Ends a process and all its descendants: asks them first (SIGTERM), makes those who have not
   * ended in time (SIGKILL), and resolves when they are dead.
   *
   * @throws ProcessNotFound when nobody has the pid, or not the process that was meant
   * @throws PermissionDenied when it belongs to another user; nothing was done then
   * @throws KillFailed when it must not be ended (this process, an ancestor of it, the first
   *   process, a part of the kernel) or has outlived everything
   * @throws InvalidOption
   */
  kill(pid: number, options?: KillOptions): Promise<KillOutcome>;

  /**
   * Whether a process has this pid.
   *
   * @throws InvalidOption
   */
  exists(pid: number): Promise<boolean>;

  /**
   * Another inspector, which knows nothing of what this one has seen.
   *
   * @throws InvalidOption
   */
  with(options: InspectorOptions): Inspector;
}

class AddonInspector implements Inspector {
  readonly #backend: 'linux' | 'sysinfo';
  #native: InstanceType<Addon['NativeInspector']> | undefined;

  constructor(options: InspectorOptions = {}) {
    this.#backend = checkedBackend(options);
  }

  list(): Promise<ProcessRecord[]> {
    return this.#ask(async (native) => (await native.list()).map(processRecord));
  }

  tree(pid: number): Promise<ProcessRecord[]> {
    return this.#ask(async (native) => (await native.tree(checkedPid(pid))).map(processRecord));
  }

  findByCwd(folder: string): Promise<ProcessRecord[]> {
    return this.#ask(async (native) => {
      const found = await native.findByCwd(checkedFolder(folder));
      return found.map(processRecord);
    });
  }

  kill(pid: number, options: KillOptions = {}): Promise<KillOutcome> {
    return this.#ask((native) => native.kill(checkedPid(pid), checkedKill(options)));
  }

  exists(pid: number): Promise<boolean> {
    return this.#ask((native) => native.exists(checkedPid(pid)));
  }

  with(options: InspectorOptions): Inspector {
    return new AddonInspector(options);
  }

  async #ask<T>(
    question: (native: InstanceType<Addon['NativeInspector']>) => Promise<T>,
  ): Promise<T> {
    try {
      this.#native ??= new (loadAddon().NativeInspector)(this.#backend);
      return await question(this.#native);
    } catch (error) {
      throw fromAddon(error);
    }
  }
}

/** The inspector of this machine. */
export const inspect: Inspector = new AddonInspector();
