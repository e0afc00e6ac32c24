/** The events of a run and of a tracked tree, and how a program gets them. */
import type { TaskResult } from '../../result/task.js';

/** The tree has more memory than `warn`; it goes on. */
export interface WarnEvent {
  /** What all processes have together. */
  bytes: number;
  /** The threshold; absent when it is the machine that runs out of memory. */
  thresholdBytes?: number;
  /** The same in words. */
  text: string;
}

/** The tree has more memory than `limit`: a run is being ended for it. */
export interface LimitEvent {
  /** What all processes have together. */
  bytes: number;
  /** The threshold; absent when it is the machine that runs out of memory. */
  thresholdBytes?: number;
  /** What happened and why, in words. */
  messages: readonly string[];
  /** Path of the crash dump, where one was written. */
  dumpFile?: string;
  /** Path of the summary of that dump. */
  summaryFile?: string;
}

/** A task was found in the tree: its first process has started. */
export interface TaskStartEvent {
  id: string;
  /** What named it, as in the result. */
  source: string;
  /** From the start of the run. */
  startedAtMs: number;
}

export interface GuardEvents {
  warn: WarnEvent;
  limit: LimitEvent;
}

export interface RunEvents extends GuardEvents {
  taskstart: TaskStartEvent;
  /** As in `tasks` of the result. Emitted again when more of the task is run later. */
  taskend: TaskResult;
}

export type GuardEventListener<Name extends keyof GuardEvents> = (event: GuardEvents[Name]) => void;
export type RunEventListener<Name extends keyof RunEvents> = (event: RunEvents[Name]) => void;

/**
 * Each method throws InvalidOption for an event that does not exist and for a listener that is not
 * a function. What a listener throws becomes a warning of the process.
 */
export interface Emitter<Events> {
  /** Calls a listener for each event of a name. Adding it again changes nothing. */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): this;

  /** Calls a listener for the next event of a name only. */
  once<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): this;

  /** Removes a listener. Safe to call again. */
  off<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): this;

  /**
   * The events of a name from this call on, for `for await`. Events that arrive between two steps
   * are kept. The iteration ends with the run, or when tracking has been finished.
   */
  events<Name extends keyof Events>(name: Name): AsyncIterableIterator<Events[Name]>;
}

/** What the addon reports for either. */
type Alarm = Pick<WarnEvent, 'bytes' | 'thresholdBytes'>;

export function warnEvent(text: string, { bytes, thresholdBytes }: Alarm): WarnEvent {
  return { bytes, ...(thresholdBytes !== undefined && { thresholdBytes }), text };
}

export function limitEvent(
  messages: readonly string[],
  { bytes, thresholdBytes }: Alarm,
): LimitEvent {
  return { bytes, ...(thresholdBytes !== undefined && { thresholdBytes }), messages };
}
