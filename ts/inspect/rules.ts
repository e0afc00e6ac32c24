/** Rules for options of an inspector, shared by programs and the command line. */

export const defaultGraceMs = 2_000;
const longestGraceMs = 3_600_000;
const largestPid = 0xffff_ffff;

export function isPid(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0 && (value as number) <= largestPid;
}

/** What a grace period must be; undefined if this one is valid. */
export function graceProblem(value: unknown): string | undefined {
  return typeof value === 'number' && value >= 0 && value <= longestGraceMs
    ? undefined
    : 'must be a length of time such as 500ms or 2s, at most 1h';
}
