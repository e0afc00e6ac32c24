import test from 'ava';
import { heapText } from '../../ts/report/heap.js';
import type { Heap, HeapSummary } from '../../ts/result/types.js';

const MB = 1024 * 1024;
const one: Heap = {
  pid: 1,
  nodeVersion: 'v20.0.0',
  command: ['/usr/bin/node', '/work/app/build.js', '--watch'],
  limitBytes: 2048 * MB,
  usedBytes: 812 * MB,
  committedBytes: 900 * MB,
  externalBytes: 0,
  arrayBuffersBytes: 0,
  fullCollections: 1,
  looks: 1,
  lastSeen: 'end',
  neededMegabytes: 1008,
};
const text = (changes: Partial<typeof one> = {}, heap: Partial<HeapSummary> = {}) =>
  heapText({ processCount: 1, heapCount: 1, heaps: [{ ...one, ...changes }], ...heap });

test('a single heap shows its limit and its need', (t) => {
  t.is(text(), '812MB of 2GB allowed in node build.js --watch; needs --max-old-space-size=1008');
});

test('a thread is called a thread', (t) => {
  t.regex(text({ worker: 3 }), / in thread 3 of node build\.js/);
});

test('others are counted, and the share of the peak is shown', (t) => {
  t.regex(
    text({}, { heapCount: 3, ofPeakBytes: 700 * MB }),
    /; 2 more need no more; about 700MB of the peak was JavaScript heap$/,
  );
});

test('a full heap is not shown as within its limit', (t) => {
  t.regex(text({ lastSeen: 'full' }), /^all used up in node build\.js/);
});

test('a heap without readings has no number', (t) => {
  const { neededMegabytes: _, ...unknown } = one;
  t.regex(
    heapText({ processCount: 1, heapCount: 1, heaps: [unknown] }),
    /; it ended before it was looked at$/,
  );
});
