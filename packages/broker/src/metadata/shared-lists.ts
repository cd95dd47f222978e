/** Lists by their elements, one level each. */
interface Branch<Element> {
  list: readonly Element[] | null;
  readonly next: Map<Element, Branch<Element>>;
}

/**
 * One list in the place of all that hold the same. Thousands of partitions have the same few lists of replicas and
 * directories; each record brings its own copies, and they would stay for as long as the partitions.
 */
export class SharedLists<Element extends string | number> {
  readonly #root: Branch<Element> = { list: [], next: new Map() };

  /** The list that was given first with these elements. */
  shared(list: readonly Element[]): readonly Element[] {
    let branch = this.#root;
    for (const element of list) {
      let next = branch.next.get(element);
      if (next === undefined) {
        next = { list: null, next: new Map() };
        branch.next.set(element, next);
      }
      branch = next;
    }
    branch.list ??= list;
    return branch.list;
  }
}
