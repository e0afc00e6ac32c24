/** What groups of processes have had, for as long as they are there. */
const longest = 60;

export class Trends {
  #byKey = new Map<string, readonly number[]>();

  get(key: string): readonly number[] | undefined {
    return this.#byKey.get(key);
  }

  /** Takes in a look at all groups; those that are gone are forgotten. */
  add(groups: readonly { readonly key: string; readonly bytes: number }[]): void {
    this.#byKey = new Map(
      groups.map(({ key, bytes }) => [
        key,
        [...(this.#byKey.get(key) ?? []), bytes].slice(-longest),
      ]),
    );
  }
}
