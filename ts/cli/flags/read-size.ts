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
