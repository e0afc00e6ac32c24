/** Positional arguments of a command. */
import type { RawArguments } from './parse.js';
import { quoted } from './quoted.js';
import { UsageError } from './usage-error.js';

/** @throws UsageError where there is any */
export function refusePositionals(raw: RawArguments, command: string, advice: string): void {
  const [first] = positionalsOf(raw);
  if (first === undefined) return;
  throw new UsageError(`unexpected argument ${quoted(first)}; ${command} takes none: ${advice}`);
}

/**
 * The one argument that a command takes; undefined when none was given.
 *
 * @throws UsageError
 */
export function positionalIfGiven(
  raw: RawArguments,
  command: string,
  what: string,
): string | undefined {
  const [word, another] = positionalsOf(raw);
  if (another === undefined) return word;
  throw new UsageError(`${command} takes one ${what}, and ${quoted(another)} is a second one`);
}

function positionalsOf({ positionals, command = [] }: RawArguments): readonly string[] {
  return [...positionals, ...command];
}
