/**
 * Whether memtop's peak is the kernel's, where that is hard to get right, and what peers say.
 *
 *     npm run bench:accuracy -- --runs 3
 */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildEngine } from './engine.js';
import { type Observer, observers, run, type Seen } from './observers.js';
import {
  chargedAheadBytes,
  chargedElsewhereBytes,
  type KernelFigures,
  Oracle,
  ownMemoryGroup,
} from './oracle.js';
import { runsAskedFor } from './runs.js';
import { median } from './statistics.js';
import { print, table } from './table.js';

const shareToReach = 0.02;
const coldFileMegabytes = 500;
const workloads = [
  'burst',
  'one',
  'par',
  'setsid',
  'cow',
  'shared',
  'staircase',
  'churn',
  'spawns',
  'cache',
  'tree',
];

interface Look {
  readonly seen: Seen;
  readonly truth: KernelFigures;
}

type Verdict = 'OUTSIDE' | 'inside its bracket' | 'within 2 %';
const fromWorst: readonly Verdict[] = ['OUTSIDE', 'inside its bracket', 'within 2 %'];

const runs = runsAskedFor(3);
const under = ownMemoryGroup();
if (under === undefined) {
  throw new Error('the truth comes from a memory group of cgroup version 1, which only root makes');
}
const engine = buildEngine();
const folder = mkdtempSync(join(tmpdir(), 'memtop-bench-'));
// Not everybody who writes there is the superuser.
chmodSync(folder, 0o777);
const verdicts = new Map<Verdict, number>();
try {
  for (const { name, missing } of observers) {
    if (missing !== undefined) print(`${name} is left out: there is no ${missing}`);
  }
  for (const workload of workloads) await compare(workload);
  const counts = fromWorst.map((verdict) => `${verdicts.get(verdict) ?? 0} ${verdict}`);
  print('', `memtop's runs: ${counts.join(', ')}; to reach: none OUTSIDE`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function compare(workload: string): Promise<void> {
  const command = [engine, 'workload', workload];
  if (workload === 'cache') command.push(coldFile());
  const alone: KernelFigures[] = [];
  const looks = new Map<Observer, Look[]>();
  for (let round = 0; round < runs; round += 1) {
    alone.push((await inGroup(0, (entered) => run(entered), command)).truth);
    for (const observer of observers.filter(({ missing }) => missing === undefined)) {
      looks.set(observer, [...(looks.get(observer) ?? []), await look(observer, command, alone)]);
    }
  }
  const truth = (key: keyof KernelFigures) => megabytes(median(alone.map((run) => run[key])));
  print(
    '',
    `${workload}: the kernel says ${truth('peakBytes')} MB, of it ${truth('processBytes')} of ` +
      `processes, ${truth('cacheBytes')} page cache, ${truth('kernelBytes')} its own`,
    ...table(
      ['', 'peak MB', 'lower', 'upper', 'group MB', 'truth MB', 'off %', 'worst %', 'worst run'],
      [...looks].map(([observer, seen]) => row(observer, seen)),
    ),
  );
}

/**
 * Whatever makes no group of its own for the command is compared with the very same run; the
 * others, with the runs of the command alone.
 */
async function look(
  observer: Observer,
  command: readonly string[],
  alone: readonly KernelFigures[],
): Promise<Look> {
  const file = join(folder, `figures-${observer.user}`);
  rmSync(file, { force: true });
  if (observer.makesGroup) {
    const [truth] = [...alone].sort((one, other) => one.processBytes - other.processBytes);
    if (!truth) throw new Error('the command has not run alone');
    return { seen: await observer.observe(command, file), truth };
  }
  return inGroup(observer.user, (entered) => observer.observe(entered, file), command);
}

async function inGroup<T>(
  user: number,
  observe: (command: readonly string[]) => Promise<T>,
  command: readonly string[],
): Promise<{ seen: T; truth: KernelFigures }> {
  const oracle = new Oracle(under ?? '', user);
  try {
    const seen = await observe(oracle.around(command));
    return { seen, truth: oracle.figures() };
  } finally {
    await oracle.remove();
  }
}

function row(observer: Observer, looks: readonly Look[]): string[] {
  const [worst] = [...looks].sort((one, other) => Math.abs(off(other)) - Math.abs(off(one)));
  if (!worst) return [observer.name];
  const found = looks.map(verdict);
  if (observer.isMemtop) {
    for (const one of found) verdicts.set(one, (verdicts.get(one) ?? 0) + 1);
  }
  const { seen, truth } = worst;
  return [
    observer.name,
    megabytes(median(looks.map((look) => look.seen.peakBytes))),
    maybeMegabytes(seen.lowerBytes),
    maybeMegabytes(seen.upperBytes),
    maybeMegabytes(seen.cgroupPeakBytes),
    megabytes(truth.processBytes),
    percent(median(looks.map(off))),
    percent(off(worst)),
    observer.isMemtop ? (fromWorst.find((one) => found.includes(one)) ?? '') : '',
  ];
}

function off({ seen, truth }: Look): number {
  return seen.peakBytes / truth.processBytes - 1;
}

function verdict(look: Look): Verdict {
  const { lowerBytes = look.seen.peakBytes, upperBytes } = look.seen;
  const truth = look.truth.processBytes;
  if (Math.abs(off(look)) <= shareToReach) return 'within 2 %';
  const isInside =
    lowerBytes <= truth + chargedElsewhereBytes &&
    upperBytes !== undefined &&
    truth - chargedAheadBytes <= upperBytes;
  return isInside ? 'inside its bracket' : 'OUTSIDE';
}

function coldFile(): string {
  const file = join(folder, 'cold');
  // Whoever reads it pays for it only once it is on disk.
  const megabyte = Buffer.alloc(1024 ** 2, 1);
  rmSync(file, { force: true });
  for (let written = 1; written <= coldFileMegabytes; written += 1) {
    writeFileSync(file, megabyte, { flag: 'a', flush: written === coldFileMegabytes });
  }
  return file;
}

function megabytes(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(1);
}

function maybeMegabytes(bytes: number | undefined): string {
  return bytes === undefined ? '' : megabytes(bytes);
}

function percent(share: number): string {
  return `${share < 0 ? '-' : '+'}${Math.abs(100 * share).toFixed(1)}`;
}
