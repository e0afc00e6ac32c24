/** Makes the result of a tracked tree. */
import type { TaskEnd } from '../../native/addon.js';
import type { TrackedResult } from '../api/tracked-task.js';
import { guardResult, leftOver } from '../native/run-end.js';
import { foundTasks } from './found.js';
import { peakWithTasks } from './peak.js';
import { asWarning, samplingWarnings } from './result.js';
import { rounded } from './rounded.js';

export function trackedResult(id: string, end: TaskEnd): TrackedResult {
  const { isRunning, durationMs, tree, found, sampling, guard, stopped, remarks } = end;
  const measured = { tree, found, sampling, ceilingBytes: tree.ceilingBytes };
  const tasks = foundTasks(measured, durationMs);
  const warnings = [
    ...[...remarks, ...leftOver(end)].map(asWarning),
    ...samplingWarnings(sampling),
  ];
  return {
    id,
    source: 'api',
    status: isRunning ? 'running' : 'ended',
    durationMs: rounded(durationMs),
    ...(tree.peak && { peak: peakWithTasks(tree.peak, measured) }),
    processCount: tree.seen,
    ...(tasks.length > 0 && { tasks }),
    timeline: tree.timeline,
    ...(guard && { guard: guardResult(guard, stopped) }),
    ...(warnings.length > 0 && { warnings }),
  };
}
