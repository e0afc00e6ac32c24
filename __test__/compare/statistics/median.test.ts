import test from 'ava';
import { intervalOfMedian, median } from '../../../ts/compare/statistics/median.js';
import { Random } from '../../helpers/random.js';

const near = (one: number, other: number, within: number) => Math.abs(one - other) <= within;

test('a median is the middle, or half way between the two in the middle', (t) => {
  t.is(median([3, 1, 2]), 2);
  t.is(median([4, 1, 3, 2]), 2.5);
  t.throws(() => median([]));
});

test('the interval of a median is that of the tables of order statistics', (t) => {
  const values = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
  // Two-sided 95 % limits: ranks 1 and 6 of 6, 2 and 9 of 10, 6 and 15 of 20.
  t.like(intervalOfMedian(values(6)), { low: 1, high: 6, confidence: 0.96875 });
  t.like(intervalOfMedian(values(10)), { low: 2, high: 9 });
  t.true(near(intervalOfMedian(values(10)).confidence, 0.9785, 1e-4));
  t.like(intervalOfMedian(values(20)), { low: 6, high: 15 });
  t.true(near(intervalOfMedian(values(20)).confidence, 0.9586, 1e-4));
});

test('too few values have their whole range, and the confidence that it deserves', (t) => {
  t.deepEqual(intervalOfMedian([7]), { low: 7, high: 7, confidence: 0 });
  t.deepEqual(intervalOfMedian([1, 5, 3]), { low: 1, high: 5, confidence: 0.75 });
});

test('the interval of a median holds the true one as often as it says', (t) => {
  const random = new Random(1);
  const truth = Math.log(2);
  for (const count of [3, 5, 8, 15]) {
    let [held, tries, promised] = [0, 4000, 0];
    for (let index = 0; index < tries; index += 1) {
      const values = Array.from({ length: count }, () => random.skewed());
      const { low, high, confidence } = intervalOfMedian(values);
      promised = confidence;
      if (low <= truth && truth <= high) held += 1;
    }
    tries = held / tries;
    t.true(near(tries, promised, 0.02), `${count}: ${tries} of ${promised}`);
  }
});
