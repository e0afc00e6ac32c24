/** What task runners wrote down of the tasks in a task. */
import { recordsOf } from '../attribution/records/records.js';
import { tasksWith } from '../attribution/records/with-records.js';
import type { Task } from '../result/types.js';
import type { Ran } from './run-task.js';
import type { TaskDefinition } from './task-definition.js';

/** When the run and the task began, in milliseconds since 1970. */
interface Beginnings {
  readonly run: number;
  readonly task: number;
}

/** The tasks that were found in it, and those that a cache served, for one that has just ended. */
export async function recorded(
  { commands, cwd, env }: TaskDefinition,
  { exit, found }: Ran,
  beganAt: Beginnings,
): Promise<readonly Task[]> {
  const ran = { run: { command: commands.flat(), cwd }, exit, tasks: [...found] };
  return tasksWith(found, await recordsOf(ran, beganAt.task, env), beganAt.run);
}
