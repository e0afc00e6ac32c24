import test from 'ava';
import { localTime } from '../../ts/report/history.js';
import { showLines } from '../../ts/report/show.js';
import { madeUpRun } from '../helpers/stored.js';

const MB = 1024 * 1024;
const look = { columns: 100, isColoured: false, isAscii: true };

test('an interrupted run is shown as far as it was measured', (t) => {
  const run = madeUpRun(0, { state: 'interrupted', label: 'build', cwd: '/src' });
  const timeline = {
    sums: [],
    processes: [
      { pid: 7, startTicks: 1, name: 'make', points: [[100, 2 * MB]] },
      {
        pid: 8,
        startTicks: 1,
        name: 'cc1',
        points: [
          [100, 60 * MB],
          [200, 0],
        ],
      },
    ],
  };
  t.deepEqual(showLines(run, undefined, timeline, look), [
    `run 20260101-000000-00000a (build), ${localTime(run.startedAt)}`,
    '  make -j4',
    '  in /src',
    'memtop: interrupted: memtop ended before the command, and what happened later is unknown; ' +
      'peak',
    '100MB, last seen 2.5s after its start',
    '  largest          cc1 60MB, make 2MB',
  ]);
});

test('a run without samples has no peak', (t) => {
  const { peakBytes: _, durationMs: __, ...run } = madeUpRun(0, { state: 'running' });
  const lines = showLines(run, undefined, { sums: [], processes: [] }, look);
  t.is(lines.at(-1), 'memtop: still running; no memory read yet');
});

test('the timeline of a run is drawn, even of an interrupted one', (t) => {
  const run = madeUpRun(0, { state: 'interrupted' });
  const sums = [0, 1, 2, 3].map((second) => [second * 1000, second * 100 * MB]);
  const lines = showLines(run, undefined, { sums, processes: [] }, look);
  t.regex(lines.join('\n'), /300MB.*#/);
});

test('no line of a run with a long label is wider than a narrow terminal', (t) => {
  const run = madeUpRun(0, { state: 'interrupted', label: 'a label of several words' });
  const narrow = { ...look, columns: 40 };
  const lines = showLines(run, undefined, { sums: [], processes: [] }, narrow);
  t.true(
    lines.every((line) => line.length <= 40),
    lines.join('\n'),
  );
});

test('a process may have any number of points', (t) => {
  const points = Array.from({ length: 300_000 }, (_, ms) => [ms, ms]);
  const timeline = { sums: [], processes: [{ pid: 7, startTicks: 1, name: 'make', points }] };
  const lines = showLines(madeUpRun(0, { state: 'interrupted' }), undefined, timeline, look);
  t.true(lines.at(-1)?.endsWith('make 293KB'));
});
