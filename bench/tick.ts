/**
 * What one sample of a tree costs memtop, relative to the least possible cost.
 *
 *     npm run bench:tick -- --runs 100
 */
import { execFileSync } from 'node:child_process';
import { buildEngine } from './engine.js';
import { runsAskedFor } from './options.js';
import { print, table } from './table.js';

const runs = runsAskedFor(100);

const ratioToReach = 1.3;
const trees = [20, 200, 1000, 5000];

const output = execFileSync(buildEngine(), ['tick', `${runs}`, ...trees.map(String)], {
  encoding: 'utf8',
});

const rows = output.trim().split('\n').map(toRow);
print(
  'CPU time of a sample, beside reading the memory of the same processes and parsing nothing',
  '',
  ...table(
    [
      'processes',
      'samples',
      'interval ms',
      'floor us',
      'sample us',
      'ratio',
      'min / min',
      'first samples',
      'us each',
    ],
    rows.map(({ cells }) => cells),
  ),
  '',
  `ratios of medians: ${rows.map(({ ratio }) => ratio.toFixed(2)).join(', ')}; ` +
    `to reach: at most ${ratioToReach.toFixed(2)}`,
);

function toRow(line: string): { cells: string[]; ratio: number } {
  const [
    processes = 0,
    samples = 0,
    leastFloor = 0,
    floor = 0,
    leastCost = 0,
    cost = 0,
    intervalMs = 0,
    firstCost = 0,
    first = 0,
  ] = line.split(' ').map(Number);
  const ratio = cost / floor;
  return {
    ratio,
    cells: [
      `${processes}`,
      `${samples}`,
      intervalMs.toFixed(1),
      floor.toFixed(1),
      cost.toFixed(1),
      ratio.toFixed(2),
      (leastCost / leastFloor).toFixed(2),
      `${first}`,
      firstCost.toFixed(1),
    ],
  };
}
