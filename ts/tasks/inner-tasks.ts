/** The tasks that were found in a task of `memtop run`. */
import { recordsOf } from '../attribution/records/records.js';
import { tasksWith } from '../attribution/records/with-records.js';
import type { Task } from '../result/types.js';
import type { TaskOutcome } from './run-task.js';
import type { TaskDefinition } from './task-definition.js';

/** In milliseconds since 1970. */
interface StartTimes {
  readonly runMs: number;
  readonly taskMs: number;
}

/** With those that a cache served, as task runners record them. For a task that has just ended. */
export async function foundWithRecords(
  { commands, cwd, env }: TaskDefinition,
  { exit, found }: TaskOutcome,
  { runMs, taskMs }: StartTimes,
): Promise<readonly Task[]> {
  const ended = { run: { command: commands.flat(), cwd }, exit, tasks: [...found] };
  return tasksWith(found, await recordsOf(ended, taskMs, env), runMs);
}

/** Each under the name of the task that it was found in. */
export function innerTasks(
  parent: string,
  { foundAs }: TaskDefinition,
  found: readonly Task[],
): Task[] {
  return found
    .filter(({ id }) => id !== foundAs)
    .map((task) => ({ ...task, id: `${parent} > ${task.id}`, parent }));
}
