/** The options of a run and of a tracker. */
import type { NamedTaskRule, StageRule } from '../../attribution/rule.js';

interface SamplingOptions {
  /**
   * Milliseconds between samples, 1 to 60000. Default: 2 to 100, chosen so that sampling stays
   * under one percent of a CPU.
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
   * What reports the starts and ends of processes. `auto`, the default: the kernel, where it does.
   * `kernel`: nothing else. `ptrace`: the trees are traced, which a child of this very program
   * cannot be, except by `run()`. `off`: the process table is scanned. `on` is `ptrace`.
   */
  trace?: 'auto' | 'kernel' | 'ptrace' | 'on' | 'off';
}

/** The name and the guard of one tracked tree. */
export interface TrackOptions {
  /** A name for it in the result. Default: the pid. */
  id?: string;
  /**
   * Above this `warn` is emitted, once: bytes for all processes together, or a string such as
   * `500M`, `1.5G` and `80%`, a percentage of the memory that a run can have. Not above `limit`.
   */
  warn?: number | string;
  /** Above this `limit` is emitted, once; in the same forms. */
  limit?: number | string;
  /**
   * Whether the process and all its descendants are ended at the limit, also while JavaScript is
   * blocked. Default: false.
   */
  endsAtLimit?: boolean;
  /** Milliseconds between SIGTERM and SIGKILL when processes are ended. Default: 2000. */
  graceMs?: number;
  /** Whether the tasks of task runners in the tree are measured on their own. Default: false. */
  tasks?: boolean;
}

export interface AttachOptions extends SamplingOptions {
  /** A name for the run, kept in the result. */
  label?: string;
  /**
   * What reports the starts and ends of processes. `auto`, the default: the kernel, where it does.
   * `kernel`: nothing else. `ptrace`: the tree is traced, which a child of this very program cannot
   * be. `off`: the process table is scanned. `on` is `ptrace`.
   */
  trace?: 'auto' | 'kernel' | 'ptrace' | 'on' | 'off';
}

export interface RunOptions extends SamplingOptions {
  /** A name for the run, kept in the result. */
  label?: string;
  /**
   * Whether the run gets a control group of its own, whose peak the kernel counts. `auto`, the
   * default: where it can have one. `on`: without one the command does not start.
   */
  cgroup?: 'auto' | 'on' | 'off';
  /**
   * What reports the starts and ends of processes. `auto`, the default: the kernel, where it does;
   * elsewhere the command is traced, if that changes nothing for it. With `kernel` and `ptrace` the
   * command does not start without it. `off`: the process table is scanned. `on` is `ptrace`.
   */
  trace?: 'auto' | 'kernel' | 'ptrace' | 'on' | 'off';
  /** Rules that find tasks, besides those of the known task runners. */
  rules?: readonly NamedTaskRule[];
  /** Rules that find stages, in order of precedence. */
  stages?: readonly StageRule[];
  /**
   * Above this the guard warns, once: bytes for all processes together, or a string such as
   * `500M`, `1.5G` and `80%`, a percentage of the memory that the run can have. Not above `limit`.
   */
  warn?: number | string;
  /** Above this the guard ends the run; in the same forms. */
  limit?: number | string;
  /** False switches the guard off, and with it `warn` and `limit`. Default: true. */
  guard?: boolean;
  /** Milliseconds after which the run is ended. 0 is never, which is the default. */
  timeoutMs?: number;
  /** Milliseconds between SIGTERM and SIGKILL when processes are ended. Default: 2000. */
  graceMs?: number;
  /** What is done with processes that outlive the command. Default: `leave`. */
  survivors?: 'leave' | 'wait' | 'kill';
  /** Called with each piece of output. A slow callback holds up the command. */
  onOutput?: (piece: Uint8Array, stream: 'stdout' | 'stderr') => void;
  /** Whether the output is kept from this program's own streams. Default: false. */
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
  /** Whether the command gets a terminal of its own, which makes all its output `stdout`. */
  pty?: 'auto' | 'on' | 'off';
  /**
   * Whether Node processes report their JavaScript heaps, through their NODE_OPTIONS. Costs each of
   * them some milliseconds at its start. Default: false.
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
   * Whether a run rejects with RunFailed unless the command exits with code 0. Default: false,
   * which resolves however the run ended.
   */
  rejectOnFailure?: boolean;
  /**
   * The folder for the two files that the guard writes when it ends the run: a path or a `file:`
   * URL. False: none are written. Default: the current folder.
   */
  crashFolder?: string | URL | false;
}
