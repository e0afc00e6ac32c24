/**
 * How much longer builds and other commands of many processes take under memtop.
 *
 *     npm run bench:throughput -- --runs 5
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from '../ts/compare/statistics/median.js';
import { packageRoot } from '../ts/package.js';
import { buildEngine } from './engine.js';
import { runsAskedFor } from './runs.js';
import { minimum } from './statistics.js';
import { print, table } from './table.js';
import { type Workload, workloads } from './throughput-workloads.js';
import './own-data.js';

/** The flags of memtop in each way of calling it. */
const ways: readonly (readonly string[])[] = [
  ['--trace', 'on'],
  ['--trace', 'on', '--cgroup', 'off'],
  ['--trace', 'off', '--cgroup', 'off'],
];

const alone = 'alone';
const floor = 'traced, nothing done';
/** What stands before a command, by what the table calls it. */
const callers = new Map<string, readonly string[]>([
  [alone, []],
  [floor, [buildEngine(), 'trace']],
  ...ways.map((flags): [string, readonly string[]] => [
    ['memtop', ...flags].join(' '),
    [process.execPath, join(packageRoot, 'dist/cli.js'), ...flags, '--'],
  ]),
]);

type Times = ReadonlyMap<string, readonly number[]>;

const runs = runsAskedFor(5);
const folder = mkdtempSync(join(tmpdir(), 'memtop-bench-'));
try {
  print(`node ${process.versions.node}, ${runs} runs each, interleaved`);
  const nothing = { command: ['true'], cwd: folder };
  const starts = wallTimesMs(nothing, 5 * runs);
  for (const workload of workloads(folder)) report(workload, wallTimesMs(workload, runs), starts);
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

/** Every caller once a round, so that a busy minute of the machine touches all of them alike. */
function wallTimesMs(workload: Pick<Workload, 'command' | 'cwd' | 'reset'>, rounds: number): Times {
  const times = new Map<string, number[]>();
  // The first round only warms the caches.
  for (let round = -1; round < rounds; round += 1) {
    for (const [caller, words] of callers) {
      workload.reset?.();
      const durationMs = wallTimeMs([...words, ...workload.command], workload.cwd);
      if (round >= 0) times.set(caller, [...(times.get(caller) ?? []), durationMs]);
    }
  }
  return times;
}

function wallTimeMs([program = '', ...words]: readonly string[], cwd: string): number {
  const startedAtNs = process.hrtime.bigint();
  const { error, status } = spawnSync(program, words, { cwd, stdio: 'ignore' });
  const durationMs = Number(process.hrtime.bigint() - startedAtNs) / 1e6;
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${words.join(' ')} ended with ${status}`);
  return durationMs;
}
