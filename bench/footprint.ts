/**
 * How much memory memtop itself needs while a command runs, compared with an idle Node program.
 *
 *     npm run bench:footprint -- --runs 5
 */
import { spawn } from 'node:child_process';
import { median } from '../ts/compare/statistics/median.js';
import { packageRoot } from '../ts/package.js';
import { runsAskedFor } from './options.js';
import { memoryUntilEnd, type ProcessMemory } from './process-memory.js';
import { inRounds } from './rounds.js';
import { print, table } from './table.js';
import './own-data.js';

const runs = runsAskedFor(5);

const extraMegabytesToReach = 12;

const measured = 'memtop --quiet -- sleep 1';
const bare = 'node that waits';

/** Arguments of Node, by their names in the table. */
const commands: Record<string, readonly string[]> = {
  [measured]: ['dist/cli.js', '--quiet', '--', 'sleep', '1'],
  [bare]: ['-e', 'setTimeout(() => {}, 1000)'],
  'node that starts sleep 1': ['-e', "require('child_process').spawnSync('sleep', ['1'])"],
};

const found = await inRounds(Object.entries(commands), { runs }, (nodeArguments) =>
  memoryUntilEnd(spawn(process.execPath, nodeArguments, { cwd: packageRoot, stdio: 'ignore' })),
);

function megabytes(name: string, key: keyof ProcessMemory): number {
  return median((found.get(name) ?? []).map((memory) => memory[key])) / 1024 ** 2;
}

function extra(name: string, key: keyof ProcessMemory): string {
  const more = megabytes(name, key) - megabytes(bare, key);
  return `${more < 0 ? '-' : '+'}${Math.abs(more).toFixed(1)}`;
}

const measures: Record<string, keyof ProcessMemory> = {
  'peak MB': 'peakBytes',
  'anon MB': 'anonBytes',
  'file MB': 'fileBytes',
  'waiting MB': 'waitingBytes',
};

print(
  `node ${process.versions.node}, medians of ${runs} runs each, interleaved`,
  '',
  ...table(
    ['', ...Object.keys(measures).flatMap((title) => [title, 'extra'])],
    Object.keys(commands).map((name) => [
      name,
      ...Object.values(measures).flatMap((key) => [
        megabytes(name, key).toFixed(1),
        name === bare ? '' : extra(name, key),
      ]),
    ]),
  ),
  '',
  `${measured} over ${bare}: ${extra(measured, 'peakBytes')} MB at the peak; ` +
    `to reach: at most +${extraMegabytesToReach} MB`,
);
