/** A run of the command line together with the result that it wrote. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { Peak, Result } from '../../ts/result/types.js';
import { temporaryFolder } from './folder.js';
import { type Finished, memtop } from './processes.js';

export async function measured(
  t: ExecutionContext,
  command: readonly string[],
  flags: readonly string[] = [],
): Promise<Finished & { result: Result }> {
  const file = join(temporaryFolder(t), 'result.json');
  const finished = await memtop([...flags, '--json', file, '--', ...command]);
  return { ...finished, result: JSON.parse(readFileSync(file, 'utf8')) };
}

export const MB = 1024 * 1024;

/** The memory of the peak, which must be there. */
export function peakOf(t: ExecutionContext, result: Result): Peak {
  if (!result.peak) return t.fail(`no peak: ${JSON.stringify(result)}`) as never;
  return result.peak;
}
