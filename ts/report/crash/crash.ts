/** What is known when the guard ends a run. */
import type { Run, Sampling } from '../../result/types.js';

export interface CrashProcess {
  readonly pid: number;
  readonly parentPid: number;
  readonly name: string;
  readonly command: readonly string[];
  /** The id of its task. */
  readonly task: string;
  /** Its share of the sum. */
  readonly bytes: number;
  readonly rssBytes: number;
  /** Since the start of the run. */
  readonly startedAtMs: number;
}

export interface Crash {
  readonly at: Date;
  /** The run exceeded its limit, or the machine was running out of memory. */
  readonly reason: 'limit' | 'machine';
  /** The memory of the tree. */
  readonly bytes: number;
  readonly limitBytes?: number;
  readonly run: Pick<Run, 'id' | 'label' | 'command' | 'cwd' | 'host'>;
  /** The id of the running task. */
  readonly task: string;
  /** Whether only the task is ended, and the run goes on. */
  readonly endsTaskAlone?: boolean;
  readonly processes: readonly CrashProcess[];
  /** The sum over time, in parallel arrays, in order of time. */
  readonly timeline: { readonly atMs: readonly number[]; readonly bytes: readonly number[] };
  readonly sampling: Sampling;
  readonly memory: {
    readonly currentBytes: number;
    readonly peakBytes: number;
    readonly machineTotalBytes?: number;
    readonly machineAvailableBytes?: number;
    /** What limits the memory of the run, such as the path of a control group. */
    readonly limitedBy?: string;
  };
  /** The time that processes get to end by themselves. */
  readonly graceMs: number;
}

/** The environment of memtop itself. */
export interface Runtime {
  readonly memtopVersion: string;
  readonly nodeVersion: string;
  /** Threads of memtop itself; absent where they cannot be counted. */
  readonly threads?: number;
}
