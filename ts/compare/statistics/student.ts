/** Student's t-distribution, of means of few values. */
import { bisected } from './normal.js';

/** The probability of a value of at most `t`; the closed form for whole degrees of freedom. */
export function studentBelow(t: number, freedom: number): number {
  const angle = Math.atan2(t, Math.sqrt(freedom));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const isOdd = freedom % 2 === 1;
  let [term, sum] = isOdd ? [cosine, freedom > 1 ? cosine : 0] : [1, 1];
  for (let index = isOdd ? 3 : 2; index < freedom - 1; index += 2) {
    term *= ((index - 1) / index) * cosine * cosine;
    sum += term;
  }
  const within = isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
  return 0.5 + within / 2;
}

/** The value that is not exceeded with this probability. */
export function studentQuantile(probability: number, freedom: number): number {
  return bisected((t) => studentBelow(t, freedom), probability, -1e6, 1e6);
}
