/** Microseconds are as exact as the clocks behind these figures. */
export function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
