/** Adds the heaps that were reported during a run to its result. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from '../result/types.js';
import { heapOf } from './heap-of.js';
import { type HeapRecord, readRecord } from './record.js';

/** `pidsOfTasks` are in the order of the tasks of the result. */
export function withHeaps(
  result: Result,
  folder: string,
  pidsOfTasks: readonly (readonly number[])[],
): Result {
  const { peak, oom, tasks } = result;
  const reports = readReports(folder);
  const heap = heapOf(reports, { peak, oom });
  if (heap) {
    const tasksWithHeaps = tasks?.map((task, index) => {
      const pids = new Set(pidsOfTasks[index]);
      const own = heapOf(reports, { pids, peak: task.peak, oom });
      return own ? { ...task, heap: own } : task;
    });
    return { ...result, heap, ...(tasksWithHeaps && { tasks: tasksWithHeaps }) };
  }
  if (result.exit.cause === 'not-started') return result;
  const warning = { code: 'no-heap', message: 'no Node process reported its heap' };
  return { ...result, warnings: [...result.warnings, warning] };
}

function readReports(folder: string): HeapRecord[] {
  return readdirSync(folder).flatMap((name) => {
    const record = readRecord(readFileSync(join(folder, name), 'utf8'));
    return record ? [record] : [];
  });
}
