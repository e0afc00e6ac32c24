/** The options of a run and of a tracker. */

export interface TrackerOptions {
  /** Milliseconds between samples, 1 to 60000. Default 10. */
  intervalMs?: number;
}

export interface RunOptions extends TrackerOptions {
  /** A name for the run, to find it again. */
  label?: string;
  /** Working directory of the command. Default: the program's own. */
  cwd?: string;
  /** The whole environment of the command. Default: the program's own. */
  env?: Record<string, string | undefined>;
}
