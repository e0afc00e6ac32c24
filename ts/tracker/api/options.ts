/** The options of a run and of a tracker. */
import type { NamedTaskRule, StageRule } from '../../attribution/rule.js';

interface SamplingOptions {
  /**
   * Milliseconds between samples, 1 to 60000. Without it as few as keep the sampling under one
   * percent of a CPU: 2 to 100.
   */
  intervalMs?: number;
  /**
   * What the peak counts. `auto`, the default: every page once. `rss`: resident memory, where a
   * shared page counts in each process. `pss`: proportional memory, where it is divided among all
   * that have it.
   */
  metric?: 'auto' | 'rss' | 'pss';
}

export interface TrackerOptions extends SamplingOptions {
  /**
   * Whether every process of the trees is followed to its end. Default: `off`, since whoever started
   * them has not asked for it. A child of this very program cannot be: there, `run()` can.
   */
  trace?: 'on' | 'off';
}

/** What one tree is guarded against while it is tracked. */
export interface TrackOptions {
  /** A name for it in the result. Default: the pid. */
  id?: string;
  /**
   * Past this `warn` is told once: bytes for all processes together, or text such as `500M`, `1.5G`
   * and `80%`, the last a share of what a run can have. Not above `limit`.
   */
  warn?: number | string;
  /** Past this `limit` is told once; the same forms. */
  limit?: number | string;
  /**
   * Whether the process and all its descendants are ended at the limit, also while JavaScript is
   * busy. Default: false.
   */
  endsAtLimit?: boolean;
  /** Milliseconds that processes get to end by themselves before they are killed. Default: 2000. */
  graceMs?: number;
  /** Whether the tasks of the task runners in it are told apart. Default: false. */
  tasks?: boolean;
}

export interface AttachOptions extends SamplingOptions {
  /** A name for the run, kept in the result. */
  label?: string;
  /**
   * Whether every process of the tree is traced to its end. Default: `off`, which leaves the
   * processes untouched. A child of this very program cannot be traced.
   */
  trace?: 'on' | 'off';
}

export interface RunOptions extends SamplingOptions {
  /** A name for the run, to find it again. */
  label?: string;
  /**
   * Whether the run gets a control group of its own, whose peak the kernel counts. `auto`, the
   * default: where it can have one. `on`: without one the command does not start.
   */
  cgroup?: 'auto' | 'on' | 'off';
  /**
   * Whether every process is followed from its start to its end. `auto`, the default: where that
   * changes nothing for the command.
   */
  trace?: 'auto' | 'on' | 'off';
  /** Tells tasks beside those of the task runners that are known. */
  rules?: readonly NamedTaskRule[];
  /** Tells stages, in the order of their precedence. */
  stages?: readonly StageRule[];
  /**
   * Past this the guard warns once: bytes for all processes together, or text such as `500M`,
   * `1.5G` and `80%`, the last a share of what the run can have. Not above `limit`.
   */
  warn?: number | string;
  /** Past this the guard ends the run; the same forms. */
  limit?: number | string;
  /** False switches the guard off, and with it `warn` and `limit`. Default: true. */
  guard?: boolean;
  /** After so many milliseconds the run is ended. Default: never. */
  timeoutMs?: number;
  /** Milliseconds that processes get to end by themselves before they are killed. Default: 2000. */
  graceMs?: number;
  /** What becomes of processes that outlive the command. Default: `leave`. */
  survivors?: 'leave' | 'wait' | 'kill';
  /** Gets what the command writes, piece by piece. What it is slow to take holds up the command. */
  onOutput?: (piece: Uint8Array, stream: 'stdout' | 'stderr') => void;
  /** Whether what the command writes is kept from this program's own streams. Default: false. */
  silent?: boolean;
  /**
   * Whether the result has what the command writes, as `stdout` and `stderr`. It is shown all the
   * same, unless `silent` is set. Default: false.
   */
  capture?: boolean;
  /**
   * How many bytes of each stream are captured. Where the command writes more, the result has a
   * warning; the command goes on. Default: 100 MiB.
   */
  maxCaptureBytes?: number;
  /** Whether the command gets a terminal of its own. What it writes is all `stdout` then. */
  pty?: 'auto' | 'on' | 'off';
  /**
   * Whether Node processes report their JavaScript heaps. It adds to their NODE_OPTIONS and costs
   * each some milliseconds at its start. Default: false.
   */
  heap?: boolean;
  /** Working directory of the command: a path or a `file:` URL. Default: the program's own. */
  cwd?: string | URL;
  /** The whole environment of the command. Default: the program's own. */
  env?: Record<string, string | undefined>;
  /**
   * Aborting it ends the run, which rejects with AbortError. With one that is aborted already
   * nothing is started.
   */
  signal?: AbortSignal;
  /**
   * Whether a run that has not ended well, by itself and with code 0, rejects with RunFailed.
   * Default: false, it resolves however it ended.
   */
  rejectOnFailure?: boolean;
  /**
   * The folder for the two files that the guard writes when it ends the run: a path or a `file:`
   * URL. False: none are written. Default: the current folder.
   */
  crashFolder?: string | URL | false;
}
