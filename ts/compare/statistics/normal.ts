/** The normal distribution. */

/** The probability of at most `x`. Abramowitz and Stegun 7.1.26 is good to 1.5e-7 only. */
export function normalBelow(x: number): number {
  const size = Math.abs(x);
  if (size > 38) return x > 0 ? 1 : 0;
  const tail = size < 3 ? 0.5 - central(size) : upperTail(size);
  return x > 0 ? 1 - tail : tail;
}

/** From 0 to x, by a series that converges fast where x is small. */
function central(x: number): number {
  let [term, sum] = [x, x];
  for (let index = 1; Math.abs(term) > 1e-17; index += 1) {
    term *= (x * x) / (2 * index + 1);
    sum += term;
  }
  return sum * density(x);
}

/** Above x, by a continued fraction that converges fast where x is large. */
function upperTail(x: number): number {
  let fraction = x;
  for (let index = 60; index > 0; index -= 1) fraction = x + index / fraction;
  return density(x) / fraction;
}

function density(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}

/** The value that is not exceeded with this probability. */
export function normalQuantile(probability: number): number {
  return bisected(normalBelow, probability, -38, 38);
}

/** The argument at which a rising function has this value. */
export function bisected(
  rising: (x: number) => number,
  value: number,
  from: number,
  to: number,
): number {
  let [low, high] = [from, to];
  for (let step = 0; step < 100; step += 1) {
    const middle = (low + high) / 2;
    if (rising(middle) < value) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
