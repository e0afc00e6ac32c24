/** The grace that a program gives when it ends processes. */
import { InvalidOption } from '../../errors.js';
import { graceProblem } from '../../inspect/rules.js';
import type { EndOptions } from './running.js';

/** @throws InvalidOption */
export function graceOf(options: EndOptions): number | undefined {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOption('the options must be an object');
  }
  const { graceMs, force } = options;
  if (graceMs !== undefined && graceProblem(graceMs) !== undefined) {
    throw new InvalidOption('graceMs must be a number of milliseconds from 0 to 3600000');
  }
  if (force !== undefined && typeof force !== 'boolean') {
    throw new InvalidOption('force must be true or false');
  }
  return force ? 0 : graceMs;
}
