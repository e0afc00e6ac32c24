/**
 * The cost of the guard, which is on by default: CPU, memory, and time of the command.
 *
 *     npm run bench:guard -- --runs 9
 */
import { spawn } from 'node:child_process';
import { median } from '../ts/compare/statistics/median.js';
import { packageRoot } from '../ts/package.js';
import { execute } from '../ts/tracker/execute.js';
import { runsAskedFor } from './options.js';
import { memoryUntilEnd } from './process-memory.js';
import { minimum } from './statistics.js';
import { print, table } from './table.js';
import './own-data.js';

const runs = runsAskedFor(9);

const percentToReach = 0.1;
const megabytesToReach = 1;
const waiting = 'i=0; while [ $i -lt 50 ]; do sleep 5 & i=$((i+1)); done; wait';
const starting = 'i=0; while [ $i -lt 500 ]; do /bin/true; i=$((i+1)); done';

interface Cost {
  /** The share of one CPU that sampling and guarding an idle tree of 51 processes takes. */
  cpuPercent: number;
  /** The peak memory of the memtop command. */
  megabytes: number;
  /** Of a command that only starts processes. */
  milliseconds: number;
}

const run = (script: string, guard: boolean) =>
  execute(
    ['sh', '-c', script],
    { guard, trace: 'off', cgroup: 'off' },
    { standsIn: false, ownDescriptors: [] },
  ).result;

async function cost(guard: boolean): Promise<Cost> {
  const before = process.cpuUsage();
  const waited = await run(waiting, guard);
  const { user, system } = process.cpuUsage(before);
  const flags = ['--quiet', ...(guard ? [] : ['--no-guard']), '--cgroup', 'off'];
  const child = spawn(process.execPath, ['dist/cli.js', ...flags, '--', 'sleep', '1'], {
    cwd: packageRoot,
    stdio: 'ignore',
  });
  const { anonBytes } = await memoryUntilEnd(child);
  const started = await run(starting, guard);
  return {
    cpuPercent: (user + system) / 10 / waited.run.durationMs,
    megabytes: anonBytes / 1024 ** 2,
    milliseconds: started.run.durationMs,
  };
}

const found: Record<'with' | 'without', Cost[]> = { with: [], without: [] };
await cost(true);
for (let round = 0; round < runs; round += 1) {
  found.without.push(await cost(false));
  found.with.push(await cost(true));
}

function row(name: string, key: keyof Cost, digits: number, toReach: string): string[] {
  const values = (way: 'with' | 'without') => found[way].map((cost) => cost[key]);
  const added = (of: (values: number[]) => number) => of(values('with')) - of(values('without'));
  return [
    name,
    median(values('without')).toFixed(digits),
    median(values('with')).toFixed(digits),
    added(median).toFixed(digits),
    added(minimum).toFixed(digits),
    toReach,
  ];
}

print(
  `medians of ${runs} runs each, interleaved`,
  '',
  ...table(
    ['', 'without', 'with guard', 'added', 'min - min', 'to reach'],
    [
      row('CPU, % of one', 'cpuPercent', 3, `${percentToReach}`),
      row('memory, anon MB', 'megabytes', 2, `${megabytesToReach}`),
      row('500 x /bin/true, ms', 'milliseconds', 1, ''),
    ],
  ),
);
