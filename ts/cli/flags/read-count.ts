/** Reads the number that a flag is given. */
import { UsageError } from '../usage-error.js';

/** @throws UsageError that says which numbers there can be */
export function readCount(text: string, least: number, most: number): number {
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (count >= least && count <= most) return count;
  throw new UsageError(`must be a whole number from ${least} to ${most}`);
}
