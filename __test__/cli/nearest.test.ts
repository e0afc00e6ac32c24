import test from 'ava';
import { nearest } from '../../ts/cli/nearest.js';

const words = ['interval', 'label', 'json', 'quiet', 'help', 'version'];

for (const [typed, meant] of [
  ['intervall', 'interval'],
  ['intreval', 'interval'],
  ['lable', 'label'],
  ['jsno', 'json'],
  ['quite', 'quiet'],
  ['x', undefined],
  ['reporter', undefined],
] as const) {
  test(`${typed} means ${meant ?? 'nothing known'}`, (t) => {
    t.is(nearest(typed, words), meant);
  });
}
