/**
 * What one sample of a tree costs the peers, relative to memtop.
 *
 *     npm run bench:peers -- --runs 3
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { median } from '../ts/compare/statistics/median.js';
import { packageRoot } from '../ts/package.js';
import { buildEngine } from './engine.js';
import { runsAskedFor } from './options.js';
import { nodePeers } from './peer-packages.js';
import { inRounds } from './rounds.js';
import { minimum } from './statistics.js';
import { print, table } from './table.js';

const runs = runsAskedFor(3);

const trees = [20, 200, 1000];
const ratiosToReach = new Map([
  [20, 100],
  [1000, 30],
]);

interface Cost {
  readonly us: number;
  readonly processes: number;
  readonly bytes: number;
}

const engine = buildEngine();
const measured = 'memtop';
const scripts = join(packageRoot, 'bench/peers');

/** Command lines that take a pid and print the cost of a sample of its tree. */
const peers: Record<string, readonly string[]> = {
  [measured]: [engine, 'peer', 'memtop'],
  'pidtree + pidusage': [process.execPath, join(scripts, 'pidtree.js'), nodePeers],
  'walk with smaps_rollup': [process.execPath, join(scripts, 'walk.js')],
  psutil: ['/usr/bin/python3', join(scripts, 'psutil_sample.py')],
  sysinfo: [engine, 'peer', 'sysinfo'],
  'sysinfo with tasks': [engine, 'peer', 'sysinfo-with-tasks'],
};
const compared = ['pidtree + pidusage', 'walk with smaps_rollup'];
leaveOut('pidtree + pidusage', existsSync(join(nodePeers, 'pidusage')));
leaveOut('psutil', spawnSync('/usr/bin/python3', ['-c', 'import psutil']).status === 0);

for (const processes of trees) await compare(processes);

function leaveOut(name: string, isThere: boolean): void {
  if (isThere) return;
  delete peers[name];
  print(`${name} is left out: it is not installed`);
}

async function compare(processes: number): Promise<void> {
  const costs = await costsOf(processes);
  const us = (name: string, statistic: typeof median) =>
    statistic((costs.get(name) ?? []).map((cost) => cost.us));
  const times = (name: string, statistic: typeof median) =>
    (us(name, statistic) / us(measured, statistic)).toFixed(1);
  const ratio = ratiosToReach.get(processes);
  print(
    '',
    `${processes} processes, ${runs} rounds, interleaved`,
    ...table(
      ['', 'median us', 'min us', 'median / memtop', 'min / memtop', 'saw', 'MB'],
      [...costs].map(([name, [cost]]) => [
        name,
        us(name, median).toFixed(0),
        us(name, minimum).toFixed(0),
        times(name, median),
        times(name, minimum),
        `${cost?.processes}`,
        ((cost?.bytes ?? 0) / 1024 ** 2).toFixed(1),
      ]),
    ),
    ...compared
      .filter((name) => ratio !== undefined && costs.has(name))
      .map((name) => `${name} over memtop: ${times(name, median)}; to reach: at least ${ratio}`),
  );
}

async function costsOf(processes: number): Promise<Map<string, Cost[]>> {
  const tree = spawn(engine, ['--sleep-tree', `${processes}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    await new Promise((resolve, reject) => {
      tree.stdout.once('data', resolve);
      tree.once('exit', () => reject(new Error('the tree ended')));
    });
    return await inRounds(Object.entries(peers), { runs }, (args) => costOf(args, tree.pid));
  } finally {
    tree.stdin.end();
  }
}

function costOf([program = '', ...args]: readonly string[], pid: number | undefined): Cost {
  const { stdout, status } = spawnSync(program, [...args, `${pid}`], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed`);
  const [us = 0, , processes = 0, bytes = 0] = stdout.split(' ').map(Number);
  return { us, processes, bytes };
}
