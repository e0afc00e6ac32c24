/** What task runners record of their tasks, in one form for all runners. */
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
  readonly source: 'nx' | 'lerna' | 'turbo';
  /** Where its output came from; absent when it ran. */
  readonly cache?: 'local' | 'remote';
  /** Its exit code where that was recorded; null where only the failure was. */
  readonly code?: number | null;
}

/** Times are of the wall clock, which may be adjusted while a command runs. */
const slackMs = 50;

/** What lies outside belongs to another run, such as the previous one. */
export function isWithin({ startMs, endMs }: Span, outer: Span): boolean {
  return startMs <= endMs && startMs >= outer.startMs - slackMs && endMs <= outer.endMs + slackMs;
}
