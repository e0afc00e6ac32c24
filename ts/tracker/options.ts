/** The options of a run and of a tracker. */

export interface TrackerOptions {
  /**
   * Milliseconds between samples, 1 to 60000. Without it as few as keep the sampling under one
   * percent of a CPU: 2 to 100.
   */
  intervalMs?: number;
}

export interface RunOptions extends TrackerOptions {
  /** A name for the run, to find it again. */
  label?: string;
  /**
   * What the peak is measured in. `rss`: resident memory, shared pages in each process. `pss`:
   * proportional memory, shared pages once in all. `auto`, the default: `pss` where it matters.
   */
  metric?: 'auto' | 'rss' | 'pss';
  /**
   * Whether the run gets a control group of its own, whose peak the kernel counts. `auto`, the
   * default: where it can have one. `on`: without one the command does not start.
   */
  cgroup?: 'auto' | 'on' | 'off';
  /** Working directory of the command. Default: the program's own. */
  cwd?: string;
  /** The whole environment of the command. Default: the program's own. */
  env?: Record<string, string | undefined>;
}
