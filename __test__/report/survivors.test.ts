import test from 'ava';
import { survivorsText } from '../../ts/report/survivors.js';

const MB = 1024 * 1024;
const survivor = (pid: number, name: string, rssBytes?: number) => ({
  pid,
  name,
  command: [name],
  ...(rssBytes !== undefined && { rssBytes }),
});

test('the largest three are named, with the number of the others', (t) => {
  const survivors = [
    survivor(5, 'sh'),
    survivor(2, 'node', 30 * MB),
    survivor(3, 'gradle', 400 * MB),
    survivor(4, 'sleep', MB),
  ];
  t.is(
    survivorsText(survivors),
    'gradle 400MB (process 3), node 30MB (process 2), sleep 1MB (process 4), 1 more',
  );
  t.is(survivorsText(survivors.slice(0, 1)), 'sh (process 5)');
});

test('their sizes are in the metric of the peak above them', (t) => {
  t.is(
    survivorsText([
      { ...survivor(2, 'node', 90 * MB), bytes: 20 * MB },
      { ...survivor(3, 'sleep', 40 * MB), bytes: 30 * MB },
    ]),
    'sleep 30MB (process 3), node 20MB (process 2)',
  );
});

test('a name cannot control the terminal', (t) => {
  t.is(survivorsText([survivor(5, 'a\u001b[2J')]), 'a?[2J (process 5)');
});
