/** How a command ended, whoever started it, before it becomes part of a result. */
import type { FoundRecord, SamplingRecord, TreeRecord } from '../../native/addon.js';
import type { Cgroup, ProcessIdentity, Result, Task } from '../../result/types.js';

export interface Outcome extends Pick<Result, 'exit' | 'guard' | 'oom' | 'survivors' | 'tasks'> {
  durationMs: number;
  /** The process that the command ran in. */
  process?: ProcessIdentity | undefined;
  /** What was measured, or why nothing was. */
  measured: Measured | { unavailable: string };
  /** What did not work and did not stop the run. */
  remarks: string[];
}

export interface Measured {
  tree: TreeRecord;
  /** The tasks and stages that were found in it. */
  found?: FoundRecord;
  /** The tasks that were opened in it one after the other, where it was made of those. */
  opened?: readonly NamedTask[];
  sampling: SamplingRecord;
  /** What one process had by what the kernel told at the end, where no sample says as much. */
  missedBytes?: number | undefined;
  /** What the true peak cannot have been higher than. */
  ceilingBytes?: number | undefined;
  group?: Cgroup | undefined;
  noGroupBecause?: string | undefined;
  /** How it was traced, or why it was not. */
  traced?: Traced;
  untracedBecause?: string | undefined;
}

export type NamedTask = Pick<Task, 'id' | 'source'>;

interface Traced {
  stops: number;
  /** Processes that were let go. */
  released: number;
}
