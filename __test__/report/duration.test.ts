import test from 'ava';
import { formatDuration } from '../../ts/report/duration.js';

for (const [ms, text] of [
  [0, '0ms'],
  [0.6, '1ms'],
  [999.4, '999ms'],
  [999.6, '1s'],
  [2_500, '2.5s'],
  [59_949, '59.9s'],
  [59_960, '1m 0s'],
  [192_000, '3m 12s'],
  [3_599_600, '1h 0m'],
  [3_840_000, '1h 4m'],
] as const) {
  test(`${ms} ms read ${text}`, (t) => {
    t.is(formatDuration(ms), text);
  });
}
