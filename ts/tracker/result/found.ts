/** Makes results of the tasks and stages that were found in a tree. */
import type { FoundRecord, SnapshotRecord } from '../../native/addon.js';
import type { TaskResult } from '../../result/task.js';
import type { Exit, Stage } from '../../result/types.js';
import type { Measured, Outcome } from '../native/outcome.js';
import { signalName } from '../native/signal-name.js';
import { peak } from './peak.js';
import { rounded } from './rounded.js';

type FoundTask = FoundRecord['tasks'][number];

/** `untilMs` is the last sample, the end of tasks that are still running. */
export function foundTasks(measured: Measured, untilMs: number): TaskResult[] {
  return (measured.found?.tasks ?? []).map((task) => taskOf(task, measured, untilMs));
}

/** The same for a run that goes on. */
export function tasksIn(snapshot: SnapshotRecord | undefined): TaskResult[] {
  if (!snapshot) return [];
  const { tree, found, sampling, atMs } = snapshot;
  return foundTasks({ tree, found, sampling }, atMs);
}

/** The processes of each task, in the same order. */
export function pidsOfTasks(measured: Outcome['measured']): number[][] {
  if ('unavailable' in measured) return [];
  return (measured.found?.tasks ?? []).map(({ pids }) => pids);
}

export function foundStages({ found }: Measured): Stage[] {
  return (found?.stages ?? []).map(({ firstSeenMs, lastSeenMs, durationMs, ...stage }) => ({
    ...stage,
    firstSeenMs: rounded(firstSeenMs),
    lastSeenMs: rounded(lastSeenMs),
    durationMs: rounded(durationMs),
  }));
}

function taskOf(task: FoundTask, measured: Measured, untilMs: number): TaskResult {
  const { id, source, isService, startedAtMs, endedAtMs, work, wrappers, totalPeakBytes } = task;
  const exit = exitOf(task);
  return {
    id,
    source,
    ...(isService && { kind: 'service' as const }),
    status: endedAtMs === undefined ? 'running' : 'ended',
    ...(exit && { exit }),
    startedAtMs: rounded(startedAtMs),
    durationMs: rounded((endedAtMs ?? untilMs) - startedAtMs),
    ...(work.peak && { peak: peak(work.peak, measuresOf(task, measured)) }),
    ...(wrappers && {
      wrappers: {
        ...(wrappers.peakBytes !== undefined && { bytes: wrappers.peakBytes }),
        processCount: wrappers.seen,
      },
    }),
    ...(totalPeakBytes !== undefined && { totalPeakBytes }),
    processCount: work.seen,
    timeline: work.timeline,
  };
}

function measuresOf({ work, missedBytes }: FoundTask, { sampling }: Measured): Measured {
  return {
    tree: work,
    sampling,
    missedBytes,
    ceilingBytes: work.ceilingBytes,
  };
}

function exitOf({ code, signal }: FoundTask): Exit | undefined {
  if (signal !== undefined) return { code: null, signal: signalName(signal), cause: 'signal' };
  return code === undefined ? undefined : { code, signal: null, cause: 'exit' };
}
