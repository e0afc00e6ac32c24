/** Makes the `peak` of a result, and the processes that made it up. */
import type { PeakRecord } from '../../native/addon.js';
import { programName } from '../../report/process-name.js';
import type { Peak, TaskAtPeak } from '../../result/types.js';
import type { Measured, NamedTask } from '../native/outcome.js';
import { rounded } from './rounded.js';

type Processes = PeakRecord['processes'];

/** What made a peak up, and how that is known. */
interface Breakdown extends Pick<Peak, 'anonBytes' | 'mappedBytes'> {
  readonly bytes: number;
  readonly rssBytes: number;
  readonly processes: Processes;
  readonly processCount: number;
  readonly method: Peak['method'];
}

export function peak(sampled: PeakRecord, measured: Measured): Peak {
  return peakOf(sampled, breakdownOf(sampled, measured), measured);
}

/** The same, with the tasks that ran at the peak. */
export function peakWithTasks(sampled: PeakRecord, measured: Measured): Peak {
  const breakdown = breakdownOf(sampled, measured);
  const tasks = tasksOf(breakdown.processes, measured);
  return { ...peakOf(sampled, breakdown, measured), ...(tasks.length > 0 && { tasks }) };
}

/**
 * The kernel's high-water mark of one process may be above every sampled sum. The other processes
 * at that instant are not known then.
 */
function breakdownOf(sampled: PeakRecord, measured: Measured): Breakdown {
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
  // The mark of another process; which one is not known.
  const processes =
    largest && largest.bytes >= bytes ? [{ ...largest, bytes, rssBytes: bytes }] : [];
  return { ...missed, processes };
}

/** The peak in bytes. */
export function peakBytes(
  sampled: PeakRecord,
  measured: Pick<Measured, 'tree' | 'missedBytes'>,
): number {
  return Math.max(sampled.bytes, measured.missedBytes ?? 0, ownBytes(sampled, measured));
}

/**
 * The high-water mark of the largest process, as far as the metric includes it: proportional memory
 * can be any part of resident memory.
 */
function ownBytes(
  { metric }: Pick<PeakRecord, 'metric'>,
  { tree }: Pick<Measured, 'tree'>,
): number {
  return metric === 'pss' ? 0 : (tree.largest?.bytes ?? 0);
}

function peakOf(
  { metric, atMs }: PeakRecord,
  { bytes, anonBytes, mappedBytes, rssBytes, processes, processCount, method }: Breakdown,
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

/** The task of a process at the peak. */
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

/** `traced` only if no process was found by a scan. */
export function method({ tracking, tree }: Measured): 'traced' | 'scanned' {
  return tracking?.by !== 'scan' && tree.found === 0 ? 'traced' : 'scanned';
}
