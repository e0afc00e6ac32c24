/** What a command needs by the kernel's count, beside simpler measurements of the same run. */
import { run } from './run.js';

export interface Truth {
  /** Anonymous memory, mapped files and shared memory, each page once. */
  readonly neededPeakBytes: number;
  readonly anonPeakBytes: number;
  /** The highest sum of `Pss`, read every 100 ms. */
  readonly pssPoll100Bytes: number;
  /** The resident memory of the largest process, as time(1) prints it. */
  readonly largestBytes: number;
  /** The longest time between two readings of the kernel's count, in which peaks are missed. */
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
 * The start of a command line that continues with a measuring tool and its command, and that prints
 * the truth of that command.
 */
export function truthBelow(engine: string, user: number): string[] {
  return [engine, 'truth', '--no-polls', '--below', '--user', `${user}`, '--'];
}
