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
  /** Between two readings of what the kernel counts; what came and went within it was missed. */
  readonly longestGapMs: number;
  readonly exitCode: number;
}

/** Of a command that runs bare. */
export async function truthOf(engine: string, command: readonly string[]): Promise<Truth> {
  const truth: Truth = JSON.parse(await run([engine, 'truth', '--', ...command]));
  if (truth.exitCode !== 0) throw new Error(`bare, it ended with ${truth.exitCode}`);
  return truth;
}

/**
 * The beginning of a command line that ends with a measuring tool and its command. It prints the
 * truth of that command.
 */
export function truthBelow(engine: string, user: number): string[] {
  return [engine, 'truth', '--no-polls', '--below', '--user', `${user}`, '--'];
}
