/** Names for runs that sort by time and do not collide. */
import { randomBytes } from 'node:crypto';

/** Such as `20261120-140702-3f9a2c`. */
export function newRunId(at: Date): string {
  const [date, time] = at.toISOString().replaceAll(/[-:]/g, '').split(/[T.]/);
  return `${date}-${time}-${randomBytes(3).toString('hex')}`;
}
