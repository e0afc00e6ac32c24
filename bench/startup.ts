/**
 * How long `memtop -- true` takes beside a Node program that does nothing but start `true`.
 *
 *     npm run bench:startup -- --runs 60
 */
import { spawnSync } from 'node:child_process';
import { median } from '../ts/compare/statistics/median.js';
import { packageRoot } from '../ts/package.js';
import { runsAskedFor } from './runs.js';
import { minimum } from './statistics.js';
import { print, table } from './table.js';
import './own-data.js';

const ratioToReach = 1.3;
const warmUpRuns = 5;

const measured = 'memtop --quiet -- true';
const baseline = 'node that starts true';
const bare = 'node alone';

/** Arguments of Node, by what the table calls them. */
const commands: Record<string, readonly string[]> = {
  [measured]: ['dist/cli.js', '--quiet', '--', 'true'],
  [baseline]: ['-e', "require('child_process').spawnSync('true')"],
  [bare]: ['-e', '0'],
  'memtop --version': ['dist/cli.js', '--version'],
  "import('memtop')": ['-e', "import('memtop')"],
};

function wallTimeMs(nodeArguments: readonly string[]): number {
  const startedAtNs = process.hrtime.bigint();
  const { error, status } = spawnSync(process.execPath, nodeArguments, {
    cwd: packageRoot,
    stdio: 'ignore',
  });
  const durationMs = Number(process.hrtime.bigint() - startedAtNs) / 1e6;
  if (error) throw error;
  if (status !== 0) throw new Error(`node ${nodeArguments.join(' ')} exited with ${status}`);
  return durationMs;
}

/** Every command once a round, so that a busy minute of the machine touches all of them alike. */
function wallTimesMs(runs: number): Map<string, number[]> {
  const times = new Map<string, number[]>();
  for (let round = -warmUpRuns; round < runs; round += 1) {
    for (const [name, nodeArguments] of Object.entries(commands)) {
      const durationMs = wallTimeMs(nodeArguments);
      if (round >= 0) times.set(name, [...(times.get(name) ?? []), durationMs]);
    }
  }
  return times;
}

const runs = runsAskedFor(60);
const times = wallTimesMs(runs);

function over(name: string, reference: string, statistic: typeof median): string {
  return (statistic(times.get(name) ?? []) / statistic(times.get(reference) ?? [])).toFixed(2);
}

print(
  `node ${process.versions.node}, ${runs} runs each, interleaved`,
  '',
  ...table(
    ['', 'median ms', 'min ms', 'median / starter', 'min / starter', 'median / bare', 'min / bare'],
    [...times].map(([name, durationsMs]) => [
      name,
      median(durationsMs).toFixed(1),
      minimum(durationsMs).toFixed(1),
      over(name, baseline, median),
      over(name, baseline, minimum),
      over(name, bare, median),
      over(name, bare, minimum),
    ]),
  ),
  '',
  `${measured} over ${baseline}: ${over(measured, baseline, median)} by medians, ` +
    `${over(measured, baseline, minimum)} by minima; to reach: at most ${ratioToReach.toFixed(2)}`,
);
