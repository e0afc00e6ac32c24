/**
 * What it adds to find out for each process which task it belongs to.
 *
 *     npm run bench:attribution -- --runs 9
 */
import { execute } from '../ts/tracker/execute.js';
import { runsAskedFor } from './runs.js';
import { median, minimum } from './statistics.js';
import { print, table } from './table.js';

const processes = 2000;
const microsecondsToReach = 20;

/** As many variables as `npm run` leaves in the environment of a script, and more. */
const env = {
  ...Object.fromEntries(
    Array.from({ length: 100 }, (_, number) => [
      `npm_config_of_some_kind_${number}`,
      'x'.repeat(40),
    ]),
  ),
  PATH: process.env.PATH,
  npm_lifecycle_event: 'build',
  npm_package_name: 'package',
  npm_config_user_agent: 'npm/11.0.0 node/v24.0.0 linux x64',
};
const script = `i=0; while [ $i -lt ${processes} ]; do /bin/true; i=$((i+1)); done`;

interface Cost {
  cpuUs: number;
  wallUs: number;
}

/** Of this process, which traces and samples, and of the whole run, for each process of it. */
async function cost(tasks: boolean): Promise<Cost> {
  const before = process.cpuUsage();
  const { result } = execute(
    ['sh', '-c', script],
    { env, tasks, trace: 'on', cgroup: 'off' },
    { standsIn: false, ownDescriptors: [] },
  );
  const { run, processes: counted, sampling } = await result;
  const { user, system } = process.cpuUsage(before);
  if (sampling.method !== 'traced') throw new Error('the run was not traced');
  if (counted?.seen !== processes + 1) throw new Error(`${counted?.seen} processes were seen`);
  return { cpuUs: (user + system) / processes, wallUs: (run.durationMs * 1000) / processes };
}

const runs = runsAskedFor(9);
const found: Record<'with' | 'without', Cost[]> = { with: [], without: [] };
await cost(true);
for (let round = 0; round < runs; round += 1) {
  found.without.push(await cost(false));
  found.with.push(await cost(true));
}

const row = (name: string, key: keyof Cost) => {
  const [off, on] = (['without', 'with'] as const).map((way) =>
    found[way].map((cost) => cost[key]),
  );
  const added = (of: (values: number[]) => number) => (of(on ?? []) - of(off ?? [])).toFixed(1);
  return [
    name,
    median(off ?? []).toFixed(1),
    median(on ?? []).toFixed(1),
    added(median),
    added(minimum),
  ];
};

print(
  `a traced shell that starts ${processes} x /bin/true, each with 104 variables; us a process, ` +
    `medians of ${runs} runs each, interleaved`,
  '',
  ...table(
    ['', 'without', 'with tasks', 'added', 'min - min'],
    [row('CPU of memtop', 'cpuUs'), row('the whole run', 'wallUs')],
  ),
  '',
  `to reach: less than ${microsecondsToReach} us added`,
);
