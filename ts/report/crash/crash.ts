/** What is known at the moment in which the guard ends a run. */
import type { Run, Sampling } from '../../result/types.js';

export interface CrashProcess {
  readonly pid: number;
  readonly parentPid: number;
  readonly name: string;
  readonly command: readonly string[];
  /** Id of the task that it belongs to. */
  readonly task: string;
  /** What it adds to the sum. */
  readonly bytes: number;
  readonly rssBytes: number;
  /** From the start of the run. */
  readonly startedAtMs: number;
}

export interface Crash {
  readonly at: Date;
  /** The run was past its limit, or the machine was running out of memory. */
  readonly reason: 'limit' | 'machine';
  /** What the tree had. */
  readonly bytes: number;
  readonly limitBytes?: number;
  readonly run: Pick<Run, 'id' | 'label' | 'command' | 'cwd' | 'host'>;
  /** Id of the task that was running. */
  readonly task: string;
  /** Whether it is ended and the run goes on. */
  readonly endsTaskAlone?: boolean;
  readonly processes: readonly CrashProcess[];
  /** The course of the sum, side by side; rising in time. */
  readonly timeline: { readonly atMs: readonly number[]; readonly bytes: readonly number[] };
  readonly sampling: Sampling;
  readonly memory: {
    readonly currentBytes: number;
    readonly peakBytes: number;
    readonly machineTotalBytes?: number;
    readonly machineAvailableBytes?: number;
    /** What sets how much the run can have, such as the path of a control group. */
    readonly limitedBy?: string;
  };
  /** What the processes get to end by themselves. */
  readonly graceMs: number;
}

/** What memtop runs in. */
export interface Runtime {
  readonly memtopVersion: string;
  readonly nodeVersion: string;
  /** Threads of memtop itself; absent where they cannot be counted. */
  readonly threads?: number;
}
