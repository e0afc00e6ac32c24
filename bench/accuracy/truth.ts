/** What a command needs by the kernel's count, and what simple ways to measure say of the same run. */
import { run } from './run.js';

export interface Truth {
  /** Anonymous memory, and mapped pages of files and shared memory, each page once. */
  readonly neededPeakBytes: number;
  readonly anonPeakBytes: number;
  /** The highest sum of `Pss`, read every 100 ms. */
  readonly pssPoll100Bytes: number;
  /** The resident memory of the largest process, as time(1) prints it. */
  readonly largestBytes: number;
  readonly exitCode: number;
}

/** Polls are what the simple ways do; they take time from the command. */
export async function truthOf(
  engine: string,
  command: readonly string[],
  withPolls: boolean,
): Promise<Truth> {
  const options = withPolls ? [] : ['--no-polls'];
  const truth: Truth = JSON.parse(await run([engine, 'truth', ...options, '--', ...command]));
  if (truth.exitCode !== 0) throw new Error(`bare, it ended with ${truth.exitCode}`);
  return truth;
}
