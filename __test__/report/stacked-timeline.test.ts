import test from 'ava';
import { stackedTimeline } from '../../ts/report/stacked-timeline.js';
import { MB } from '../helpers/example-result.js';

const atMs = [10, 20, 30, 40];
const timeline = { atMs, bytes: [100 * MB, 200 * MB, 300 * MB, 50 * MB] };
const program = (name: string, bytes: number[]) => ({
  name,
  peakBytes: Math.max(...bytes) * MB,
  timeline: { atMs, bytes: bytes.map((value) => value * MB) },
});
const programs = [program('node', [60, 150, 200, 0]), program('tsc', [40, 40, 90, 50])];

function partsIn(timeline: ReturnType<typeof stackedTimeline>): [string, number[]][] {
  return (timeline?.parts ?? []).map(({ name, bytes }) => [
    name,
    bytes.map((value) => Math.round(value / MB)),
  ]);
}

test('without tasks the programs make up the timeline', (t) => {
  t.deepEqual(partsIn(stackedTimeline({ timeline, programs })), [
    ['node', [60, 150, 200, 0]],
    ['tsc', [40, 40, 90, 50]],
    ['everything else', [0, 10, 10, 0]],
  ]);
});

test('with tasks the tasks make up the timeline', (t) => {
  const task = {
    id: 'web:build',
    source: 'nx',
    status: 'ended' as const,
    timeline: { atMs, bytes: [50 * MB, 100 * MB, 250 * MB, 50 * MB] },
  };
  t.deepEqual(partsIn(stackedTimeline({ timeline, programs, tasks: [task] })), [
    ['web:build', [50, 100, 250, 50]],
    ['everything else', [50, 100, 50, 0]],
  ]);
});

test('the last of many programs share one series', (t) => {
  const many = Array.from({ length: 12 }, (_, index) => program(`p${index}`, [5, 5, 20, 4]));
  const parts = partsIn(stackedTimeline({ timeline, programs: many })).map(([name]) => name);
  t.deepEqual(parts.slice(6), ['p6', '5 other programs', 'everything else']);
});
