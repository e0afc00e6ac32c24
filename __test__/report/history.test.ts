import test from 'ava';
import { historyLines, localTime, shortEnd } from '../../ts/report/history.js';
import { madeUpRun } from '../helpers/stored.js';

const look = { columns: 100, isColoured: false, isAscii: false };
const MB = 1024 * 1024;

/** Runs of one name, with these peaks. */
const group = (label: string, peaks: (number | null)[]) => ({
  label,
  runs: peaks.length,
  peaks: peaks.map((peak) => (peak === null ? null : peak * MB)),
});

test('labels and commands come with their trend, and the latest run first', (t) => {
  const runs = [
    madeUpRun(3, { label: 'build', peakBytes: 150 * MB }),
    madeUpRun(4, { exit: { code: null, signal: 'SIGKILL', cause: 'signal' } }),
  ];
  const groups = [
    { command: ['make', '-j4'], runs: 1, peaks: [100 * MB] },
    group('build', [100, null, 100, 150, 150]),
  ];
  const at = (index: number) => localTime(runs[index]?.startedAt ?? '');
  t.deepEqual(historyLines(groups, runs, look), [
    'RUNS  LATEST PEAK  MEDIAN  TREND  LATEST 20  WHAT',
    '   1        100MB   100MB      -  █          make -j4',
    '   5        150MB   125MB   +50%  ▁·▁██      build',
    '',
    'RUN                     STARTED           TOOK   PEAK    ENDED  WHAT',
    `20260101-000400-00000a  ${at(1)}  2.5s  100MB  SIGKILL  make -j4`,
    `20260101-000300-00000a  ${at(0)}  2.5s  150MB        0  build`,
    '4 earlier runs',
  ]);
});

test('a group without a measured run has neither median nor trend', (t) => {
  const [, line] = historyLines([group('build', [null])], [], look);
  t.is(line, '   1            -       -      -  ·          build');
});

test('peaks of another metric are named as left out, and runs show their metric', (t) => {
  const groups = [
    { ...group('build', [100]), metric: 'unique' as const, otherMetrics: ['pss' as const] },
  ];
  const runs = [
    madeUpRun(1, { peakMetric: 'pss' }),
    madeUpRun(2, { peakMetric: 'unique', label: 'build' }),
  ];
  const text = historyLines(groups, runs, look).join('\n');
  t.regex(text, /runs of build that were measured in PSS are left out/);
  t.regex(text, /PEAK {2}METRIC/);
  t.regex(text, /100MB {2}unique/);
});

test('the first of many names are shown, with the number of the others', (t) => {
  const groups = Array.from({ length: 25 }, (_, index) => group(`task-${index}`, [1]));
  t.true(historyLines(groups, [madeUpRun(0)], look).includes('5 more, with earlier runs'));
});

test('a run without a peak has none, and one that was interrupted says so', (t) => {
  const { peakBytes: _, exit: __, ...unmeasured } = madeUpRun(0);
  const text = historyLines([], [{ ...unmeasured, state: 'interrupted' }], look).join('\n');
  t.regex(text, / - {2}interrupted {2}make/);
});

test('a command line cannot control the terminal, and no line is too wide', (t) => {
  const runs = [madeUpRun(0, { command: ['printf', '\u001b[31m', 'x'.repeat(300)] })];
  const lines = historyLines([], runs, look);
  t.false(lines.join('').includes('\u001b'));
  t.true(lines.every((line) => line.length <= look.columns));
});

for (const [columns, titles] of [
  [
    100,
    [
      ['RUNS', 'LATEST PEAK', 'MEDIAN', 'TREND', 'LATEST 20', 'WHAT'],
      ['RUN', 'STARTED', 'TOOK', 'PEAK', 'ENDED', 'WHAT'],
    ],
  ],
  [
    80,
    [
      ['RUNS', 'LATEST PEAK', 'MEDIAN', 'TREND', 'LATEST 20', 'WHAT'],
      ['RUN', 'STARTED', 'TOOK', 'PEAK', 'ENDED', 'WHAT'],
    ],
  ],
  [
    60,
    [
      ['RUNS', 'LATEST PEAK', 'MEDIAN', 'TREND', 'WHAT'],
      ['STARTED', 'PEAK', 'ENDED', 'WHAT'],
    ],
  ],
  [
    40,
    [
      ['RUNS', 'LATEST PEAK', 'TREND', 'WHAT'],
      ['STARTED', 'PEAK', 'WHAT'],
    ],
  ],
] as const) {
  test(`at ${columns} columns a name keeps its room, and less important columns go`, (t) => {
    const name = 'web:build --all --watch --verbose';
    const groups = [
      group(
        name,
        Array.from({ length: 20 }, (_, index) => 100 + index),
      ),
    ];
    const runs = [madeUpRun(3, { label: name, peakBytes: 123.4 * MB })];
    const lines = historyLines(groups, runs, { ...look, columns });
    const heads = lines.filter((line) => line.endsWith('WHAT'));
    t.deepEqual(
      heads.map((line) => line.trim().split(/ {2,}/)),
      titles.map((all) => [...all]),
    );
    for (const head of heads) {
      const line = lines[lines.indexOf(head) + 1] ?? '';
      t.true(line.slice(head.indexOf('WHAT')).startsWith(name.slice(0, 11)), line);
      t.true(line.length <= columns, line);
    }
  });
}

test('there are no bars in ASCII', (t) => {
  const lines = historyLines([group('a', [1])], [], { ...look, isAscii: true });
  t.false(lines.join('').includes('█'));
});

test('the end of a run is a single word', (t) => {
  t.is(shortEnd(madeUpRun(0)), '0');
  t.is(
    shortEnd(madeUpRun(0, { exit: { code: null, signal: 'SIGTERM', cause: 'guard' } })),
    'guard',
  );
  t.is(shortEnd(madeUpRun(0, { state: 'running' })), 'running');
});
