/**
 * How long `memtop -- true` takes, compared with a Node program that only starts `true`.
 *
 *     npm run bench:startup -- --runs 60
 */
import { median } from '../ts/compare/statistics/median.js';
import { packageRoot } from '../ts/package.js';
import { runsAskedFor } from './options.js';
import { inRounds, wallTimeMs } from './rounds.js';
import { minimum } from './statistics.js';
import { print, table } from './table.js';
import './own-data.js';

const runs = runsAskedFor(60);

const ratioToReach = 1.3;
const warmUpRuns = 5;

const measured = 'memtop --quiet -- true';
const baseline = 'node that starts true';
const bare = 'node alone';

/** Arguments of Node, by their names in the table. */
const commands: Record<string, readonly string[]> = {
  [measured]: ['dist/cli.js', '--quiet', '--', 'true'],
  [baseline]: ['-e', "require('child_process').spawnSync('true')"],
  [bare]: ['-e', '0'],
  'memtop --version': ['dist/cli.js', '--version'],
  "import('memtop')": ['-e', "import('memtop')"],
};

const times = await inRounds(
  Object.entries(commands),
  { runs, warmUps: warmUpRuns },
  (nodeArguments) => wallTimeMs([process.execPath, ...nodeArguments], packageRoot),
);

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
