/**
 * How much longer commands with many processes take under memtop, how much more CPU time the whole
 * takes, and how much of it is memtop's own, by what reports their processes. Ratios are of runs of
 * the same round, with their quartiles; on a machine that others use, memtop's own share of the
 * CPU time of the command alone says more than they do.
 *
 *     npm run bench:throughput -- --runs 5
 *     npm run bench:throughput -- --runs 5 --user      as nobody, which takes root
 *     npm run bench:throughput -- --only make          workloads with this in their names
 */
import { execFileSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from '../ts/compare/statistics/median.js';
import { packageRoot } from '../ts/package.js';
import { buildEngine } from './engine.js';
import { callAsNobody, nobody, runsUserAndOnly } from './options.js';
import { inRounds } from './rounds.js';
import { quantile } from './statistics.js';
import { print, table } from './table.js';
import { type Workload, workloads } from './throughput-workloads.js';
import './own-data.js';

const { runs, asNobody, only } = runsUserAndOnly(5);

const user = asNobody ? callAsNobody : [];

/** The flags of memtop in each of its modes. */
const ways: readonly (readonly string[])[] = [
  ['--trace', 'kernel'],
  ['--trace', 'kernel', '--cgroup', 'off'],
  ...(asNobody ? [] : [['--trace', 'ptrace']]),
  ['--trace', 'off', '--cgroup', 'off'],
];

const alone = 'alone';
const floor = 'traced, nothing done';
const engine = buildEngine();
/** What precedes a command, by its name in the table. */
const callers = new Map<string, readonly string[]>([
  [alone, []],
  ...(asNobody ? [] : [[floor, [engine, 'trace']] as const]),
  ...ways.map((flags): [string, readonly string[]] => [
    ['memtop', ...flags].join(' '),
    [process.execPath, join(packageRoot, 'dist/cli.js'), '--no-store', '-q', ...flags, '--'],
  ]),
]);

interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
  /** Of the caller itself, without what it has waited for. */
  readonly ownMs: number;
}
type Costs = ReadonlyMap<string, readonly Cost[]>;

const folder = mkdtempSync(join(tmpdir(), 'memtop-bench-'));
if (asNobody) chownSync(folder, nobody, nobody);
try {
  print(`node ${process.versions.node}, ${runs} runs each, interleaved`);
  const asked = workloads(folder, asNobody ? nobody : undefined).filter(({ name }) => {
    return name.includes(only);
  });
  const nothing = { command: ['true'], cwd: folder };
  const starts = await costsOf(nothing, 5 * runs);
  for (const workload of asked) {
    report(workload, await costsOf(workload, runs), starts);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function report({ name, toReach }: Workload, costs: Costs, starts: Costs): void {
  const of = (all: Costs, caller: string, kind: keyof Cost) =>
    (all.get(caller) ?? []).map((cost) => cost[kind]);
  const bare = (kind: keyof Cost) => of(costs, alone, kind);
  /** Without what memtop takes to start and end, which does not grow with the command. */
  const withoutStart = (caller: string, kind: keyof Cost) => {
    const start = median(of(starts, caller, kind));
    return of(costs, caller, kind).map((cost) => cost - start);
  };
  /** Each over the run of the same round, as the machine is not as fast in all of them. */
  const ratios = (caller: string, kind: 'wallMs' | 'cpuMs') => {
    const start = median(of(starts, alone, kind));
    const bareWithoutStart = bare(kind).map((cost) => cost - start);
    return withoutStart(caller, kind).map((cost, round) => cost / (bareWithoutStart[round] ?? 0));
  };
  const quartiles = (values: readonly number[]) =>
    [0.5, 0.25, 0.75].map((share) => quantile(values, share).toFixed(3));
  const rows = [...costs.keys()].map((caller) => [
    caller,
    median(of(costs, caller, 'wallMs')).toFixed(0),
    median(of(costs, caller, 'cpuMs')).toFixed(0),
    ...(caller === alone
      ? []
      : [
          ...quartiles(ratios(caller, 'wallMs')),
          ...quartiles(ratios(caller, 'cpuMs')),
          `${((100 * median(withoutStart(caller, 'ownMs'))) / median(bare('cpuMs'))).toFixed(1)} %`,
        ]),
  ]);
  const goal = toReach.cpu === undefined ? '' : `, CPU ${toReach.cpu.toFixed(2)}`;
  const heading = [
    '',
    'wall ms',
    'CPU ms',
    'wall',
    '25 %',
    '75 %',
    'CPU',
    '25 %',
    '75 %',
    'own CPU',
  ];
  print(
    '',
    `${name}; to reach without the start: wall ${toReach.wall.toFixed(2)}${goal}`,
    ...table(heading, rows),
  );
}

function costsOf(
  { command, cwd, reset }: Pick<Workload, 'command' | 'cwd' | 'reset'>,
  times: number,
): Promise<Costs> {
  // The first round only warms the caches.
  return inRounds(callers, { runs: times, warmUps: 1 }, (caller) => {
    reset?.();
    const [program = '', ...args] = [...user, engine, 'cost', ...caller, ...command];
    const printed = execFileSync(program, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
    const [wallMs = Number.NaN, cpuMs = Number.NaN, ownMs = Number.NaN] = printed
      .toString()
      .split(' ')
      .map(Number);
    return { wallMs, cpuMs, ownMs };
  });
}
