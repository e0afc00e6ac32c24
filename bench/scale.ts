/**
 * Whether memtop's cost grows no faster than the tree, and stays constant over a run.
 *
 *     npm run bench:scale -- --runs 50
 */
import { execFileSync } from 'node:child_process';
import { buildEngine } from './engine.js';
import { runsAskedFor } from './options.js';
import { print, table } from './table.js';

const runs = runsAskedFor(50);

const trees = [1000, 5000, 10000];
const dayMegabytesToReach = 4;

const engine = buildEngine();

function lines(...args: string[]): number[][] {
  const output = execFileSync(engine, args, { encoding: 'utf8' });
  return output
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number));
}

const samples = lines('scale', `${runs}`, ...trees.map(String)).map(
  ([processes = 0, wallUs = 0, cpuUs = 0, firstUs = 0, lastUs = 0, bytes = 0]) => ({
    processes,
    usEach: cpuUs / processes,
    cells: [
      `${processes}`,
      (wallUs / 1000).toFixed(2),
      (cpuUs / 1000).toFixed(2),
      (cpuUs / processes).toFixed(2),
      (firstUs / 1000).toFixed(1),
      (lastUs / 1000).toFixed(1),
      (bytes / processes).toFixed(0),
    ],
  }),
);
const [smallest, largest] = [samples[0], samples.at(-1)];
if (!smallest || !largest) throw new Error('nothing was measured');
const days = lines('day');

print(
  `medians of ${runs} samples; the first takes all processes in, the last finds that all ended`,
  '',
  ...table(
    ['processes', 'wall ms', 'CPU ms', 'CPU us each', 'first ms', 'last ms', 'bytes each'],
    samples.map(({ cells }) => cells),
  ),
  '',
  `a process costs ${(largest.usEach / smallest.usEach).toFixed(2)} times as much among ` +
    `${largest.processes} as among ${smallest.processes}; to reach: 1.00`,
  '',
  ...table(
    ['24 h at 100 ms', 'points', 'MB at the end', 'MB at most', 'CPU s'],
    days.map(([, seen = 0, points = 0, held = 0, highest = 0, cpu = 0]) => [
      `${seen} processes`,
      `${points}`,
      (held / 1024 ** 2).toFixed(2),
      (highest / 1024 ** 2).toFixed(2),
      cpu.toFixed(1),
    ]),
  ),
  '',
  `to reach: under ${dayMegabytesToReach} MB`,
);
