/** The first of three stages: from arguments to raw values. Nothing is interpreted here. */
import type { Flag } from './flags/flag.js';
import { nearest } from './nearest.js';
import { quoted } from './quoted.js';
import { UsageError } from './usage-error.js';

export interface RawArguments {
  /** By flag name; true for a switch. The last one counts. */
  readonly values: ReadonlyMap<string, string | true>;
  /** All values of a flag, in their order. */
  readonly repeated: ReadonlyMap<string, readonly string[]>;
  /** What stands before `--` and is no flag. */
  readonly words: readonly string[];
  /** What stands after `--`; undefined without one. */
  readonly command: readonly string[] | undefined;
}

/** @throws UsageError */
export function parse(argv: readonly string[], flags: readonly Flag[]): RawArguments {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  const values = new Map<string, string | true>();
  const repeated = new Map<string, string[]>();
  const words: string[] = [];

  for (let index = 0; index < own.length; index += 1) {
    const argument = own[index] as string;
    if (!argument.startsWith('-') || argument === '-') {
      words.push(argument);
      continue;
    }
    const [spelled, ...rest] = argument.split('=') as [string, ...string[]];
    const flag = find(spelled, flags);
    const attached = rest.length > 0 ? rest.join('=') : undefined;
    if (flag.value === undefined) {
      if (attached !== undefined) throw new UsageError(`--${flag.name} takes no value`);
      values.set(flag.name, true);
      continue;
    }
    const value = attached ?? own[++index];
    // A flag in the value's place is a forgotten value; a negative number is a wrong one.
    if (value === undefined || /^--?[a-z]/i.test(value)) {
      throw new UsageError(`--${flag.name} needs a value: --${flag.name} ${flag.value}`);
    }
    values.set(flag.name, value);
    repeated.set(flag.name, [...(repeated.get(flag.name) ?? []), value]);
  }
  return { values, repeated, words, command: end < 0 ? undefined : argv.slice(end + 1) };
}

function find(spelled: string, flags: readonly Flag[]): Flag {
  const flag = flags.find(
    ({ name, short }) => spelled === `--${name}` || (short && spelled === `-${short}`),
  );
  if (flag) return flag;
  const meant = nearest(
    spelled.replace(/^-+/, ''),
    flags.map(({ name }) => name),
  );
  const advice = meant ? `did you mean --${meant}?` : 'memtop --help lists the flags';
  throw new UsageError(`unknown flag ${quoted(spelled)}; ${advice}`);
}
