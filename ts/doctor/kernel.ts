/** How accurate the kernel's counts of resident memory are. */

/**
 * Since 6.2 a process's counts are kept per CPU, and a reader saw them without what the CPUs had
 * not handed over yet (kernel commit f1a7941243c1). With 82241a83cd15 `statm` adds those up. That
 * came with 6.16, and to older lines with these releases.
 */
const correctedSince: Readonly<Record<string, number>> = { '6.6': 99, '6.12': 39, '6.15': 7 };

/** File, anonymous and shared pages are counted separately. */
const counters = 3;

/**
 * By how many bytes the resident memory of a process may be wrong; 0 when it is exact, undefined
 * when the release is not in the form that Linux gives it.
 */
export function residentErrorBytes(
  release: string,
  cpus: number,
  pageBytes: number,
): number | undefined {
  const [, major, minor, patch] = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(release)?.map(Number) ?? [];
  if (major === undefined || minor === undefined) return undefined;
  const isBefore = (otherMajor: number, otherMinor: number) =>
    major < otherMajor || (major === otherMajor && minor < otherMinor);
  if (isBefore(6, 2)) {
    // Each thread hands over after 64 changes (SPLIT_RSS_COUNTING); this is for one.
    return counters * 64 * pageBytes;
  }
  const corrected = correctedSince[`${major}.${minor}`] ?? Number.POSITIVE_INFINITY;
  if (!isBefore(6, 16) || (patch || 0) >= corrected) return 0;
  // A CPU hands over when it has as many pages as percpu_counter_batch says.
  return counters * cpus * Math.max(32, 2 * cpus) * pageBytes;
}
