/** A command. Each has a file of its own, and `index.ts` lists them. */
import type { Flag } from '../flags/flag.js';
import type { RawArguments } from '../parse.js';

export interface Command {
  /** What follows `memtop`. */
  readonly usage: string;
  /** The same for another way to call it. */
  readonly otherUsage?: string;
  /** What it does, in a few sentences. */
  readonly about: string;
  /** Its own flags, besides --help and --version. */
  readonly flags: readonly Flag[];
  readonly examples: readonly string[];
  /** Possible arguments, for completion. */
  readonly choices?: readonly string[];
  /**
   * @returns memtop's exit code
   * @throws UsageError
   */
  run(raw: RawArguments, environment: NodeJS.ProcessEnv): Promise<number>;
}

/** A command that is loaded on demand. */
interface ListedCommand {
  readonly summary: string;
  load(): Promise<Command>;
}

/** Commands by their names. */
export type Commands = Readonly<Record<string, ListedCommand>>;
