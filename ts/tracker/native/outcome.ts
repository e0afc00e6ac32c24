/** How a run ended, measured or not, before it becomes a result. */
import type {
  FoundRecord,
  SamplingRecord,
  TrackingRecord,
  TreeRecord,
} from '../../native/addon.js';
import type { Cgroup, ProcessIdentity, Result, Task } from '../../result/types.js';

export interface Outcome extends Pick<Result, 'exit' | 'guard' | 'oom' | 'survivors' | 'tasks'> {
  durationMs: number;
  /** The process of the command. */
  process?: ProcessIdentity | undefined;
  /** The measurements, or the reason why there are none. */
  measured: Measured | { unavailable: string };
  /** Problems that did not stop the run. */
  remarks: string[];
}

export interface Measured {
  tree: TreeRecord;
  /** The tasks and stages that rules have found. */
  found?: FoundRecord;
  /** The tasks in the order in which memtop opened them, in a run of several. */
  opened?: readonly NamedTask[];
  sampling: SamplingRecord;
  /** The kernel's high-water mark of one process, where it is above all samples. */
  missedBytes?: number | undefined;
  /** An upper bound of the true peak. */
  ceilingBytes?: number | undefined;
  group?: Cgroup | undefined;
  noGroupBecause?: string | undefined;
  /** How the starts and ends of its processes were learned; absent for a part of a run. */
  tracking?: TrackingRecord;
}

export type NamedTask = Pick<Task, 'id' | 'source'>;
