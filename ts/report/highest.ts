/** The highest of any number of values, which `Math.max(...values)` cannot take; 0 of none. */
export function highest(values: readonly number[]): number {
  let most = 0;
  for (const value of values) if (value > most) most = value;
  return most;
}
