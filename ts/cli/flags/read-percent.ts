/** Reads the percentage that a flag is given. */
import { UsageError } from '../usage-error.js';

/** @throws UsageError that says what a percentage is */
export function readPercent(text: string): number {
  const [, number] = /^(\d+(?:\.\d+)?)\s*%?$/.exec(text) ?? [];
  if (number === undefined) throw new UsageError('must be a percentage such as 10 or 7.5%');
  return Number(number);
}
