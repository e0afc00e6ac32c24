/** A command that is running, measured or not. */
import type { FoundTaskState, SnapshotRecord } from '../../native/addon.js';
import type { Outcome } from './outcome.js';

export interface ViewSize {
  readonly columns: number;
  readonly rows: number;
}

export interface Execution {
  /** Absent when it did not start. */
  readonly pid?: number | undefined;
  /** Ends everything that belongs to it, which may take so long to end by itself. */
  stop(graceMs?: number): void;
  /** How the tasks are that were found in it. */
  tasks(): FoundTaskState[];
  /** How things are; nothing without measuring. */
  snapshot(): SnapshotRecord | undefined;
  /** Shows lines below its output, where its terminal has a place for them. */
  show(lines: string[]): void;
  /** Says something between the lines of its output; `false` where there is no such place. */
  say(text: string): boolean;
  /** How large the terminal is that has one. */
  viewSize(): ViewSize | undefined;
  /** Types into its terminal, where that is only shown by this program. */
  typeIn(bytes: Uint8Array): void;
  /** Makes that terminal so large. */
  resize(size: ViewSize): void;
  readonly outcome: Promise<Outcome>;
}

/** What its terminal has to do with this program. */
export type Seen = Pick<Execution, 'show' | 'say' | 'viewSize' | 'typeIn' | 'resize'>;

export const unseen: Seen = {
  show: () => {},
  say: () => false,
  viewSize: () => undefined,
  typeIn: () => {},
  resize: () => {},
};

/** What became of a command that could not be started. */
export function notStarted(code: number, message: string): Execution {
  return {
    ...unseen,
    stop: () => {},
    tasks: () => [],
    snapshot: () => undefined,
    outcome: Promise.resolve({
      exit: { code, signal: null, cause: 'not-started', message },
      durationMs: 0,
      measured: { unavailable: 'the command did not start' },
      remarks: [],
    }),
  };
}
