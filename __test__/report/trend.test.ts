import test from 'ava';
import { sparkline, trendText } from '../../ts/report/trend.js';

test('a bar stands for each figure, from the lowest to the highest', (t) => {
  t.is(sparkline([0, 1, 2, 3, 4, 5, 6, 7]), '▁▂▃▄▅▆▇█');
  t.is(sparkline([100, null, 200]), '▁·█');
});

test('small differences stay small', (t) => {
  t.is(sparkline([100, 101, 100]), '▇█▇');
  t.is(sparkline([5, 5]), '██');
  t.is(sparkline([]), '');
  t.is(sparkline([0, 0]), '▁▁');
});

test('the trend compares the later half with the earlier one', (t) => {
  t.is(trendText([100, 100, 150, 150]), '+50%');
  t.is(trendText([100, 100, 50, 50]), '-50%');
  t.is(trendText([100, 101, 100, 101]), 'steady');
  t.is(trendText([100, 100, 900, 100, 100, 100]), 'steady');
});

test('of a few figures there is no trend', (t) => {
  t.is(trendText([1, 2, 3]), '-');
  t.is(trendText([]), '-');
  t.is(trendText([0, 0, 5, 5]), '-');
});
