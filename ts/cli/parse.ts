/** The first of three stages: from arguments to raw values, which are not interpreted yet. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { Flag } from './flags/flag.js';
import { nearest } from './nearest.js';
import { quoted } from './quoted.js';
import { UsageError } from './usage-error.js';

export interface RawArguments {
  /** By flag name; true for a switch, false for one that is switched off. The last value wins. */
  readonly values: ReadonlyMap<string, string | boolean>;
  /** All values of a flag, in order. */
  readonly repeated: ReadonlyMap<string, readonly string[]>;
  /** Positional arguments before `--`. */
  readonly positionals: readonly string[];
  /** The arguments after `--`; undefined without `--`. */
  readonly command: readonly string[] | undefined;
}

/** @throws UsageError */
export function parse(argv: readonly string[], flags: readonly Flag[]): RawArguments {
  const end = argv.indexOf('--');
  const values = new Map<string, string | boolean>();
  const repeated = new Map<string, string[]>();
  const positionals: string[] = [];
  const own = end < 0 ? argv : argv.slice(0, end);
  const { tokens } = parseArgs({
    args: [...own],
    options: Object.fromEntries(flags.map(optionOf)),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    // The arguments end before `--`, so this one comes from a group such as `-f-`.
    if (token.kind === 'option-terminator') throw unknown(own[token.index] ?? '', flags);
    if (token.kind !== 'option') continue;
    const { flag, isNegated } = find(token.name, own[token.index] ?? token.rawName, flags);
    if (flag.value === undefined || isNegated) {
      if (token.inlineValue) throw new UsageError(`${token.rawName} takes no value`);
      values.set(flag.name, !isNegated);
      continue;
    }
    const { value } = token;
    // A flag in place of the value means a missing value; a negative number is a wrong value.
    if (value === undefined || (!token.inlineValue && /^--?[a-z]/i.test(value))) {
      throw new UsageError(`--${flag.name} needs a value: --${flag.name} ${flag.value}`);
    }
    values.set(flag.name, value);
    repeated.set(flag.name, [...(repeated.get(flag.name) ?? []), value]);
  }
  return { values, repeated, positionals, command: end < 0 ? undefined : argv.slice(end + 1) };
}

type Option = NonNullable<ParseArgsConfig['options']>[string];

function optionOf({ name, short, value }: Flag): [string, Option] {
  const type = value === undefined ? 'boolean' : 'string';
  return [name, short === undefined ? { type } : { type, short }];
}

/** The flag of that name, or the switch that it switches off: `--no-quiet`, and `--guard`. */
function find(name: string, spelled: string, flags: readonly Flag[]) {
  const named = flags.find((flag) => flag.name === name);
  if (named) return { flag: named, isNegated: false };
  const opposite = name.startsWith('no-') ? name.slice('no-'.length) : `no-${name}`;
  const negated = flags.find((flag) => flag.name === opposite && flag.value === undefined);
  if (negated && name.length > 1) return { flag: negated, isNegated: true };
  const [, letter] = /^-([^-])=/.exec(spelled) ?? [];
  const isSwitch = flags.find(({ short, value }) => short === letter && value === undefined);
  if (letter !== undefined && isSwitch) throw new UsageError(`-${letter} takes no value`);
  throw unknown(spelled, flags);
}

function unknown(word: string, flags: readonly Flag[]): UsageError {
  const [spelled = word] = word.split('=');
  const meant = nearest(
    spelled.replace(/^-+/, ''),
    flags.map((flag) => flag.name),
  );
  const advice = meant ? `did you mean --${meant}?` : 'memtop --help lists the flags';
  return new UsageError(`unknown flag ${quoted(spelled)}; ${advice}`);
}
