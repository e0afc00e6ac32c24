/** Makes the part of a result about heaps from their reports. */
import type { Heap, HeapSummary, Oom, Peak } from '../result/types.js';
import { adviceFor, adviceWhenFull } from './advice.js';
import type { HeapRecord } from './record.js';

/** The first of thousands are enough to read. */
const mostHeaps = 100;

interface Scope {
  /** The processes that count; absent for the whole run. */
  readonly pids?: ReadonlySet<number>;
  readonly peak?: Peak | undefined;
  readonly oom?: Oom | undefined;
}

/** What a heap has reported, and its part of the result. */
interface Reported {
  readonly record: HeapRecord;
  readonly heap: Heap;
}

/** Undefined where none of them has reported. */
export function heapOf(
  reports: readonly HeapRecord[],
  { pids, peak, oom }: Scope = {},
): HeapSummary | undefined {
  const records = pids ? reports.filter(({ pid }) => pids.has(pid)) : reports;
  if (records.length === 0) return undefined;
  const reported = records.map((record) => ({ record, heap: heapFrom(record, oom) }));
  const heaps = reported.map(({ heap }) => heap);
  const needed = ({ neededMegabytes = 0 }: Heap) => neededMegabytes;
  heaps.sort((one, other) => needed(other) - needed(one) || other.usedBytes - one.usedBytes);
  const most = heaps[0]?.neededMegabytes;
  return {
    processCount: processesOf(reported).length,
    heapCount: heaps.length,
    ...(peak && partOfPeak(reported, peak)),
    ...(most !== undefined && { neededMegabytes: most }),
    heaps: heaps.slice(0, mostHeaps),
  };
}

function heapFrom(record: HeapRecord, oom: Oom | undefined): Heap {
  const { startTicks, unconfirmedBytes, hasEnded, ...heap } = record;
  const isVictim = oom?.kind === 'heap' && oom.victim?.pid === record.pid;
  if (isVictim && !hasEnded && record.worker === undefined) return fullHeap(heap, oom);
  const lastSeen = hasEnded ? 'end' : 'before-end';
  if (record.looks === 0) return { ...heap, lastSeen };
  const { megabytes, reason } = adviceFor(record);
  return { ...heap, lastSeen, neededMegabytes: megabytes, neededBecause: reason };
}

/** Whatever was measured before, in the end it was at its limit. */
function fullHeap(heap: Omit<Heap, 'lastSeen'>, oom: Oom): Heap {
  const { heapLimitBytes = heap.limitBytes } = oom;
  const { megabytes, reason } = adviceWhenFull(heapLimitBytes);
  return {
    ...heap,
    usedBytes: Math.max(heap.usedBytes, heapLimitBytes),
    committedBytes: Math.max(heap.committedBytes, heapLimitBytes),
    lastSeen: 'full',
    neededMegabytes: megabytes,
    neededBecause: reason,
  };
}

/** Empty where a heap that was alive at the peak was never read. */
function partOfPeak(reported: readonly Reported[], peak: Peak): Pick<HeapSummary, 'ofPeakBytes'> {
  let ofPeakBytes = 0;
  for (const { pid, bytes } of peak.processes) {
    const own = reported.filter(({ record }) => record.pid === pid);
    if (own.some(({ heap }) => heap.lastSeen === 'before-end' && heap.looks === 0)) return {};
    ofPeakBytes += Math.min(bytes, committedTogether(own));
  }
  return { ofPeakBytes };
}

/** Of the largest process, where several had the pid one after the other. */
function committedTogether(reported: readonly Reported[]): number {
  const sums = processesOf(reported).map((own) =>
    own.reduce((sum, { heap }) => sum + heap.committedBytes, 0),
  );
  return Math.max(0, ...sums);
}

/** The heaps of each process together. */
function processesOf(reported: readonly Reported[]): Reported[][] {
  const byProcess = new Map<string, Reported[]>();
  for (const one of reported) {
    const key = `${one.record.pid} ${one.record.startTicks}`;
    byProcess.set(key, [...(byProcess.get(key) ?? []), one]);
  }
  return [...byProcess.values()];
}
