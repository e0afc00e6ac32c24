import test from 'ava';
import { groupOf } from '../../ts/compare/comparison.js';
import { type Budget, isPassed, judge } from '../../ts/compare/gate.js';
import { measuresOfAll } from '../../ts/compare/measures.js';
import { MB } from '../helpers/measured.js';
import { Random } from '../helpers/random.js';
import { resultOf } from '../helpers/result-of.js';

const group = (megabytes: readonly number[], tasks: Record<string, number> = {}) =>
  groupOf('runs', measuresOfAll(megabytes.map((one) => resultOf({ megabytes: one, tasks }))));
const band = (percent: number): Budget => ({ maxPeak: [], maxIncrease: [{ value: percent }] });
const most = (megabytes: number, task?: string): Budget => ({
  maxPeak: [{ task, value: megabytes * MB }],
  maxIncrease: [],
});

test('a peak of just what is allowed passes, and a byte more does not', (t) => {
  t.true(isPassed(judge(group([100]), most(100))));
  t.false(isPassed(judge(group([100 + 1 / MB]), most(100))));
});

test('a baseline in another metric is not comparable, and fails', (t) => {
  const before = groupOf('main', measuresOfAll([resultOf({ megabytes: 100, metric: 'rss' })]));
  const verdict = judge(group([100]), band(10), before);
  t.deepEqual(verdict.findings, []);
  t.is(verdict.unchecked[0]?.because, 'other-metric');
  t.regex(
    verdict.unchecked[0]?.message ?? '',
    /main was measured in RSS and runs in unique memory/,
  );
  t.false(isPassed(verdict));
});

test('the median counts, not the worst of several runs', (t) => {
  t.true(isPassed(judge(group([90, 95, 180]), most(100))));
});

test('tasks are found by their names and by patterns', (t) => {
  const runs = group([500], { 'web:build': 300, 'api:build': 100, 'a.c': 400 });
  t.true(isPassed(judge(runs, most(300, 'web:build'))));
  t.false(isPassed(judge(runs, most(299, 'web:build'))));
  const { findings } = judge(runs, most(200, '*:build'));
  t.deepEqual(
    findings.map(({ task, isOver }) => [task, isOver]),
    [
      ['web:build', true],
      ['api:build', false],
    ],
  );
  t.deepEqual(judge(runs, most(200, 'abc')).unchecked, [{ task: 'abc', because: 'no-such-task' }]);
});

test('a budget that cannot be checked fails', (t) => {
  t.false(isPassed(judge(group([100]), most(200, 'web'))));
  t.false(isPassed(judge(groupOf('none', []), most(200))));
  const unknown = { maxPeak: [], maxIncrease: [{ task: 'web', value: 10 }] };
  t.deepEqual(judge(group([100], { web: 50 }), unknown, group([100])).unchecked, [
    { task: 'web', because: 'not-in-baseline' },
  ]);
});

test('single runs are held to the band alone', (t) => {
  t.true(isPassed(judge(group([109]), band(10), group([100]))));
  t.false(isPassed(judge(group([111]), band(10), group([100]))));
});

test('runs that vary by 7 % do not trip a band of 10 %, and a growth by a quarter does', (t) => {
  const random = new Random(21);
  const tries = 2000;
  const tripped = (count: number, mean: number) => {
    let times = 0;
    for (let index = 0; index < tries; index += 1) {
      const runs = group(random.normals(count, mean, 7));
      if (!isPassed(judge(runs, band(10), group(random.normals(5, 100, 7))))) times += 1;
    }
    return times / tries;
  };
  t.true(tripped(5, 100) < 0.02);
  t.true(tripped(1, 100) < 0.05);
  t.true(tripped(5, 130) > 0.9);
});
