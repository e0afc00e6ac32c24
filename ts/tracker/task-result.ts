/** Makes the plain value that a tracked tree leaves behind. */
import type { TaskEnd } from '../native/addon.js';
import { guardResult, leftOver } from './measured.js';
import { asWarning, peak, rounded, samplingWarnings } from './result.js';
import type { TaskResult } from './tracked-task.js';

export function taskResult(id: string, end: TaskEnd): TaskResult {
  const { isRunning, durationMs, tree, sampling, guard, stopped, remarks } = end;
  const measured = { tree, sampling, ceilingBytes: tree.ceilingBytes };
  const warnings = [
    ...[...remarks, ...leftOver(end)].map(asWarning),
    ...samplingWarnings(sampling),
  ];
  return {
    id,
    source: 'api',
    status: isRunning ? 'running' : 'ended',
    durationMs: rounded(durationMs),
    ...(tree.peak && { peak: peak(tree.peak, measured) }),
    processCount: tree.seen,
    timeline: tree.timeline,
    ...(guard && { guard: guardResult(guard, stopped) }),
    ...(warnings.length > 0 && { warnings }),
  };
}
