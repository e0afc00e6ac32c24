/** A running command, measured or not. */
import type { FoundTaskState, SnapshotRecord } from '../../native/addon.js';
import type { Outcome } from './outcome.js';

export interface ViewSize {
  readonly columns: number;
  readonly rows: number;
}

export interface Execution extends Screen {
  /** Absent when the command did not start. */
  readonly pid?: number | undefined;
  /** Ends the command and all its descendants: with SIGTERM, and with SIGKILL after the grace. */
  stop(graceMs?: number): void;
  /** The state of each task that was found. */
  tasks(): FoundTaskState[];
  /** Undefined when the run is over or not measured. */
  snapshot(): SnapshotRecord | undefined;
  readonly outcome: Promise<Outcome>;
}

/**
 * What this program can do with the terminal of a command. Without one each method does nothing.
 */
export interface Screen {
  /** Shows lines below the output of the command. */
  show(lines: string[]): void;
  /** Writes a line between the lines of the output; `false` where there is no window for it. */
  say(text: string): boolean;
  /** The size of the window; undefined where there is none. */
  viewSize(): ViewSize | undefined;
  /** Types into a terminal that this program alone draws. */
  typeIn(bytes: Uint8Array): void;
  /** Resizes that terminal. */
  resize(size: ViewSize): void;
}

export function screenOf(screen: Screen): Screen {
  return {
    show: (lines) => screen.show(lines),
    say: (text) => screen.say(text),
    viewSize: () => screen.viewSize(),
    typeIn: (bytes) => screen.typeIn(bytes),
    resize: (size) => screen.resize(size),
  };
}

export const noScreen: Screen = {
  show: () => {},
  say: () => false,
  viewSize: () => undefined,
  typeIn: () => {},
  resize: () => {},
};

/** A command that could not be started. */
export function notStarted(code: number, message: string): Execution {
  return {
    ...noScreen,
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
