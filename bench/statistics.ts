/** What the benches make of repeated measurements. */

/** Robust against the runs that something else on the machine disturbed. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new Error('there is no median of nothing');
  return (lower + upper) / 2;
}

/** Closest to what the program itself needs: disturbances only ever add. */
export function minimum(values: readonly number[]): number {
  if (values.length === 0) throw new Error('there is no minimum of nothing');
  return Math.min(...values);
}
