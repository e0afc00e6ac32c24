/** Makes a plain value of a peak, and of who made it up. */
import type { PeakRecord } from '../native/addon.js';
import type { Result } from '../result/types.js';
import type { Measured, NamedTask } from './outcome.js';
import { rounded } from './rounded.js';

type Peak = NonNullable<Result['peak']>;

export function peak(sampled: PeakRecord, measured: Measured): NonNullable<Result['peak']> {
  const { processes, metric } = sampled;
  const { missedBytes = 0, ceilingBytes } = measured;
  // One process alone was larger, by what the kernel remembers, than any sum that was sampled.
  const bytes = Math.max(sampled.bytes, missedBytes);
  return {
    bytes,
    metric,
    method: bytes > sampled.bytes ? 'kernel' : method(measured),
    atMs: rounded(sampled.atMs),
    rssBytes: sampled.rssBytes,
    ...(metric === 'pss' && { pssBytes: sampled.bytes }),
    highestRssBytes: measured.tree.highestRssBytes,
    lowerBytes: bytes,
    ...(ceilingBytes !== undefined && { upperBytes: Math.max(bytes, ceilingBytes) }),
    processCount: processes.length,
    processes: processes.map(({ bytes: share, startedAtMs, task, parentPid, ...process }) => ({
      ...process,
      // In a namespace of pids the first process has no parent.
      ...(parentPid > 0 && { parentPid }),
      ...taskName(task, measured),
      startedAtMs: rounded(startedAtMs),
      ...(metric === 'pss' && { pssBytes: share }),
    })),
    rollup: rollUp(processes),
  };
}

export function withTasks(peak: Peak, measured: Measured): Peak {
  const tasks = tasksAtPeak(measured);
  return tasks.length > 0 ? { ...peak, tasks } : peak;
}

/** Who ran together at the peak, the largest first. */
function tasksAtPeak(measured: Measured): NonNullable<Peak['tasks']> {
  const sums = new Map<NamedTask, { bytes: number; processCount: number }>();
  for (const { task: place, bytes } of measured.tree.peak?.processes ?? []) {
    const task = taskAt(place, measured);
    if (!task) continue;
    const sum = sums.get(task) ?? { bytes: 0, processCount: 0 };
    sums.set(task, { bytes: sum.bytes + bytes, processCount: sum.processCount + 1 });
  }
  return [...sums]
    .map(([{ id, source }, sum]) => ({ id, source, ...sum }))
    .sort((one, other) => other.bytes - one.bytes);
}

function taskName(place: number | undefined, measured: Measured): { task?: string } {
  const task = taskAt(place, measured);
  return task ? { task: task.id } : {};
}

/** The task that a process at the peak was of. */
function taskAt(place: number | undefined, { found, opened }: Measured): NamedTask | undefined {
  return place === undefined ? undefined : (opened ?? found?.tasks)?.[place];
}

function rollUp(processes: { name: string; bytes: number }[]) {
  const groups = new Map<string, { name: string; count: number; bytes: number }>();
  for (const { name, bytes } of processes) {
    const group = groups.get(name) ?? { name, count: 0, bytes: 0 };
    group.count += 1;
    group.bytes += bytes;
    groups.set(name, group);
  }
  return [...groups.values()].sort((one, other) => other.bytes - one.bytes);
}

/** Traced means that every process was: none was found by looking or let go. */
export function method({ traced, tree }: Measured): 'traced' | 'scanned' {
  return traced && tree.found === 0 ? 'traced' : 'scanned';
}
