/** The highest of any number of values, which may be more than a call can take as arguments; 0 of none. */
export function highest(values: readonly number[]): number {
  let most = 0;
  for (const value of values) if (value > most) most = value;
  return most;
}
