/** The part of a result that is about one task. */
import type { Task } from '../result/types.js';
import { peak } from '../tracker/result/peak.js';
import { asWarning } from '../tracker/result/result.js';
import { rounded } from '../tracker/result/rounded.js';
import type { TaskOutcome } from './run-task.js';

export function taskResult(
  id: string,
  source: Task['source'],
  startedAtMs: number,
  { exit, oom, remarks, whole }: TaskOutcome,
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
