import test from 'ava';
import { normalBelow, normalQuantile } from '../../../ts/compare/statistics/normal.js';
import { fewestRuns, runsToShow, shownBy } from '../../../ts/compare/statistics/power.js';
import { rankSumBelow, rankSumTest } from '../../../ts/compare/statistics/rank-sum.js';
import { shift } from '../../../ts/compare/statistics/shift.js';
import { outliers, pooledDeviation } from '../../../ts/compare/statistics/spread.js';
import { studentBelow, studentQuantile } from '../../../ts/compare/statistics/student.js';
import { trendTest } from '../../../ts/compare/statistics/trend.js';
import { Random } from '../../helpers/random.js';

const near = (one: number, other: number, within: number) => Math.abs(one - other) <= within;

test('the normal distribution is that of the tables', (t) => {
  t.is(normalBelow(0), 0.5);
  t.true(near(normalBelow(1), 0.841344746068543, 1e-12));
  t.true(near(normalBelow(-1.96), 0.02499789514822, 1e-12));
  t.true(near(normalBelow(-5), 2.866515718791939e-7, 1e-15));
  t.true(near(normalQuantile(0.975), 1.959963984540054, 1e-9));
});

test("Student's distribution is that of the tables", (t) => {
  t.is(studentBelow(0, 7), 0.5);
  for (const [freedom, quantile] of [
    [1, 6.3138],
    [2, 2.92],
    [3, 2.3534],
    [4, 2.1318],
    [9, 1.8331],
    [30, 1.6973],
  ] as const) {
    t.true(near(studentQuantile(0.95, freedom), quantile, 1e-4), `${freedom}`);
  }
});

test('the distribution of U is that of the tables of Mann and Whitney', (t) => {
  // 1 of 20 orders, 2 of 20, 1 of 252.
  t.true(near(rankSumBelow(0, 3, 3), 0.05, 1e-12));
  t.true(near(rankSumBelow(1, 3, 3), 0.1, 1e-12));
  t.true(near(rankSumBelow(0, 5, 5), 1 / 252, 1e-12));
  // The largest U with at most 2.5 % below: 2 for 5 and 5, 23 for 10 and 10, 127 for 20 and 20.
  for (const [size, largest] of [
    [5, 2],
    [10, 23],
    [20, 127],
  ] as const) {
    t.true(rankSumBelow(largest, size, size) <= 0.025);
    t.true(rankSumBelow(largest + 1, size, size) > 0.025);
  }
});

test('the distribution of U is symmetric, and nearly normal for many values', (t) => {
  for (const [first, second] of [
    [4, 7],
    [1, 9],
    [12, 12],
  ] as const) {
    for (let u = 0; u < first * second; u += 1) {
      const other = 1 - rankSumBelow(first * second - u - 1, first, second);
      t.true(near(rankSumBelow(u, first, second), other, 1e-9));
    }
  }
  t.true(near(rankSumBelow(1100, 50, 50), rankSumBelow(1122, 50, 51), 0.01));
});

test('two groups apart are found, two alike are not', (t) => {
  t.true(near(rankSumTest([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]), 2 / 252, 1e-12));
  t.is(rankSumTest([5, 5, 5], [5, 5, 5]), 1);
  t.is(rankSumTest([1], [2]), 1);
});

test('where nothing differs, a difference is found at most as often as is allowed', (t) => {
  const random = new Random(2);
  for (const [first, second] of [
    [4, 4],
    [5, 8],
    [12, 12],
  ] as const) {
    const [draws, found] = [3000, { test: 0, interval: 0 }];
    for (let index = 0; index < draws; index += 1) {
      const before = Array.from({ length: first }, () => random.skewed());
      const after = Array.from({ length: second }, () => random.skewed());
      const isFound = rankSumTest(before, after) <= 0.05;
      const { interval } = shift(before, after);
      const leavesOut = interval !== undefined && (interval.low > 0 || interval.high < 0);
      t.is(leavesOut, isFound);
      if (isFound) found.test += 1;
    }
    t.true(found.test / draws <= 0.06, `${first} and ${second}: ${found.test / draws}`);
  }
});

test('the interval of a shift holds the true one as often as it says', (t) => {
  const random = new Random(3);
  let held = 0;
  const draws = 3000;
  for (let index = 0; index < draws; index += 1) {
    const { interval } = shift(random.normals(6, 100, 9), random.normals(7, 130, 9));
    if (interval && interval.low <= 30 && 30 <= interval.high) held += 1;
  }
  t.true(held / draws >= 0.945, `${held / draws}`);
});

test('a shift of equal groups is exact, and three values of each are too few for 95 %', (t) => {
  t.like(shift([10, 20, 30, 40, 50], [11, 21, 31, 41, 51]), { by: 1 });
  t.deepEqual(shift([100, 100, 100], [120, 120, 120]), { by: 20 });
  const { by, interval } = shift([100, 100, 100, 100], [120, 120, 120, 120]);
  t.deepEqual([by, interval?.low, interval?.high], [20, 20, 20]);
});

test('the suggested number of runs shows a difference in most cases', (t) => {
  const random = new Random(4);
  for (const difference of [10, 15, 25]) {
    const deviation = 10;
    const runs = runsToShow(difference, deviation);
    const draws = 1500;
    let found = 0;
    for (let index = 0; index < draws; index += 1) {
      const before = random.normals(runs, 500, deviation);
      const after = random.normals(runs, 500 + difference, deviation);
      if (rankSumTest(before, after) <= 0.05) found += 1;
    }
    t.true(found / draws > 0.66 && found / draws < 0.93, `${runs}: ${found / draws}`);
  }
});

test('more runs show less, and four are the fewest that show anything', (t) => {
  t.is(fewestRuns(), 4);
  t.is(runsToShow(1e9, 1), 4);
  t.true(shownBy(20, 10) < shownBy(5, 10));
  t.true(near(shownBy(runsToShow(3, 10), 10), 3, 0.05));
});

test('the deviation within groups does not see that they lie apart', (t) => {
  t.is(pooledDeviation([[1], [5]]), undefined);
  t.deepEqual(
    pooledDeviation([
      [1, 3],
      [101, 103],
    ]),
    { deviation: Math.SQRT2, freedom: 2 },
  );
  t.deepEqual(pooledDeviation([[], [1, 3]]), { deviation: Math.SQRT2, freedom: 1 });
});

test('an outlier is named by its place, and a normal spread has hardly any', (t) => {
  t.deepEqual(outliers([100, 101, 99, 100, 180, 102]), [4]);
  t.deepEqual(outliers([100, 100, 100, 100, 130, 100]), [4]);
  t.deepEqual(outliers([7, 7, 7, 7, 7]), []);
  t.deepEqual(outliers([1, 2, 900]), []);
});

test('a trend is found in rising values, and in random ones as seldom as promised', (t) => {
  t.true(near(trendTest([1, 2, 3, 4, 5]), 2 / 120, 1e-12));
  t.is(trendTest([5, 5, 5, 5, 5]), 1);
  t.is(trendTest([1, 2, 3]), 1);
  const random = new Random(5);
  let found = 0;
  for (let index = 0; index < 2000; index += 1) {
    if (trendTest(random.normals(8)) <= 0.05) found += 1;
  }
  t.true(found / 2000 <= 0.06);
});
