import test from 'ava';
import { Trends } from '../../ts/ui/machine/trends.js';

test('a trend has the latest values of a group', (t) => {
  const trends = new Trends();
  for (let bytes = 1; bytes <= 100; bytes += 1) trends.add([{ key: 'a', bytes }]);
  t.is(trends.get('a')?.length, 60);
  t.is(trends.get('a')?.at(-1), 100);
});

test('groups that are gone are forgotten', (t) => {
  const trends = new Trends();
  trends.add([
    { key: 'a', bytes: 1 },
    { key: 'b', bytes: 2 },
  ]);
  trends.add([{ key: 'b', bytes: 3 }]);
  t.is(trends.get('a'), undefined);
  t.deepEqual(trends.get('b'), [2, 3]);
});
