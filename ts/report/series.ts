/** Puts courses of memory beside one another: each was thinned out at times of its own. */

interface Timeline {
  readonly atMs: readonly number[];
  readonly bytes: readonly number[];
}

/** What there was at these times: the highest since the time before; undefined where it was not there. */
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
