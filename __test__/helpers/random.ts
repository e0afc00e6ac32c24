/** Random numbers that are the same in every run of a test. */

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to below 1. */
  uniform(): number {
    // A permuted Weyl sequence: each step differs, and the multiplications spread it.
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  }

  normal(mean = 0, deviation = 1): number {
    const size = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return mean + deviation * size * Math.cos(2 * Math.PI * this.uniform());
  }

  normals(count: number, mean = 0, deviation = 1): number[] {
    return Array.from({ length: count }, () => this.normal(mean, deviation));
  }

  /** Mostly near 0 and sometimes far above, like times and peaks of builds. */
  skewed(): number {
    return -Math.log(1 - this.uniform());
  }

  integer(below: number): number {
    return Math.floor(this.uniform() * below);
  }
}
