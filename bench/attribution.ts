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
const script = (count: number) => `i=0; while [ $i -lt ${count} ]; do /bin/true; i=$((i+1)); done`;

interface Cost {
  /** Of this process, which traces and samples. */
  cpuUs: number;
  wallUs: number;
}

/** Of a whole run that starts so many processes. */
async function costOf(count: number, tasks: boolean): Promise<Cost> {
  const before = process.cpuUsage();
  const { result } = execute(
    ['sh', '-c', script(count)],
    { env, tasks, trace: 'on', cgroup: 'off' },
    { standsIn: false, ownDescriptors: [] },
  );
  const { run, processes: counted, sampling } = await result;
  const { user, system } = process.cpuUsage(before);
  if (sampling.method !== 'traced') throw new Error('the run was not traced');
  if (counted?.seen !== count + 1) throw new Error(`${counted?.seen} processes were seen`);
  return { cpuUs: user + system, wallUs: run.durationMs * 1000 };
}

/** Of a run of one process, and what each further one adds to that. */
interface Costs {
  readonly run: Cost;
  readonly each: Cost;
}

async function costs(tasks: boolean): Promise<Costs> {
  const run = await costOf(1, tasks);
  const all = await costOf(processes, tasks);
  const each = (key: keyof Cost) => (all[key] - run[key]) / (processes - 1);
  return { run, each: { cpuUs: each('cpuUs'), wallUs: each('wallUs') } };
}

const runs = runsAskedFor(9);
const found: Record<'with' | 'without', Costs[]> = { with: [], without: [] };
await costs(true);
for (let round = 0; round < runs; round += 1) {
  found.without.push(await costs(false));
  found.with.push(await costs(true));
}

const row = (name: string, of: (costs: Costs) => number) => {
  const [off, on] = (['without', 'with'] as const).map((way) => found[way].map(of));
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
  `a traced shell that starts ${processes} x /bin/true, each with 104 variables; us, ` +
    `medians of ${runs} runs each, interleaved`,
  '',
  ...table(
    ['', 'without', 'with tasks', 'added', 'min - min'],
    [
      row('CPU of memtop, a process', ({ each }) => each.cpuUs),
      row('CPU of memtop, a run', ({ run }) => run.cpuUs),
      row('time, a process', ({ each }) => each.wallUs),
    ],
  ),
  '',
  `to reach: less than ${microsecondsToReach} us of CPU added by a process`,
);
