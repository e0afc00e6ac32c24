/**
 * The lowest memory limit under which a runtime starts and exits in at most 1.2 times its usual
 * time: the source of `ts/report/runtime-floors.ts`.
 *
 *     npm run bench:floors
 */
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { median } from '../ts/compare/statistics/median.js';
import { noMemoryGroups, runInGroup } from './memory-group.js';
import { runsAskedFor } from './options.js';
import { dropFromMemory, privateCopy } from './private-copy.js';
import { print, table } from './table.js';

const runs = runsAskedFor(5);

const MB = 1024 ** 2;
const stepMegabytes = 4;
const mostMegabytes = 256;
const slower = 1.2;
const patienceMs = 20_000;

interface Runtime {
  readonly name: string;
  /** What to copy: the program, or a folder that holds it. */
  readonly from: string;
  command(copy: string): string[];
}

const java = '/usr/bin/java';
const javaHome = existsSync(java) ? dirname(dirname(realpathSync(java))) : '/nowhere';

const runtimes: readonly Runtime[] = [
  {
    name: 'node',
    from: process.execPath,
    command: (copy) => [copy, '-e', '0'],
  },
  {
    name: 'python3',
    from: '/usr/bin/python3',
    command: (copy) => [copy, '-c', '0'],
  },
  {
    name: 'java',
    from: javaHome,
    command: (copy) => [join(copy, 'bin/java'), '-version'],
  },
  { name: 'ruby', from: '/usr/bin/ruby', command: (copy) => [copy, '-e', '0'] },
  { name: 'perl', from: '/usr/bin/perl', command: (copy) => [copy, '-e', '0'] },
  { name: 'bash', from: '/bin/bash', command: (copy) => [copy, '-c', ':'] },
];

const problem = noMemoryGroups();
if (problem !== undefined) {
  print(problem);
  process.exit(1);
}
const folder = mkdtempSync(join(tmpdir(), 'memtop-bench-'));
try {
  const rows: string[][] = [];
  for (const runtime of runtimes.filter(({ from }) => existsSync(from))) {
    rows.push(await rowOf(runtime));
  }
  print(
    ...table(['runtime', 'free ms', 'floor MB', 'ms there', 'ms one step below'], rows),
    '',
    `a group of version 1, private copies of the files, the median of ${runs} second runs each`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function rowOf({ name, from, command }: Runtime): Promise<string[]> {
  const copy = join(folder, name);
  privateCopy(from, copy);
  const args = command(copy);
  const freeMs = await timeOf(copy, args);
  let below = Number.POSITIVE_INFINITY;
  for (let megabytes = stepMegabytes; megabytes <= mostMegabytes; megabytes += stepMegabytes) {
    const ms = await timeOf(copy, args, megabytes * MB, freeMs * 10);
    if (ms <= freeMs * slower) {
      return [name, text(freeMs), `${megabytes}`, text(ms), text(below)];
    }
    below = ms;
  }
  return [name, text(freeMs), `above ${mostMegabytes}`, '-', text(below)];
}

/** Infinity if it fails or takes longer than that. */
async function timeOf(
  copy: string,
  command: readonly string[],
  limitBytes?: number,
  enoughMs = patienceMs,
): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    dropFromMemory(copy);
    const { isGood, ms } = await runInGroup(command, {
      patienceMs: Math.min(patienceMs, Math.max(1000, enoughMs)),
      ...(limitBytes !== undefined && { limitBytes }),
    });
    if (!isGood) return Number.POSITIVE_INFINITY;
    times.push(ms);
    // One run that is far off is enough.
    if (ms > enoughMs) return ms;
  }
  return median(times);
}

function text(ms: number): string {
  return Number.isFinite(ms) ? ms.toFixed(0) : 'fails';
}
