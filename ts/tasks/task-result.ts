/** What a result says of a task. */
import type { Task } from '../result/types.js';
import { peak } from '../tracker/result/peak.js';
import { asWarning } from '../tracker/result/result.js';
import { rounded } from '../tracker/result/rounded.js';
import type { Ran } from './run-task.js';
import type { TaskDefinition } from './task-definition.js';

export function taskResult(
  id: string,
  source: Task['source'],
  startedAtMs: number,
  { exit, oom, remarks, whole }: Ran,
): Task {
  const { measured, guard, durationMs } = whole;
  const tree = 'tree' in measured ? measured.tree : undefined;
  const warnings = [...remarks, ...whole.remarks].map(asWarning);
  return {
    id,
    source,
    status: 'ended',
    exit,
    startedAtMs,
    durationMs: rounded(durationMs),
    ...('tree' in measured && tree?.peak && { peak: peak(tree.peak, measured) }),
    ...(tree && { processCount: tree.seen, timeline: tree.timeline }),
    ...(guard && { guard }),
    ...(oom && { oom }),
    ...(warnings.length > 0 && { warnings }),
  };
}

/** The tasks that were found in it, each under its name. */
export function innerTasks(
  parent: string,
  { foundAs }: TaskDefinition,
  found: readonly Task[],
): Task[] {
  return found
    .filter(({ id }) => id !== foundAs)
    .map((task) => ({ ...task, id: `${parent} > ${task.id}`, parent }));
}
