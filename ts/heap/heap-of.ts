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

/** Undefined where none of them has reported. */
export function heapOf(
  reports: readonly HeapRecord[],
  { pids, peak, oom }: Scope = {},
): HeapSummary | undefined {
  const records = pids ? reports.filter(({ pid }) => pids.has(pid)) : reports;
  if (records.length === 0) return undefined;
  const heaps = records.map((record) => heapFrom(record, oom));
  const needed = ({ neededMegabytes = 0 }: Heap) => neededMegabytes;
  heaps.sort((one, other) => needed(other) - needed(one) || other.usedBytes - one.usedBytes);
  const most = heaps[0]?.neededMegabytes;
  return {
    processCount: processesOf(records).length,
    heapCount: heaps.length,
    ...(peak && partOfPeak(heaps, peak)),
    ...(most !== undefined && { neededMegabytes: most }),
    heaps: heaps.slice(0, mostHeaps),
  };
}

function heapFrom(record: HeapRecord, oom: Oom | undefined): Heap {
  const { unconfirmedBytes, hasEnded, ...heap } = record;
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
function partOfPeak(heaps: readonly Heap[], peak: Peak): Pick<HeapSummary, 'ofPeakBytes'> {
  let ofPeakBytes = 0;
  for (const { pid, bytes } of peak.processes) {
    const own = heaps.filter((heap) => heap.pid === pid);
    if (own.some(({ lastSeen, looks }) => lastSeen === 'before-end' && looks === 0)) return {};
    ofPeakBytes += Math.min(bytes, committedTogether(own));
  }
  return { ofPeakBytes };
}

/** Of the largest process, where several had the pid one after the other. */
function committedTogether(heaps: readonly Heap[]): number {
  const sums = processesOf(heaps).map((own) =>
    own.reduce((sum, { committedBytes }) => sum + committedBytes, 0),
  );
  return Math.max(0, ...sums);
}

/** The heaps of each process together. */
function processesOf<Of extends Pick<HeapRecord, 'pid' | 'startTicks'>>(
  heaps: readonly Of[],
): Of[][] {
  const byProcess = new Map<string, Of[]>();
  for (const heap of heaps) {
    const key = `${heap.pid} ${heap.startTicks}`;
    byProcess.set(key, [...(byProcess.get(key) ?? []), heap]);
  }
  return [...byProcess.values()];
}
