/** Runs a program bare and under memtop in every mode, by turns. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../ts/package.js';
import { dataFolder } from '../own-data.js';
import { nodePeers } from '../peer-packages.js';
import type { Program } from '../programs.js';
import { print } from '../table.js';
import type { Reading } from './judge.js';
import { type Mode, readingOf, succeeds } from './modes.js';
import { run } from './run.js';
import { type Truth, truthOf } from './truth.js';

export interface Measured {
  readonly name: string;
  readonly truths: readonly Truth[];
  readonly readings: ReadonlyMap<Mode, readonly Reading[]>;
  /** By pidtree and pidusage every 100 ms. */
  readonly pidtreeBytes: readonly number[];
}

export interface Rounds {
  readonly engine: string;
  readonly modes: readonly Mode[];
  readonly rounds: number;
  /** How often it runs bare in each round. */
  readonly truthsARound: number;
  /** Whether simple ways to measure are tried, too. */
  readonly withPeers: boolean;
}

export const hasPidtree = existsSync(join(nodePeers, 'pidusage'));

/** A mode in which something fails has no readings, and why is printed. */
export async function measure(program: Program, rounds: Rounds): Promise<Measured | undefined> {
  const { name, command } = program;
  const truths: Truth[] = [];
  const readings = new Map<Mode, Reading[]>();
  const pidtreeBytes: number[] = [];
  for (const mode of rounds.modes) {
    if (program.check === undefined || (await succeeds(mode, program.check)))
      readings.set(mode, []);
    else print(`skipped: ${name}: as ${mode.name}: not found; from ${program.from}`);
  }
  if (readings.size === 0) return undefined;
  try {
    program.prepare?.();
    for (let round = 0; round < rounds.rounds; round += 1) {
      truths.push(await truthOf(rounds.engine, command, rounds.withPeers));
      for (const [mode, list] of readings) {
        try {
          list.push(await readingOf(mode, command));
        } catch (error) {
          print(`FAILED: ${name}: as ${mode.name}: ${error}`);
        }
      }
      if (rounds.withPeers && hasPidtree) pidtreeBytes.push(await pidtreePeak(command));
      for (let more = 1; more < rounds.truthsARound; more += 1) {
        truths.push(await truthOf(rounds.engine, command, rounds.withPeers));
      }
    }
  } catch (error) {
    print(`FAILED: ${name}: ${error}`);
    return undefined;
  }
  return { name, truths, readings, pidtreeBytes };
}

async function pidtreePeak(command: readonly string[]): Promise<number> {
  const file = join(dataFolder, 'pidtree');
  const script = join(packageRoot, 'bench/peers/pidtree-peak.js');
  await run([process.execPath, script, nodePeers, file, ...command]);
  return Number(readFileSync(file, 'utf8'));
}
