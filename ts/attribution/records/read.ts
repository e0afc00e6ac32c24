/** Reads what task runners have recorded of the tasks that they ran. */
import { realpathSync } from 'node:fs';
import type { Task } from '../../result/types.js';
import type { Environment, RecordedTask } from './record.js';
import { recorders } from './recorders.js';

/** Records of what ran in a folder from `startMs` until now; `tasks` are those that were seen. */
export async function recordsSince(
  startMs: number,
  cwd: string,
  environment: Environment,
  tasks: readonly Task[] = [],
): Promise<RecordedTask[]> {
  const folder = realpathSync(cwd);
  // Not `startMs` plus the duration, which counts from the real start, later on a busy machine.
  const span = { startMs, endMs: Date.now() };
  const records: RecordedTask[] = [];
  for (const { read } of recorders) {
    records.push(...(await read({ folder, environment, span, tasks })));
  }
  return records;
}
