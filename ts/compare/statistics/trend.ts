/** Whether values rise or fall in their order: the Mann-Kendall test. */

/** With fewer values no order is significant. */
const fewest = 5;

/** The probability of an order that is at least this monotonic, in either direction, by chance. */
export function trendTest(values: readonly number[]): number {
  const count = values.length;
  if (count < fewest) return 1;
  const pairs = (count * (count - 1)) / 2;
  let falling = 0;
  for (let one = 0; one < count; one += 1) {
    for (let other = one + 1; other < count; other += 1) {
      const difference = (values[one] as number) - (values[other] as number);
      falling += difference > 0 ? 1 : difference === 0 ? 0.5 : 0;
    }
  }
  const tail = Math.ceil(Math.min(falling, pairs - falling));
  const below = inversions(count)
    .slice(0, tail + 1)
    .reduce((sum, share) => sum + share, 0);
  return Math.min(1, 2 * below);
}

/** The probabilities of 0, 1, 2 … pairs out of order in a random order. */
function inversions(count: number): number[] {
  let shares = [1];
  for (let size = 2; size <= count; size += 1) {
    const next = new Array<number>(shares.length + size - 1).fill(0);
    for (const [at, share] of shares.entries()) {
      for (let more = 0; more < size; more += 1)
        next[at + more] = (next[at + more] ?? 0) + share / size;
    }
    shares = next;
  }
  return shares;
}
