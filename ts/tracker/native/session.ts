/** Several commands as one run: each in a task, measured together. */
import type { SnapshotRecord } from '../../native/addon.js';
import type { OnOutput } from '../api/pieces.js';
import type { Size } from '../size.js';
import type { GuardListener } from './alarms.js';
import type { Execution, ViewSize } from './execution.js';
import type { Outcome } from './outcome.js';
import type { Start } from './start.js';

export type SessionStart = Omit<
  Start,
  'command' | 'cwd' | 'env' | 'streams' | 'size' | 'samplesFile'
>;

export interface Guarded {
  warn?: Size | undefined;
  limit?: Size | undefined;
  guard?: boolean | undefined;
}

/** The outcome of several commands together: all but how they ended. */
export type PartOutcome = Omit<Outcome, 'exit'> & {
  /** Why memtop ended them; absent where it did not. */
  stopped?: 'guard' | 'timeout' | 'aborted';
};

export interface Session {
  task(options: Guarded, listener: GuardListener): SessionTask;
  /** Ends all processes: with SIGTERM, and with SIGKILL after the grace. */
  stop(graceMs?: number): void;
  snapshot(): SnapshotRecord | undefined;
  /** Shows lines below the output of the commands, on a terminal. */
  show(lines: string[]): void;
  /** The size of that terminal; undefined where there is none, or it is gone. */
  viewSize(): ViewSize | undefined;
  /** Writes between the lines of the output; `false` where nothing can be shown. */
  write(bytes: Uint8Array): boolean;
  /** How many signals to this process have asked for the commands to end. */
  interrupts(): number;
  /** Stops measuring. To be called once all commands have ended. */
  finish(): Promise<PartOutcome>;
}

export type SessionCommand = Pick<Start, 'command' | 'cwd' | 'env' | 'streams' | 'size'>;

export interface SessionTask {
  /** @throws InvalidOption for what only the addon finds, such as a folder that does not exist */
  start(command: SessionCommand, onOutput?: OnOutput): Execution;
  snapshot(): SnapshotRecord | undefined;
  /** Ends all of its processes. */
  stop(graceMs?: number): void;
  /** Closes the task. To be called once its commands have ended. */
  finish(): Promise<PartOutcome>;
}
