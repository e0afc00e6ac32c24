/** Reads the size that a flag is given. */
import { sizeProblem } from '../../tracker/rules.js';
import { parseSize, type Size } from '../../tracker/size.js';
import { UsageError } from '../usage-error.js';

/** @throws UsageError that says what a size is */
export function readSize(text: string): Size {
  const size = parseSize(text);
  if (size === undefined) throw new UsageError(`${sizeProblem(text)}`);
  return size;
}

/**
 * A size that is no share of anything.
 *
 * @throws UsageError that says what such a size is
 */
export function readBytes(text: string): number {
  const size = parseSize(text);
  if (typeof size !== 'number') throw new UsageError('must be a size such as 500M or 1.5G');
  return size;
}
