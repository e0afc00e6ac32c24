/** Runs programs, and collects the truth and the readings of each. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../ts/package.js';
import { dataFolder } from '../own-data.js';
import { nodePeers } from '../peer-packages.js';
import type { Program } from '../programs.js';
import { print } from '../table.js';
import type { Reading } from './judge.js';
import { type Mode, readingAndTruthOf, succeeds } from './modes.js';
import { run } from './run.js';
import { type Truth, truthOf } from './truth.js';

export interface Measured {
  readonly name: string;
  /** Of bare runs. */
  readonly truths: readonly Truth[];
  readonly readings: ReadonlyMap<Mode, readonly Reading[]>;
  /** By pidtree and pidusage every 100 ms. */
  readonly pidtreeBytes: readonly number[];
}

export interface Setting {
  readonly engine: string;
  readonly modes: readonly Mode[];
}

export const hasPidtree = existsSync(join(nodePeers, 'pidusage'));

/**
 * Runs a program bare, under memtop in every mode and under a peer, in turn. The truth of runs
 * under memtop is measured as well, since what a program needs varies from run to run.
 */
export async function measure(
  program: Program,
  runs: number,
  { engine, modes }: Setting,
): Promise<Measured | undefined> {
  const { name, command } = program;
  const truths: Truth[] = [];
  const pidtreeBytes: number[] = [];
  const readings = new Map<Mode, Reading[]>();
  for (const mode of await usableModes(program, modes)) readings.set(mode, []);
  if (readings.size === 0) return undefined;
  try {
    program.prepare?.();
    for (let round = 0; round < runs; round += 1) {
      truths.push(await truthOf(engine, command));
      for (const [mode, list] of readings) {
        const reading = readingAndTruthOf(engine, mode, command);
        list.push(...(await unlessFailed(name, mode, reading)));
      }
      if (hasPidtree) pidtreeBytes.push(await pidtreePeak(command));
    }
    // A single run does not show how much a program varies.
    if (runs === 1) truths.push(await truthOf(engine, command));
  } catch (error) {
    print(`FAILED: ${name}: ${error}`);
    return undefined;
  }
  return { name, truths, readings, pidtreeBytes };
}

/** Runs a program once in every mode, measuring the truth of the same run. */
export async function measureInSameRun(
  { name, command }: Program,
  { engine, modes }: Setting,
): Promise<Measured> {
  const readings = new Map<Mode, readonly Reading[]>();
  for (const mode of modes) {
    const reading = readingAndTruthOf(engine, mode, command);
    readings.set(mode, await unlessFailed(name, mode, reading));
  }
  return { name, truths: [], readings, pidtreeBytes: [] };
}

async function usableModes({ name, check, from }: Program, modes: readonly Mode[]) {
  if (check === undefined) return modes;
  const usable: Mode[] = [];
  for (const mode of modes) {
    if (await succeeds(mode, check)) usable.push(mode);
    else print(`skipped: ${name}: as ${mode.name}: not found; from ${from}`);
  }
  return usable;
}

/** Undefined if it failed, after printing why. */
async function unlessFailed(
  name: string,
  mode: Mode,
  reading: Promise<Reading>,
): Promise<readonly Reading[]> {
  try {
    return [await reading];
  } catch (error) {
    print(`FAILED: ${name}: as ${mode.name}: ${error}`);
    return [];
  }
}

async function pidtreePeak(command: readonly string[]): Promise<number> {
  const file = join(dataFolder, 'pidtree');
  const script = join(packageRoot, 'bench/peers/pidtree-peak.js');
  await run([process.execPath, script, nodePeers, file, ...command]);
  return Number(readFileSync(file, 'utf8'));
}
