import test from 'ava';
import { heapOf } from '../../ts/heap/heap-of.js';
import { type HeapRecord, numbersLength, numbersLine, readRecord } from '../../ts/heap/record.js';
import type { Oom, Peak } from '../../ts/result/types.js';

const MB = 1024 * 1024;

function record(pid: number, changes: Partial<HeapRecord> = {}): HeapRecord {
  return {
    pid,
    startTicks: 1,
    nodeVersion: 'v20.0.0',
    command: ['node'],
    limitBytes: 4096 * MB,
    usedBytes: 100 * MB,
    committedBytes: 120 * MB,
    externalBytes: 0,
    arrayBuffersBytes: 0,
    unconfirmedBytes: 0,
    liveBytes: 80 * MB,
    fullCollections: 1,
    looks: 1,
    hasEnded: true,
    ...changes,
  };
}

function peakOf(processes: Record<number, number>): Peak {
  return {
    processes: Object.entries(processes).map(([pid, bytes]) => ({ pid: Number(pid), bytes })),
  } as Peak;
}

test('without reports there is no heap', (t) => {
  t.is(heapOf([]), undefined);
  t.is(heapOf([record(1)], { pids: new Set([2]) }), undefined);
});

test('the heap that needs most comes first and counts for all', (t) => {
  const heap = heapOf([record(1), record(2, { liveBytes: 800 * MB }), record(3)]);
  t.is(heap?.heaps[0]?.pid, 2);
  t.is(heap?.neededMegabytes, 1008);
  t.is(heap?.processCount, 3);
});

test('a task has the heaps of its own processes', (t) => {
  const heap = heapOf([record(1), record(2)], { pids: new Set([2]) });
  t.deepEqual(
    heap?.heaps.map(({ pid }) => pid),
    [2],
  );
});

test('threads are heaps of one process', (t) => {
  const heap = heapOf([record(1), record(1, { worker: 1 })], { peak: peakOf({ 1: 500 * MB }) });
  t.like(heap, { processCount: 1, heapCount: 2, ofPeakBytes: 240 * MB });
});

test('a pid that was used twice is two processes, and one of them at the peak', (t) => {
  const reports = [record(1), record(1, { startTicks: 2, committedBytes: 50 * MB })];
  const heap = heapOf(reports, { peak: peakOf({ 1: 500 * MB }) });
  t.like(heap, { processCount: 2, ofPeakBytes: 120 * MB });
  t.false(heap?.heaps.some((own) => 'startTicks' in own));
});

test('the heap has no larger part of the peak than its process', (t) => {
  const peak = peakOf({ 1: 70 * MB, 9: 1000 * MB });
  t.is(heapOf([record(1)], { peak })?.ofPeakBytes, 70 * MB);
});

test('a heap without readings has no figures', (t) => {
  const unseen = record(1, { looks: 0, hasEnded: false });
  const heap = heapOf([unseen], { peak: peakOf({ 1: 500 * MB }) });
  t.is(heap?.heaps[0]?.neededMegabytes, undefined);
  t.is(heap?.heaps[0]?.lastSeen, 'before-end');
  t.is(heap?.neededMegabytes, undefined);
  t.is(heap?.ofPeakBytes, undefined);
});

test('a full heap counts with its whole limit, whatever was read', (t) => {
  const oom: Oom | undefined = {
    kind: 'heap',
    by: 'v8',
    heapLimitBytes: 200 * MB,
    victim: { pid: 1, name: 'node', command: ['node'] },
    evidence: 'exact',
  };
  const unseen = record(1, { looks: 0, hasEnded: false, usedBytes: MB });
  const heap = heapOf([unseen, record(2)], { oom });
  t.like(heap?.heaps[0], { pid: 1, lastSeen: 'full', usedBytes: 200 * MB, neededMegabytes: 400 });
  t.is(heap?.heaps[1]?.lastSeen, 'end');
});

test('at most a hundred heaps are listed, and all are counted', (t) => {
  const heap = heapOf(Array.from({ length: 3000 }, (_, index) => record(index + 1)));
  t.is(heap?.heaps.length, 100);
  t.is(heap?.heapCount, 3000);
});

test('the longest numbers fit their line', (t) => {
  const huge = Number.MAX_SAFE_INTEGER;
  const longest = Object.fromEntries(
    Object.entries(record(1)).flatMap(([name, value]) =>
      typeof value === 'number' && !['pid', 'startTicks'].includes(name) ? [[name, huge]] : [],
    ),
  );
  t.is(numbersLine({ ...longest, hasEnded: false } as never).length, numbersLength);
});

test('a file that was cut short is no report', (t) => {
  t.is(readRecord(''), undefined);
  t.is(readRecord(numbersLine(record(1))), undefined);
  t.is(readRecord(`${numbersLine(record(1))}{"pid":1,`), undefined);
});
