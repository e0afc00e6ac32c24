/** Rounds to microseconds, the precision of the clocks behind these figures. */
export function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
