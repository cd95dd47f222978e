/** Finds what changed in a list since it was last looked at. */
export class ChangedByKey<T> {
  readonly #keyOf: (item: T) => string;
  #texts: Map<string, string>;

  constructor(keyOf: (item: T) => string, items: readonly T[]) {
    this.#keyOf = keyOf;
    this.#texts = new Map(items.map((item) => [keyOf(item), JSON.stringify(item)]));
  }

  /** The items that are new or differ, and the keys that are gone. */
  update(items: readonly T[]): { changed: T[]; removed: string[] } {
    const before = this.#texts;
    const now = new Map(items.map((item) => [this.#keyOf(item), JSON.stringify(item)]));
    this.#texts = now;
    return {
      changed: items.filter((item) => before.get(this.#keyOf(item)) !== now.get(this.#keyOf(item))),
      removed: [...before.keys()].filter((key) => !now.has(key)),
    };
  }
}
