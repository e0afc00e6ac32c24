/** What the benches make of repeated measurements. */

/** What this share of the values is at most. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  const place = (sorted.length - 1) * share;
  const [lower, upper] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  if (upper === undefined || lower === undefined) {
    throw new Error('there is no quantile of nothing');
  }
  return lower + (upper - lower) * (place - Math.floor(place));
}

/** Closest to what the program itself needs: disturbances only ever add. */
export function minimum(values: readonly number[]): number {
  if (values.length === 0) throw new Error('there is no minimum of nothing');
  return Math.min(...values);
}
