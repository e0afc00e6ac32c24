/**
 * The cost of the lines below a command's output: memory, CPU time, and throughput of the output.
 *
 *     npm run bench:ui -- --runs 5
 *
 * Each command runs on a terminal of `script`, whose own output goes nowhere.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { median } from '../ts/compare/statistics/median.js';
import { packageRoot } from '../ts/package.js';
import { runsAskedFor } from './options.js';
import { inRounds } from './rounds.js';
import { print, table } from './table.js';
import { cpuSeconds, onTerminal, pidOn } from './terminal.js';

const runs = runsAskedFor(3);

const megabytesOverNodeToReach = 40;
const shareOfCpuToReach = 0.02;
const speedToReach = 0.95;
const printedBytes = 200e6;
const seconds = 10;
const silent = ['ignore', 'ignore', 'inherit'] as const;

const cli = `exec '${process.execPath}' '${join(packageRoot, 'dist/cli.js')}' --quiet`;
const talking = `sh -c 'for i in $(seq ${seconds * 10}); do echo line $i; sleep 0.1; done'`;
const waiting = `exec '${process.execPath}' -e 'setTimeout(() => {}, ${seconds * 1000})'`;
const printing = `yes ${'x'.repeat(79)} | head -c ${printedBytes}`;

async function isWell(child: ChildProcess): Promise<void> {
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${child.spawnargs.join(' ')} ended with ${code}`);
}

interface Cost {
  readonly peakMegabytes: number;
  readonly cpuShare: number;
}

/** Of the child of `script`, read until it has ended. */
async function costOf(command: string): Promise<Cost> {
  const child = onTerminal(command, silent);
  const ended = isWell(child);
  let isRunning = true;
  void ended.finally(() => {
    isRunning = false;
  });
  let cost: Cost | undefined;
  while (isRunning) {
    cost = read(pidOn(child)) ?? cost;
    await setTimeout(50);
  }
  await ended;
  if (!cost) throw new Error('it ended before it could be read');
  return cost;
}

function read(pid: number | undefined): Cost | undefined {
  if (pid === undefined) return undefined;
  try {
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    if (peak === undefined) return undefined;
    return { peakMegabytes: Number(peak) / 1024, cpuShare: cpuSeconds(pid) / seconds };
  } catch {
    // It has ended.
    return undefined;
  }
}

async function wallTimeMs(command: string): Promise<number> {
  const startedAt = performance.now();
  await isWell(onTerminal(command, silent));
  return performance.now() - startedAt;
}

print(`node ${process.versions.node}, medians of ${runs} runs each, interleaved`, '');

const costs = await inRounds(
  Object.entries({
    node: waiting,
    off: `${cli} --ui off -- ${talking}`,
    inline: `${cli} --ui inline -- ${talking}`,
  }),
  { runs },
  costOf,
);
const cost = (name: string, key: keyof Cost) => median((costs.get(name) ?? []).map((c) => c[key]));
const more = (key: keyof Cost, than: string) => cost('inline', key) - cost(than, key);
print(
  ...table(
    ['', 'peak MB', 'CPU %'],
    [...costs.keys()].map((name) => [
      name,
      cost(name, 'peakMegabytes').toFixed(1),
      (cost(name, 'cpuShare') * 100).toFixed(2),
    ]),
  ),
  '',
  `inline over node: +${more('peakMegabytes', 'node').toFixed(1)} MB` +
    ` (to reach: at most +${megabytesOverNodeToReach} MB)`,
  `inline over off: ${(more('cpuShare', 'off') * 100).toFixed(2)} % of a CPU` +
    ` (to reach: under ${shareOfCpuToReach * 100} %)`,
  '',
);

const times = await inRounds(
  Object.entries({
    alone: printing,
    '--pty on': `${cli} --pty on -- sh -c '${printing}'`,
    '--ui inline': `${cli} --ui inline -- sh -c '${printing}'`,
  }),
  { runs },
  wallTimeMs,
);
const time = (name: string) => median(times.get(name) ?? []);
const speed = (name: string, other: string) => (time(other) / time(name)).toFixed(2);
print(
  ...table(
    [`${printedBytes / 1e6} MB printed`, 'ms', 'speed to alone', 'speed to --pty on'],
    [...times.keys()].map((name) => [
      name,
      time(name).toFixed(0),
      speed(name, 'alone'),
      speed(name, '--pty on'),
    ]),
  ),
  '',
  `to reach: --ui inline at ${speedToReach} of alone`,
);
