/** Lists the processes of the machine, finds and ends them. */
import type { Addon, InspectedProcess } from '../native/addon.js';
import { fromAddon } from '../native/errors.js';
import { loadAddon } from '../native/load.js';
import { checkedBackend, checkedFolder, checkedKill, checkedPid } from './checked.js';
import type { InspectorOptions, KillOptions, KillOutcome } from './options.js';
import type { ProcessRecord } from './process.js';
import { type Backend, processRecord } from './process-record.js';

/**
 * Every call reads the current process table, on a thread of Node's pool. Threads are not listed as
 * processes; a process that has ended is listed as a zombie until its parent reaps it.
 *
 * All methods reject with AddonUnavailable, and with SystemError when the process table cannot be
 * read.
 */
export interface Inspector {
  /** All visible processes in order of pid. */
  list(): Promise<ProcessRecord[]>;

  /**
   * All descendants of a process, each after its parent; none for an unused pid.
   *
   * @throws InvalidOption
   */
  tree(pid: number): Promise<ProcessRecord[]>;

  /**
   * The processes whose current folder is this one or below it; none if it does not exist.
   *
   * @throws InvalidOption
   */
  findByCwd(folder: string): Promise<ProcessRecord[]>;

  /**
   * Ends a process and all its descendants: sends SIGTERM, sends SIGKILL to those that are still
   * alive after the grace period, and resolves when they are dead.
   *
   * @throws ProcessNotFound when no process has the pid, or a later one has it now
   * @throws PermissionDenied when it belongs to another user; nothing is ended then
   * @throws KillFailed when it must not be ended (this process, an ancestor of it, the first
   *   process, a part of the kernel) or has survived SIGKILL
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
   * Another inspector, with its own CPU times.
   *
   * @throws InvalidOption
   */
  with(options: InspectorOptions): Inspector;
}

class AddonInspector implements Inspector {
  readonly #backend: Backend;
  #native: InstanceType<Addon['NativeInspector']> | undefined;

  constructor(options: InspectorOptions = {}) {
    this.#backend = checkedBackend(options);
  }

  list(): Promise<ProcessRecord[]> {
    return this.#call(async (native) => this.#records(await native.list()));
  }

  tree(pid: number): Promise<ProcessRecord[]> {
    return this.#call(async (native) => this.#records(await native.tree(checkedPid(pid))));
  }

  findByCwd(folder: string): Promise<ProcessRecord[]> {
    return this.#call(async (native) => {
      return this.#records(await native.findByCwd(checkedFolder(folder)));
    });
  }

  kill(pid: number, options: KillOptions = {}): Promise<KillOutcome> {
    return this.#call((native) => native.kill(checkedPid(pid), checkedKill(options)));
  }

  exists(pid: number): Promise<boolean> {
    return this.#call((native) => native.exists(checkedPid(pid)));
  }

  with(options: InspectorOptions): Inspector {
    return new AddonInspector(options);
  }

  #records(found: readonly InspectedProcess[]): ProcessRecord[] {
    return found.map((one) => processRecord(one, this.#backend));
  }

  async #call<T>(call: (native: InstanceType<Addon['NativeInspector']>) => Promise<T>): Promise<T> {
    try {
      this.#native ??= new (loadAddon().NativeInspector)(this.#backend);
      return await call(this.#native);
    } catch (error) {
      throw fromAddon(error);
    }
  }
}

/** The inspector of this machine. */
export const inspect: Inspector = new AddonInspector();
