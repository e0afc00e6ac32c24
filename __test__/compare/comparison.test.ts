import test from 'ava';
import { compare, groupOf, isRegression } from '../../ts/compare/comparison.js';
import { measuresOf, measuresOfAll } from '../../ts/compare/measures.js';
import { MB } from '../helpers/measured.js';
import { Random } from '../helpers/random.js';
import { resultOf } from '../helpers/result-of.js';

const noise = 10;
const group = (name: string, megabytes: readonly number[]) =>
  groupOf(name, measuresOfAll(megabytes.map((one) => resultOf({ megabytes: one }))));
const compared = (before: readonly number[], after: readonly number[]) =>
  compare(group('before', before), group('after', after), noise);

test('two single runs differ where they differ by more than is taken for noise', (t) => {
  const larger = compared([100], [120]).peak;
  t.like(larger, { byBytes: 20 * MB, percent: 20 });
  t.deepEqual(larger.verdict, { kind: 'assumed', isBeyond: true, noisePercent: 10 });
  t.true(isRegression(larger));
  t.false(isRegression(compared([100], [109]).peak));
  t.false(isRegression(compared([120], [100]).peak));
});

test('repeated runs show a difference with its interval', (t) => {
  const { peak } = compared([100, 101, 102, 103, 104], [130, 131, 132, 133, 134]);
  t.is(peak.byBytes, 30 * MB);
  t.is(peak.verdict.kind, 'shown');
  if (peak.verdict.kind !== 'shown') return;
  t.true(peak.verdict.low <= 30 * MB && peak.verdict.high >= 30 * MB && peak.verdict.low > 25 * MB);
  t.true(isRegression(peak));
  t.false(isRegression(compared([130, 131, 132, 133], [100, 101, 102, 103]).peak));
});

test('a spread that hides a difference says what would show one', (t) => {
  const { peak } = compared([100, 120, 90, 130, 110], [105, 118, 95, 131, 108]);
  t.is(peak.verdict.kind, 'not-shown');
  if (peak.verdict.kind !== 'not-shown') return;
  const { shownBytes, more } = peak.verdict;
  t.true(shownBytes > 15 * MB);
  t.true(more.bytes <= shownBytes / 2 && more.bytes > shownBytes / 8);
  t.true(more.runs > 5);
});

test('runs that are all alike show that nothing differs', (t) => {
  t.deepEqual(compared([100, 100, 100], [100, 100, 100]).peak.verdict, { kind: 'equal' });
});

test('three runs of each can show a large difference, and one against several as well', (t) => {
  t.is(compared([100, 101, 102], [200, 201, 202]).peak.verdict.kind, 'shown');
  t.is(compared([100, 101, 102, 103, 104], [200]).peak.verdict.kind, 'shown');
  t.is(compared([100, 110, 120], [121]).peak.verdict.kind, 'not-shown');
});

test('where nothing differs, a regression is seen in one of forty comparisons', (t) => {
  const random = new Random(11);
  for (const [first, second] of [
    [3, 3],
    [5, 5],
    [8, 1],
  ] as const) {
    let found = 0;
    for (let index = 0; index < 1500; index += 1) {
      const { peak } = compared(random.normals(first, 500, 20), random.normals(second, 500, 20));
      if (isRegression(peak)) found += 1;
    }
    t.true(found / 1500 <= 0.035, `${first} and ${second}: ${found / 1500}`);
  }
});

test('tasks, stages and processes are compared by name, the largest change first', (t) => {
  const before = resultOf({
    megabytes: 500,
    kernelMegabytes: 600,
    tasks: { web: 300, api: 100, old: 50 },
    stages: { compile: 500 },
    processes: { node: [4, 480], sh: [1, 20] },
  });
  const after = resultOf({
    megabytes: 900,
    kernelMegabytes: 950,
    tasks: { web: 310, api: 400, fresh: 20 },
    stages: { compile: 900 },
    processes: { node: [8, 880], esbuild: [1, 20] },
  });
  const comparison = compare(
    groupOf('a', measuresOf(before)),
    groupOf('b', measuresOf(after)),
    noise,
  );
  t.is(comparison.kernelPeak?.byBytes, 350 * MB);
  t.deepEqual(
    comparison.tasks.map(({ name, before, after }) => [
      name,
      before && before / MB,
      after && after / MB,
    ]),
    [
      ['api', 100, 400],
      ['old', 50, undefined],
      ['fresh', undefined, 20],
      ['web', 300, 310],
    ],
  );
  t.like(comparison.processes[0], { name: 'node', countBefore: 4, countAfter: 8 });
  t.is(comparison.stages[0]?.change?.byBytes, 400 * MB);
});

test('failed runs are left out with a remark, unless all have failed', (t) => {
  const results = [
    resultOf({ megabytes: 100 }),
    resultOf({ megabytes: 20, code: 1 }),
    resultOf({}),
  ];
  const before = groupOf('before', measuresOfAll(results));
  t.is(before.runs.length, 1);
  const failed = groupOf('after', measuresOf(resultOf({ megabytes: 30, code: 1 })));
  t.is(failed.runs.length, 1);
  t.deepEqual(compare(before, failed, noise).remarks, [
    '2 of the runs of before failed or were not measured; left out',
    'after has failed; how far it came decides what it needed',
  ]);
});

test('a run that several results hold counts once', (t) => {
  const result = resultOf({ megabytes: 100 });
  t.is(measuresOfAll([result, result]).length, 1);
});

test('runs that were measured in different metrics are not compared', (t) => {
  const before = groupOf('a', measuresOf(resultOf({ megabytes: 100, metric: 'pss' })));
  const { message } = t.throws(() => compare(before, group('b', [100]), noise)) ?? {};
  t.is(
    message,
    'a was measured in PSS and b in unique memory, which cannot be compared: record a again',
  );
});

test('runs of a group in another metric than the latest are left out', (t) => {
  const runs = measuresOfAll([
    resultOf({ megabytes: 500, metric: 'pss' }),
    resultOf({ megabytes: 100 }),
    resultOf({ megabytes: 110 }),
  ]);
  const mixed = groupOf('main', runs);
  t.is(mixed.metric, 'unique');
  t.deepEqual(
    mixed.runs.map(({ peak }) => peak?.metric),
    ['unique', 'unique'],
  );
  t.is(mixed.leftOut, 0);
  t.deepEqual(compare(mixed, group('b', [100]), noise).remarks, [
    'runs of main that were measured in PSS are left out: ' +
      'they cannot be compared with those in unique memory',
  ]);
  t.is(groupOf('main', runs, 'pss').runs.length, 1);
  t.is(groupOf('main', runs, 'rss').metric, 'unique');
});
