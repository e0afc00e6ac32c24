/** What task runners record of their tasks, in one form for all runners. */
import type { Task } from '../../result/types.js';

/** The variables that a command was started with. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Start and end, in milliseconds since 1970. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** A task as its runner has recorded it. */
export interface RecordedTask extends Span {
  /** The name that memtop gives it. */
  readonly id: string;
  /** The task runner. */
  readonly source: string;
  /** Where its output came from; absent when it ran. */
  readonly cache?: 'local' | 'remote';
  /** Its exit code where that was recorded; null where only the failure was. */
  readonly code?: number | null;
}

/** What is read: the records of a run. */
export interface RecordQuery {
  /** Where the run was started. */
  readonly folder: string;
  readonly environment: Environment;
  readonly span: Span;
  /** The tasks that were seen. */
  readonly tasks: readonly Task[];
}

/** A task runner, or several with the same files, that records its tasks. */
export interface Recorder {
  /** Its name as the `source` of tasks and as a word of command lines. */
  readonly sources: readonly string[];
  /** A workspace has one of these files. */
  readonly files: readonly string[];
  /** Loaded with memtop itself, whose package may be gone when it is called. */
  readonly read: (query: RecordQuery) => Promise<RecordedTask[]>;
}

/** Times are of the wall clock, which may be adjusted while a command runs. */
const slackMs = 50;

/** What lies outside belongs to another run, such as the previous one. */
export function isWithin({ startMs, endMs }: Span, outer: Span): boolean {
  return startMs <= endMs && startMs >= outer.startMs - slackMs && endMs <= outer.endMs + slackMs;
}
