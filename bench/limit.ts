/**
 * How soon a tree that has exceeded its limit is dead, if it ignores SIGTERM.
 *
 *     npm run bench:limit -- --runs 5
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { median } from '../ts/compare/statistics/median.js';
import { packageRoot } from '../ts/package.js';
import { runsAskedFor } from './options.js';
import { minimum } from './statistics.js';
import { print, table } from './table.js';
import './own-data.js';

const runs = runsAskedFor(5);

const secondsToReach = 1.5;
const limitMegabytes = 300;
const children = 50;
const exitCodeOfGuard = 123;
/** Longer than any guard may take; after that the run has failed. */
const patienceMs = 30_000;

interface Deaths {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly memtopMs: number;
}

const folder = mkdtempSync(join(tmpdir(), 'memtop-bench-'));
const found: Deaths[] = [];
try {
  const stubborn = build();
  for (let run = 0; run < runs; run += 1) found.push(await deaths(stubborn, `${run}`));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const measures: Record<string, keyof Deaths> = {
  'crossing to first death': 'firstMs',
  'crossing to last death': 'lastMs',
  'crossing to end of memtop': 'memtopMs',
};

function ofAll(key: keyof Deaths): number[] {
  return found.map((one) => one[key]);
}

print(
  `a tree of ${children + 1} that ignores SIGTERM, limit ${limitMegabytes} MB, grace 1 s; ` +
    `node ${process.versions.node}, ${runs} runs`,
  '',
  ...table(
    ['', 'median ms', 'min ms', 'worst ms'],
    Object.entries(measures).map(([name, key]) => [
      name,
      median(ofAll(key)).toFixed(0),
      minimum(ofAll(key)).toFixed(0),
      Math.max(...ofAll(key)).toFixed(0),
    ]),
  ),
  '',
  `crossing to last death: ${(Math.max(...ofAll('lastMs')) / 1000).toFixed(2)} s at worst; ` +
    `to reach: at most ${secondsToReach.toFixed(1)} s`,
);

function build(): string {
  const program = join(folder, 'stubborn');
  const source = join(packageRoot, 'bench/stubborn.c');
  const { error, status } = spawnSync('cc', ['-O1', '-o', program, source], { stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) throw new Error(`${source} cannot be compiled; cc says why above`);
  return program;
}

async function deaths(stubborn: string, run: string): Promise<Deaths> {
  const files = join(folder, run);
  mkdirSync(files);
  const memtop = [join(packageRoot, 'dist/cli.js'), '--limit', `${limitMegabytes}M`];
  const command = [stubborn, `${children}`, `${limitMegabytes * 1024 ** 2}`, files];
  const args = [...memtop, '--grace', '1s', '--', ...command];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  let endedAtMs = Number.NaN;
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      endedAtMs = nowMs();
      resolve(code);
    });
  });
  try {
    const seen = await seenDying(files, child);
    const code = await ended;
    if (code !== exitCodeOfGuard) throw new Error(`memtop ended with ${code}`);
    const crossedAtMs = Number(readFileSync(join(files, 'crossed'), 'utf8')) / 1e6;
    return {
      firstMs: seen.firstAtMs - crossedAtMs,
      lastMs: seen.lastAtMs - crossedAtMs,
      memtopMs: endedAtMs - crossedAtMs,
    };
  } finally {
    child.kill('SIGKILL');
    for (const pid of pidsOf(files).filter(isAlive)) process.kill(pid, 'SIGKILL');
  }
}

/** Polls all processes of the tree from the moment it exceeds its limit. */
async function seenDying(files: string, memtop: { readonly exitCode: number | null }) {
  const givenUpAtMs = nowMs() + patienceMs;
  const isOver = () => nowMs() > givenUpAtMs;
  while (!existsSync(join(files, 'crossed'))) {
    if (memtop.exitCode !== null || isOver()) throw new Error('the limit was never crossed');
    await setTimeout(1);
  }
  const pids = pidsOf(files);
  let firstAtMs: number | undefined;
  for (;;) {
    const alive = pids.filter(isAlive).length;
    if (alive < pids.length) firstAtMs ??= nowMs();
    if (alive === 0) return { firstAtMs: firstAtMs ?? nowMs(), lastAtMs: nowMs() };
    if (isOver()) throw new Error(`${alive} of ${pids.length} processes are still there`);
    await setTimeout(1);
  }
}

/** The clock that the tree reads too: CLOCK_MONOTONIC on Linux. */
function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

function pidsOf(files: string): number[] {
  const file = join(files, 'pids');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(Number) : [];
}

/** A zombie counts as dead. */
function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^\) [ZX]/.test(stat.slice(stat.lastIndexOf(')')));
  } catch {
    return false;
  }
}
