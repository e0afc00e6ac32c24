/**
 * What `--heap` costs the Node programs of a run: one with much garbage, a compiler that computes
 * without a pause, and one that exits at once.
 *
 *     npm run bench:heap -- --runs 10
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from '../ts/compare/statistics/median.js';
import { packageRoot } from '../ts/package.js';
import { runsAskedFor } from './options.js';
import { minimum } from './statistics.js';
import { print, table } from './table.js';
import './own-data.js';

const runs = runsAskedFor(10);

const ratioToReach = 1.01;
const startsARun = 10;
const compiler = '@arethetypeswrong/core/node_modules/typescript/lib/tsc.js';

/** Keeps some of its objects, so that every generation has something to collect. */
const garbage = `
const kept = new Map();
let turns = 0;
const turn = () => {
  for (let count = 0; count < 40000; count += 1) {
    kept.set((turns * 7919 + count) % 300000, { name: 'n' + count, list: [count, { count }] });
  }
  if ((turns += 1) < 400) setImmediate(turn);
};
turn();`;

/** Arguments of Node, and the number of consecutive runs. */
const programs: Record<string, { readonly args: readonly string[]; readonly times: number }> = {
  'much garbage': { args: ['-e', garbage], times: 1 },
  'tsc written in JavaScript': {
    args: [join(packageRoot, 'node_modules', compiler), '-p', '.', '--noEmit'],
    times: 1,
  },
  'node -e 0': { args: ['-e', '0'], times: startsARun },
};

const cache = mkdtempSync(join(tmpdir(), 'memtop-bench-heap-'));
const times = new Map<string, { alone: number[]; watched: number[] }>();
try {
  for (let round = -1; round < runs; round += 1) {
    for (const [name, { args, times: often }] of Object.entries(programs)) {
      const found = times.get(name) ?? { alone: [], watched: [] };
      // In alternating order, since the first run affects the machine.
      const order =
        round % 2 === 0 ? (['alone', 'watched'] as const) : (['watched', 'alone'] as const);
      for (const way of order) {
        const durationMs = wallTimeMs(way === 'watched' ? ['--heap'] : [], args, often);
        if (round >= 0) found[way].push(durationMs);
      }
      times.set(name, found);
    }
  }
} finally {
  rmSync(cache, { recursive: true, force: true });
}

/** Of one of the consecutive runs. */
function wallTimeMs(flags: readonly string[], args: readonly string[], often: number): number {
  const startedAtNs = process.hrtime.bigint();
  for (let count = 0; count < often; count += 1) {
    const command = ['dist/cli.js', '--quiet', ...flags, '--', process.execPath, ...args];
    const { error, stderr } = spawnSync(process.execPath, command, {
      cwd: packageRoot,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, XDG_CACHE_HOME: cache },
    });
    if (error) throw error;
    if (stderr.length > 0) throw new Error(stderr.toString());
  }
  return Number(process.hrtime.bigint() - startedAtNs) / 1e6 / often;
}

/** The median over rounds, so that a slow period of the machine affects both sides alike. */
function ratio({ alone, watched }: { alone: number[]; watched: number[] }): number {
  return median(watched.map((durationMs, round) => durationMs / (alone[round] ?? Number.NaN)));
}

print(
  `node ${process.versions.node}, ${runs} rounds, interleaved; each under memtop --quiet`,
  '',
  ...table(
    ['', 'without ms', 'with --heap ms', 'more ms', 'ratio', 'min / min', 'to reach'],
    [...times].map(([name, found]) => [
      name,
      median(found.alone).toFixed(1),
      median(found.watched).toFixed(1),
      (median(found.watched) - median(found.alone)).toFixed(1),
      ratio(found).toFixed(4),
      (minimum(found.watched) / minimum(found.alone)).toFixed(4),
      programs[name]?.times === 1 ? ratioToReach.toFixed(2) : '',
    ]),
  ),
);
