/** The options of an inspector and of a kill. */

export interface InspectorOptions {
  /**
   * What reads the process table: `native`, the default, is exact and memtop's own. `sysinfo` is
   * portable, but has start times in whole seconds and omits empty arguments.
   */
  backend?: 'native' | 'sysinfo';
}

export interface KillOptions {
  /** Send SIGKILL at once, without SIGTERM. Default false. */
  force?: boolean;
  /**
   * Milliseconds between SIGTERM and SIGKILL, 0 to 3600000. Default 2000.
   */
  graceMs?: number;
  /** The `started` of the process, so that a later process with its pid is left alone. */
  started?: number;
}

/** The outcome of a kill. The process itself is dead. */
export interface KillOutcome {
  /** The number of processes that were ended. */
  killed: number;
  /** The descendants that are still alive, and why. */
  failed: { pid: number; reason: string }[];
}
