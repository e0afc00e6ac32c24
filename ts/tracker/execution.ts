/** A command that is running, measured or not. */
import type { SnapshotRecord } from '../native/addon.js';
import type { Outcome } from './outcome.js';

export interface Execution {
  /** Absent when it did not start. */
  readonly pid?: number | undefined;
  /** Ends everything that belongs to it, which may take so long to end by itself. */
  stop(graceMs?: number): void;
  /** How things are; nothing without measuring. */
  snapshot(): SnapshotRecord | undefined;
  readonly outcome: Promise<Outcome>;
}

/** What became of a command that could not be started. */
export function notStarted(code: number, message: string): Execution {
  return {
    stop: () => {},
    snapshot: () => undefined,
    outcome: Promise.resolve({
      exit: { code, signal: null, cause: 'not-started', message },
      durationMs: 0,
      measured: { unavailable: 'the command did not start' },
      remarks: [],
    }),
  };
}
