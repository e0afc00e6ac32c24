/** What task runners wrote down of something that has just ended, read where there may be any such. */
import type { Environment } from './environment.js';
import type { RecordedTask } from './record.js';
import { mayHaveRecords, type Ran } from './worth.js';

/** `startMs` is when it began, in milliseconds since 1970. */
export async function recordsOf(
  ran: Ran,
  startMs: number,
  environment: Environment,
): Promise<readonly RecordedTask[]> {
  if (!mayHaveRecords(ran)) return [];
  try {
    const { recordsSince } = await import('./read.js');
    return await recordsSince(startMs, ran.run.cwd ?? '.', environment, ran.tasks);
  } catch {
    // Files of others may be as they like, and the result is complete without them.
    return [];
  }
}
