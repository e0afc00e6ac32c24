/** Makes a plain value of a peak, and of who made it up. */
import type { PeakRecord } from '../../native/addon.js';
import { programName } from '../../report/process-name.js';
import type { Peak, TaskAtPeak } from '../../result/types.js';
import type { Measured, NamedTask } from '../native/outcome.js';
import { rounded } from './rounded.js';

type Processes = PeakRecord['processes'];

/** Who made it up, and how that is known. */
interface Making extends Pick<Peak, 'anonBytes' | 'mappedBytes'> {
  readonly bytes: number;
  readonly rssBytes: number;
  readonly processes: Processes;
  readonly processCount: number;
  readonly method: Peak['method'];
}

export function peak(sampled: PeakRecord, measured: Measured): Peak {
  return peakOf(sampled, makingOf(sampled, measured), measured);
}

/** The same with the tasks that ran together. */
export function peakWithTasks(sampled: PeakRecord, measured: Measured): Peak {
  const making = makingOf(sampled, measured);
  const tasks = tasksOf(making.processes, measured);
  return { ...peakOf(sampled, making, measured), ...(tasks.length > 0 && { tasks }) };
}

/**
 * One process alone may have been larger, by what the kernel remembers, than any sum that was
 * sampled. Of the others at that instant nothing is known.
 */
function makingOf(sampled: PeakRecord, measured: Measured): Making {
  const { largest } = measured.tree;
  const bytes = peakBytes(sampled, measured);
  if (bytes === sampled.bytes) {
    const { anonBytes, mappedBytes, rssBytes, processes } = sampled;
    return {
      bytes: sampled.bytes,
      ...(anonBytes !== undefined && { anonBytes }),
      ...(mappedBytes !== undefined && { mappedBytes }),
      rssBytes,
      processes,
      processCount: processes.length,
      method: method(measured),
    };
  }
  const missed = { bytes, rssBytes: bytes, processCount: 1, method: 'kernel' as const };
  // Else nobody knows which one it was.
  const processes =
    largest && largest.bytes >= bytes ? [{ ...largest, bytes, rssBytes: bytes }] : [];
  return { ...missed, processes };
}

/** How high it was. */
export function peakBytes(
  sampled: PeakRecord,
  measured: Pick<Measured, 'tree' | 'missedBytes'>,
): number {
  return Math.max(sampled.bytes, measured.missedBytes ?? 0, ownBytes(sampled, measured));
}

/**
 * What the largest process alone had, as far as that is part of the metric. Its proportional memory
 * can be any part of its resident memory.
 */
function ownBytes(
  { metric }: Pick<PeakRecord, 'metric'>,
  { tree }: Pick<Measured, 'tree'>,
): number {
  return metric === 'pss' ? 0 : (tree.largest?.bytes ?? 0);
}

function peakOf(
  { metric, atMs }: PeakRecord,
  { bytes, anonBytes, mappedBytes, rssBytes, processes, processCount, method }: Making,
  measured: Measured,
): Peak {
  const { ceilingBytes, tree } = measured;
  return {
    bytes,
    metric,
    method,
    atMs: rounded(atMs),
    ...(anonBytes !== undefined && { anonBytes }),
    ...(mappedBytes !== undefined && { mappedBytes }),
    rssBytes,
    ...(metric === 'pss' && { pssBytes: bytes }),
    highestRssBytes: Math.max(rssBytes, tree.highestRssBytes),
    lowerBytes:
      method === 'kernel'
        ? bytes
        : Math.min(bytes, Math.max(tree.floorBytes, ownBytes({ metric }, measured))),
    ...(ceilingBytes !== undefined && { upperBytes: Math.max(bytes, ceilingBytes) }),
    processCount,
    processes: processes.map(({ startedAtMs, task, parentPid, pssBytes, ...process }) => ({
      ...process,
      // In a namespace of pids the first process has no parent.
      ...(parentPid > 0 && { parentPid }),
      ...taskName(task, measured),
      startedAtMs: rounded(startedAtMs),
      ...(pssBytes !== undefined && { pssBytes }),
    })),
    rollup: rollUp(processes),
  };
}

/** The largest first. */
function tasksOf(processes: Processes, measured: Measured): TaskAtPeak[] {
  const sums = new Map<NamedTask, { bytes: number; processCount: number }>();
  for (const { task: place, bytes } of processes) {
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

function rollUp(processes: Processes) {
  const groups = new Map<string, { name: string; count: number; bytes: number }>();
  for (const { name: shortName, command, bytes } of processes) {
    const name = programName({ name: shortName, command });
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
