/** Ids of runs: they sort by time and do not collide. */

/** Such as `20261120-140702-3f9a2c`. */
export function newRunId(at: Date): string {
  const [date, time] = at.toISOString().replaceAll(/[-:]/g, '').split(/[T.]/);
  // An id is no secret, so Math.random does; loading node:crypto takes 3 ms.
  const random = Math.floor(Math.random() * 0x1000000);
  return `${date}-${time}-${random.toString(16).padStart(6, '0')}`;
}
