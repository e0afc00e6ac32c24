/**
 * The cost of attributing each process to a task.
 *
 *     npm run bench:attribution -- --runs 100
 */
import { execFileSync } from 'node:child_process';
import { median } from '../ts/compare/statistics/median.js';
import { execute } from '../ts/tracker/execute.js';
import { buildEngine } from './engine.js';
import { runsAskedFor } from './options.js';
import { quantile } from './statistics.js';
import { print, table } from './table.js';

const runs = runsAskedFor(100);

/** Few enough that two consecutive runs find the machine in the same state. */
const processes = 300;
const microsecondsToReach = 20;

/** More variables than `npm run` puts into the environment of a script. */
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

/** Of a whole run that starts this many processes. */
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

/** The same for a tracer that only reads the arguments and environment of each program. */
async function floorOf(count: number, reads: boolean): Promise<Cost> {
  const options = ['trace-cost', ...(reads ? ['--first-stack'] : [])];
  const start = performance.now();
  const cpu = execFileSync(engine, [...options, 'sh', '-c', script(count)], { env });
  return { cpuUs: Number(cpu), wallUs: (performance.now() - start) * 1000 };
}

/** Two consecutive runs, in alternating order. */
interface Pair {
  readonly without: Cost;
  readonly with: Cost;
}

async function pairOf(isWithFirst: boolean, cost: (isWith: boolean) => Promise<Cost>) {
  const first = await cost(isWithFirst);
  const second = await cost(!isWithFirst);
  return isWithFirst ? { without: second, with: first } : { without: first, with: second };
}

/** Alternating pairs of memtop and of the floor. */
interface Pairs {
  readonly memtop: Pair[];
  readonly floor: Pair[];
}

async function pairsOf(count: number, pairs: number): Promise<Pairs> {
  const found: Pairs = { memtop: [], floor: [] };
  for (let number = 0; number < pairs; number += 1) {
    const isWithFirst = number % 2 === 1;
    found.memtop.push(await pairOf(isWithFirst, (isWith) => costOf(count, isWith)));
    found.floor.push(await pairOf(isWithFirst, (isWith) => floorOf(count, isWith)));
  }
  return found;
}

/** The cost of each process after the first. */
function eachFurther(all: readonly Pair[], ones: readonly Pair[]): Pair[] {
  const further = (way: keyof Pair): ((cost: Cost) => Cost) => {
    const one = (key: keyof Cost) => median(ones.map((pair) => pair[way][key]));
    const base: Cost = { cpuUs: one('cpuUs'), wallUs: one('wallUs') };
    return ({ cpuUs, wallUs }) => ({
      cpuUs: (cpuUs - base.cpuUs) / (processes - 1),
      wallUs: (wallUs - base.wallUs) / (processes - 1),
    });
  };
  const [without, withTasks] = [further('without'), further('with')];
  return all.map((pair) => ({ without: without(pair.without), with: withTasks(pair.with) }));
}

function row(name: string, pairs: readonly Pair[], key: keyof Cost): string[] {
  const of = (way: keyof Pair) => median(pairs.map((pair) => pair[way][key]));
  const added = pairs.map((pair) => pair.with[key] - pair.without[key]);
  const figures = [of('without'), of('with'), median(added)];
  const [low, high] = [quantile(added, 0.25), quantile(added, 0.75)];
  return [
    name,
    ...figures.map((figure) => figure.toFixed(1)),
    `${low.toFixed(1)} to ${high.toFixed(1)}`,
  ];
}

const engine = buildEngine();
await pairsOf(processes, 1);
const ones = await pairsOf(1, Math.ceil(runs / 4));
const all = await pairsOf(processes, runs);
const each = eachFurther(all.memtop, ones.memtop);
const floor = eachFurther(all.floor, ones.floor);

print(
  `a traced shell that starts ${processes} x /bin/true, each with 104 variables; us, ` +
    `medians of ${runs} pairs of runs`,
  '',
  ...table(
    ['', 'without', 'with tasks', 'added', 'half of the pairs'],
    [
      row('CPU of memtop, a process', each, 'cpuUs'),
      row('the floor: read, and no more', floor, 'cpuUs'),
      row('CPU of memtop, a run', ones.memtop, 'cpuUs'),
      row('time, a process', each, 'wallUs'),
    ],
  ),
  '',
  `to reach: less than ${microsecondsToReach} us of CPU added by a process`,
);
