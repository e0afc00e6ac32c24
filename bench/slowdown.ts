/**
 * Whether measuring slows down a command with much memory that keeps changing its mappings: alone,
 * under memtop, and while another process polls its PSS.
 *
 *     npm run bench:slowdown -- --runs 5
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { median } from '../ts/compare/statistics/median.js';
import { packageRoot } from '../ts/package.js';
import { buildEngine } from './engine.js';
import { runsAskedFor } from './options.js';
import { inRounds } from './rounds.js';
import { print, table } from './table.js';
import './own-data.js';

const runs = runsAskedFor(5);

const shareToReach = 0.99;
const heldMegabytes = 4096;
const seconds = 4;
const pollIntervalMs = 150;

interface Pace {
  readonly perSecond: number;
  readonly medianMs: number;
  readonly worstMs: number;
}

const target = [buildEngine(), 'target', `${heldMegabytes}`, `${seconds}`];
const memtop = [process.execPath, join(packageRoot, 'dist/cli.js'), '--quiet', '--'];

const alone = 'alone';
const measured = 'memtop --quiet --';
const ways: Record<string, () => Promise<Pace>> = {
  [alone]: () => paceOf(target),
  [measured]: () => paceOf([...memtop, ...target]),
  [`smaps_rollup every ${pollIntervalMs} ms`]: () => paceOf(target, pollSharing),
};

const paces = await inRounds(Object.entries(ways), { runs }, (pace) => pace());

function figure(name: string, key: keyof Pace): number {
  return median((paces.get(name) ?? []).map((pace) => pace[key]));
}

/** The median over rounds, so that a slow period of the machine affects both sides alike. */
function share(name: string): string {
  const base = paces.get(alone) ?? [];
  const shares = (paces.get(name) ?? []).map(
    (pace, round) => pace.perSecond / (base[round]?.perSecond ?? Number.NaN),
  );
  return median(shares).toFixed(3);
}

/** By the least disturbed rounds. */
function best(name: string): string {
  const most = (of: string) => Math.max(...(paces.get(of) ?? []).map(({ perSecond }) => perSecond));
  return (most(name) / most(alone)).toFixed(3);
}

print(
  `${heldMegabytes} MB held, 64 MB mapped, touched and given back in a loop; ` +
    `${runs} rounds of ${seconds} s, interleaved`,
  '',
  ...table(
    ['', 'loops a second', 'of alone', 'best / best', 'median ms', 'worst ms', 'worst of all ms'],
    [...paces].map(([name, found]) => [
      name,
      figure(name, 'perSecond').toFixed(1),
      share(name),
      best(name),
      figure(name, 'medianMs').toFixed(1),
      figure(name, 'worstMs').toFixed(1),
      Math.max(...found.map(({ worstMs }) => worstMs)).toFixed(1),
    ]),
  ),
  '',
  `${measured}: ${share(measured)} of alone by medians, ${best(measured)} by the best; ` +
    `to reach: at least ${shareToReach}`,
);

async function paceOf(
  [program = '', ...args]: readonly string[],
  beside?: (pid: number) => Disposable,
): Promise<Pace> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const other = child.pid === undefined ? undefined : beside?.(child.pid);
  const code = await ended.finally(() => other?.[Symbol.dispose]());
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}`);
  const [perSecond = 0, medianMs = 0, worstMs = 0] = output.split(' ').map(Number);
  return { perSecond, medianMs, worstMs };
}

function pollSharing(pid: number): Disposable {
  const timer = setInterval(() => {
    try {
      readFileSync(`/proc/${pid}/smaps_rollup`);
    } catch {
      // It has ended, and the polling will end soon.
    }
  }, pollIntervalMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
