import test from 'ava';
import { trendText } from '../../ts/report/trend.js';

test('the trend compares the later half with the earlier one', (t) => {
  t.is(trendText([100, 100, 150, 150]), '+50%');
  t.is(trendText([100, 100, 50, 50]), '-50%');
  t.is(trendText([100, 101, 100, 101]), 'steady');
  t.is(trendText([100, 100, 900, 100, 100, 100]), 'steady');
});

test('a few figures have no trend', (t) => {
  t.is(trendText([1, 2, 3]), '-');
  t.is(trendText([]), '-');
  t.is(trendText([0, 0, 5, 5]), '-');
});
