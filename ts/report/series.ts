/** Aligns timelines, each of which was thinned out at times of its own. */

interface Timeline {
  readonly atMs: readonly number[];
  readonly bytes: readonly number[];
}

/** The values at these times: the highest since the time before; undefined outside the timeline. */
export function valuesAt(
  times: readonly number[],
  { atMs, bytes }: Timeline,
): (number | undefined)[] {
  let next = 0;
  let last: number | undefined;
  return times.map((time) => {
    let highest: number | undefined;
    for (; next < atMs.length && (atMs[next] ?? 0) <= time; next += 1) {
      last = bytes[next] ?? 0;
      highest = Math.max(highest ?? 0, last);
    }
    return highest ?? (next < atMs.length ? last : undefined);
  });
}
