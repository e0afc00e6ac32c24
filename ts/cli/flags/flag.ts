/** What a flag is. Each is a row of a table beside this file. */

interface Described {
  /** Without the dashes. */
  readonly name: string;
  /** One letter, without the dash. */
  readonly short?: string;
  /** The environment variable that sets it, too; the flag comes first. */
  readonly variable?: string;
  /** What it does, for the help. */
  readonly summary: string;
}

/** There or not. */
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

export type Flag = Switch | Valued<unknown>;
