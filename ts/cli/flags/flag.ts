/**
 * What a flag is. Each is a row beside this file, and those of runs are in a table there, by the
 * name of the option that they set: parser, help, options and config are made from these tables.
 */

interface Described {
  /** Without the dashes. */
  readonly name: string;
  /** One letter, without the dash. */
  readonly short?: string;
  /** The environment variable that sets it as well; the flag takes precedence. */
  readonly variable?: string;
  /** What it does, for the help. */
  readonly summary: string;
  /** Whether the config has no key for it. */
  readonly isFlagOnly?: true;
}

/** Takes no value. One whose name begins with `no-` switches its option off. */
export interface Switch extends Described {
  readonly value?: never;
}

/** Takes a value. */
export interface Valued<T> extends Described {
  /** What stands for the value in the help. */
  readonly value: string;
  /** @throws UsageError, without naming the flag */
  read(text: string): T;
}

/** Takes a value each time it is given, and all of them count. */
export interface Repeatable<T> extends Valued<T> {
  readonly isRepeatable: true;
}

export type Flag = Switch | Valued<unknown> | Repeatable<unknown>;

/** Flags by the name of the option that each sets. */
export type FlagTable = Readonly<Record<string, Flag>>;

/** What the flags of a table set. */
export type OptionsOf<Table extends FlagTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Repeatable<infer T>
    ? readonly T[]
    : Table[Name] extends Valued<infer T>
      ? T | undefined
      : boolean;
};

export function isNegative({ name, value }: Flag): boolean {
  return value === undefined && name.startsWith('no-');
}

/** `limitExitCode` for `limit-exit-code`, and `guard` for `no-guard`. */
export function configKeyOf(flag: Flag): string {
  const name = isNegative(flag) ? flag.name.slice('no-'.length) : flag.name;
  return name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
