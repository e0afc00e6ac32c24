/**
 * How much longer builds and other commands with many processes take under memtop.
 *
 *     npm run bench:throughput -- --runs 5
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from '../ts/compare/statistics/median.js';
import { packageRoot } from '../ts/package.js';
import { buildEngine } from './engine.js';
import { runsAskedFor } from './options.js';
import { inRounds, wallTimeMs } from './rounds.js';
import { minimum } from './statistics.js';
import { print, table } from './table.js';
import { type Workload, workloads } from './throughput-workloads.js';
import './own-data.js';

const runs = runsAskedFor(5);

/** The flags of memtop in each of its modes. */
const ways: readonly (readonly string[])[] = [
  ['--trace', 'on'],
  ['--trace', 'on', '--cgroup', 'off'],
  ['--trace', 'off', '--cgroup', 'off'],
];

const alone = 'alone';
const floor = 'traced, nothing done';
/** What precedes a command, by its name in the table. */
const callers = new Map<string, readonly string[]>([
  [alone, []],
  [floor, [buildEngine(), 'trace']],
  ...ways.map((flags): [string, readonly string[]] => [
    ['memtop', ...flags].join(' '),
    [process.execPath, join(packageRoot, 'dist/cli.js'), ...flags, '--'],
  ]),
]);

type Times = ReadonlyMap<string, readonly number[]>;

const folder = mkdtempSync(join(tmpdir(), 'memtop-bench-'));
try {
  print(`node ${process.versions.node}, ${runs} runs each, interleaved`);
  const nothing = { command: ['true'], cwd: folder };
  const starts = await wallTimesMs(nothing, 5 * runs);
  for (const workload of workloads(folder)) {
    report(workload, await wallTimesMs(workload, runs), starts);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function report(workload: Workload, times: Times, starts: Times): void {
  const { scanned, traced } = workload.ratioToReach;
  const rows = [...times].map(([caller, durationsMs]) => {
    const isTraced = caller.includes('--trace on');
    const startMs = median(starts.get(caller) ?? []) - median(starts.get(alone) ?? []);
    const over = (statistic: typeof median, lessMs = 0) =>
      ((statistic(durationsMs) - lessMs) / statistic(times.get(alone) ?? [])).toFixed(3);
    return [
      caller,
      median(durationsMs).toFixed(0),
      minimum(durationsMs).toFixed(0),
      ...(caller === alone
        ? []
        : [
            over(median),
            over(minimum),
            over(median, startMs),
            over(minimum, startMs),
            caller === floor ? '' : (isTraced ? traced : scanned).toFixed(2),
          ]),
    ];
  });
  print(
    '',
    workload.name,
    ...table(
      ['', 'median ms', 'min ms', 'median', 'min', 'without start', 'min', 'to reach'],
      rows,
    ),
  );
}

function wallTimesMs(
  { command, cwd, reset }: Pick<Workload, 'command' | 'cwd' | 'reset'>,
  runs: number,
): Promise<Times> {
  // The first round only warms the caches.
  return inRounds(callers, { runs, warmUps: 1 }, (args) => {
    reset?.();
    return wallTimeMs([...args, ...command], cwd);
  });
}
