/** The options of an inspector and of a kill. */

export interface InspectorOptions {
  /**
   * Who reads the process table: `linux` is memtop's own and exact; `sysinfo` is portable, tells
   * start times in whole seconds and leaves empty arguments out. Default `linux`.
   */
  backend?: 'linux' | 'sysinfo';
}

export interface KillOptions {
  /** End everything at once, without asking first. Default false. */
  force?: boolean;
  /**
   * Milliseconds that those who were asked to end may take before they are made to, 0 to 3600000.
   * Default 2000.
   */
  graceMs?: number;
  /** The `started` of the process that is meant: one that has got its pid since is left alone. */
  started?: number;
}

/** What became of a tree that was to be ended. The process that was asked for is dead. */
export interface KillOutcome {
  /** How many processes were alive before and are dead now. */
  killed: number;
  /** The descendants that are still there, and why. */
  failed: { pid: number; reason: string }[];
}
