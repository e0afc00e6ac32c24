/** The memory of groups over time. */
const longest = 60;

export class Trends {
  #byKey = new Map<string, readonly number[]>();

  get(key: string): readonly number[] | undefined {
    return this.#byKey.get(key);
  }

  /** Adds a value for each group, and forgets groups that are gone. */
  add(groups: readonly { readonly key: string; readonly bytes: number }[]): void {
    this.#byKey = new Map(
      groups.map(({ key, bytes }) => [
        key,
        [...(this.#byKey.get(key) ?? []), bytes].slice(-longest),
      ]),
    );
  }
}
