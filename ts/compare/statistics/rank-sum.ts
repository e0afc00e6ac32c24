/**
 * The Mann-Whitney test: whether the values of one group tend to be larger than those of another.
 * It uses their order alone, so it makes no assumption about their distribution.
 */
import { normalBelow } from './normal.js';

/** Above this many values the normal distribution is close enough. */
const manyValues = 100;

/**
 * The probability of a U of at most `u` if both groups have the same distribution. U counts the
 * pairs in which the value of the first group is the larger one.
 */
export function rankSumBelow(u: number, first: number, second: number): number {
  const pairs = first * second;
  if (u < 0) return 0;
  if (u >= pairs) return 1;
  if (first + second > manyValues) {
    const deviation = Math.sqrt((pairs * (first + second + 1)) / 12);
    return normalBelow((Math.floor(u) + 0.5 - pairs / 2) / deviation);
  }
  return sharesBelow(first, second)[Math.floor(u)] as number;
}

const known = new Map<string, readonly number[]>();

/** For each U, the share of all orders with that U or less. */
function sharesBelow(first: number, second: number): readonly number[] {
  const key = `${first} ${second}`;
  const found = known.get(key);
  if (found) return found;
  const ways = waysOf(first, second);
  const total = ways.reduce((sum, count) => sum + count, 0);
  let sum = 0;
  const shares = ways.map((count) => {
    sum += count;
    return sum / total;
  });
  known.set(key, shares);
  return shares;
}

/** In how many orders of all values U is 0, 1, 2 …: the coefficients of a Gaussian binomial. */
function waysOf(first: number, second: number): number[] {
  let ways = [1];
  for (let step = 1; step <= first; step += 1) {
    ways = dividedBy(timesOneMinus(ways, second + step), step);
  }
  return ways.slice(0, first * second + 1);
}

/** The polynomial times 1 - q^power. */
function timesOneMinus(polynomial: readonly number[], power: number): number[] {
  return Array.from(
    { length: polynomial.length + power },
    (_, at) => (polynomial[at] ?? 0) - (polynomial[at - power] ?? 0),
  );
}

/** The polynomial divided by 1 - q^power, which must divide it. */
function dividedBy(polynomial: readonly number[], power: number): number[] {
  const quotient: number[] = [];
  for (let at = 0; at < polynomial.length - power; at += 1) {
    quotient.push((polynomial[at] ?? 0) + (quotient[at - power] ?? 0));
  }
  return quotient;
}

/** The probability of an order that is at least this uneven, to either side, by chance. */
export function rankSumTest(first: readonly number[], second: readonly number[]): number {
  const pairs = first.length * second.length;
  let u = 0;
  for (const one of first) {
    for (const other of second) u += one > other ? 1 : one === other ? 0.5 : 0;
  }
  const tail = Math.ceil(Math.min(u, pairs - u));
  return Math.min(1, 2 * rankSumBelow(tail, first.length, second.length));
}
