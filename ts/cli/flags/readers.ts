/** Reads values of flags, by the same rules as the API. */
import { type Rule, sizeProblem } from '../../tracker/rules.js';
import { parseSize, type Size } from '../../tracker/size.js';
import { UsageError } from '../usage-error.js';

/** @throws UsageError that says what the value must be */
export function allowed<T>(value: T, rule: Rule): T {
  const problem = rule(value);
  if (problem !== undefined) throw new UsageError(problem);
  return value;
}

/** @throws UsageError that says which numbers there can be */
export function readCount(text: string, least: number, most: number): number {
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (count >= least && count <= most) return count;
  throw new UsageError(`must be a whole number from ${least} to ${most}`);
}

/** @throws UsageError that says what a percentage is */
export function readPercent(text: string): number {
  const [, number] = /^(\d+(?:\.\d+)?)\s*%?$/.exec(text) ?? [];
  if (number === undefined) throw new UsageError('must be a percentage such as 10 or 7.5%');
  return Number(number);
}

/** @throws UsageError that says what a size is */
export function readSize(text: string): Size {
  const size = parseSize(text);
  if (size !== undefined) return size;
  const isTooMuch = text.endsWith('%') && Number(text.slice(0, -1)) > 100;
  throw new UsageError(isTooMuch ? 'must be at most 100%' : `${sizeProblem(text)}`);
}

/**
 * A size in bytes, not a percentage.
 *
 * @throws UsageError that says what a size is
 */
export function readBytes(text: string): number {
  const size = parseSize(text);
  if (typeof size !== 'number') throw new UsageError('must be a size such as 500M or 1.5G');
  return size;
}

/** Reads text that must not be empty; `what` it names is for the message. */
export function readName(what: string): (text: string) => string {
  return (text) => {
    if (text === '') throw new UsageError(`must name ${what}`);
    return text;
  };
}
