import test from 'ava';
import { sparkline, sparklineOfChanges } from '../../ts/report/sparkline.js';

test('a bar stands for each figure, from the lowest to the highest', (t) => {
  t.is(sparklineOfChanges([0, 1, 2, 3, 4, 5, 6, 7]), '▁▂▃▄▅▆▇█');
  t.is(sparklineOfChanges([100, null, 200]), '▁·█');
});

test('small differences stay small', (t) => {
  t.is(sparklineOfChanges([100, 101, 100]), '▇█▇');
  t.is(sparklineOfChanges([5, 5]), '██');
  t.is(sparklineOfChanges([]), '');
  t.is(sparklineOfChanges([0, 0]), '▁▁');
});

test('bars from zero fill the columns that they are given, the last one at the right', (t) => {
  t.is(sparkline([0, 4, 8], 5, false), '  ▁▅█');
  t.is(sparkline([0, 4, 8], 5, false, 16), '  ▁▃▅');
  t.is(sparkline([0, 4, 8], 5, true), '  _o@');
  t.is(sparkline([0, 0], 2, false), '▁▁');
  t.is(sparkline([1, 2], 0, false), '');
});

test('with more values than columns, each column shows the highest of its own', (t) => {
  t.is(sparkline([1, 8, 0, 0, 4, 0], 3, false), '█▁▅');
});
