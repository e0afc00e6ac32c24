/** What task runners wrote down of the tasks in a task. */
import { tasksWith } from '../runners/with-records.js';
import { mayHaveRecords } from '../runners/worth.js';
import type { Ran } from './run-task.js';
import type { Task } from './task.js';
import type { TaskRecord } from './task-record.js';

/** When the run and the task began, in milliseconds since 1970. */
interface Beginnings {
  readonly run: number;
  readonly task: number;
}

/** The tasks that were found in it, and those that a cache served, for one that has just ended. */
export async function recorded(
  { commands, cwd, env }: Task,
  { exit, found }: Ran,
  beganAt: Beginnings,
): Promise<readonly TaskRecord[]> {
  const tasks = [...found];
  if (!mayHaveRecords({ run: { command: commands.flat(), cwd }, exit, tasks })) return found;
  try {
    const { recordsSince } = await import('../runners/add.js');
    return tasksWith(found, await recordsSince(beganAt.task, cwd, env, tasks), beganAt.run);
  } catch {
    // Files of others may be as they like, and the result is complete without them.
    return found;
  }
}
