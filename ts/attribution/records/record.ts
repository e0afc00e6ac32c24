/** What task runners write down of their tasks, whichever wrote it. */
/** When a run began and when it was over, in milliseconds since 1970. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** One task as its runner tells of it. */
export interface RecordedTask extends Span {
  /** As memtop calls it. */
  readonly id: string;
  readonly source: 'nx' | 'lerna' | 'turbo';
  /** Where its output came from; absent when it ran. */
  readonly cache?: 'local' | 'remote';
  /** Its exit code, where one was written down; null where all that is told is that it failed. */
  readonly code?: number | null;
}

/** By the wall clock, which may be set a little while a command runs. */
const slackMs = 50;

/** What lies outside of it is of another run, such as the one before. */
export function isWithin({ startMs, endMs }: Span, outer: Span): boolean {
  return startMs <= endMs && startMs >= outer.startMs - slackMs && endMs <= outer.endMs + slackMs;
}
