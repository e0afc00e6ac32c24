/** Several commands as one run: each in a task, measured together. */
import type { AlarmRecord, SnapshotRecord } from '../../native/addon.js';
import type { CrashFiles } from '../../report/crash/messages.js';
import type { OnOutput } from '../api/pieces.js';
import type { Size } from '../size.js';
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

/** What is told of a guard. */
export interface GuardListener {
  warned(alarm: AlarmRecord): void;
  /** Everybody is being ended for it. What this gives back becomes part of the result. */
  limited(alarm: AlarmRecord): Promise<CrashFiles>;
}

/** What is known of several commands together: all but how they ended. */
export type PartOutcome = Omit<Outcome, 'exit'> & {
  /** Why they were ended, if they were. */
  stopped?: 'guard' | 'timeout' | 'aborted';
};

export interface Session {
  task(options: Guarded, listener: GuardListener): SessionTask;
  /** Ends everybody, who may take so long to end by themselves. */
  stop(graceMs?: number): void;
  snapshot(): SnapshotRecord | undefined;
  /** Shows lines below what the commands write, where there is a terminal for that. */
  show(lines: string[]): void;
  /** How large that terminal is; undefined where there is none, or not any more. */
  viewSize(): ViewSize | undefined;
  /** Writes between the lines of the commands; `false` where nothing can be shown. */
  write(bytes: Uint8Array): boolean;
  /** How often somebody wanted the commands to end, by a signal to this process. */
  interrupts(): number;
  /** Ends the measuring, once all commands have ended. */
  finish(): Promise<PartOutcome>;
}

export type SessionCommand = Pick<Start, 'command' | 'cwd' | 'env' | 'streams' | 'size'>;

export interface SessionTask {
  /** @throws InvalidOption for what only the addon finds, such as a folder that is not there */
  start(command: SessionCommand, onOutput?: OnOutput): Execution;
  snapshot(): SnapshotRecord | undefined;
  /** Ends everybody in it. */
  stop(graceMs?: number): void;
  /** Closes it, once its commands have ended. */
  finish(): Promise<PartOutcome>;
}
