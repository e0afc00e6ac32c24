/** How a command ended, whoever started it, before it becomes part of a result. */
import type { SamplingRecord, TreeRecord } from '../native/addon.js';
import type { Result } from '../result/types.js';

export interface Outcome {
  exit: Result['exit'];
  durationMs: number;
  /** What was measured, or why nothing was. */
  measured: { tree: TreeRecord; sampling: SamplingRecord } | { unavailable: string };
  /** What did not work and did not stop the run. */
  remarks: string[];
}
