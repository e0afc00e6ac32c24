/** How a command ended, whoever started it, before it becomes part of a result. */
import type { SamplingRecord, TreeRecord } from '../native/addon.js';
import type { Result } from '../result/types.js';

export interface Outcome {
  exit: Result['exit'];
  durationMs: number;
  /** What was measured, or why nothing was. */
  measured: Measured | { unavailable: string };
  /** What did not work and did not stop the run. */
  remarks: string[];
}

export interface Measured {
  tree: TreeRecord;
  sampling: SamplingRecord;
  /** What one process had by what the kernel told at the end, where no sample says as much. */
  missedBytes?: number | undefined;
  /** What the true peak cannot have been higher than. */
  ceilingBytes?: number | undefined;
  group?: Result['cgroup'];
  noGroupBecause?: string | undefined;
}
