/**
 * Things to look at again, each no later than a given monotonic time. Looking early is harmless, so moving a
 * deadline further away (a heartbeat) costs nothing: the old time stays and its owner schedules anew when woken.
 */
export class Deadlines<Key> {
  readonly #heap: { readonly atMs: number; readonly key: Key }[] = [];
  readonly #scheduled = new Map<Key, number>();

  /** `key` is due at `atMs`, unless it is due earlier already. */
  schedule(key: Key, atMs: number): void {
    const scheduled = this.#scheduled.get(key);
    if (scheduled !== undefined && scheduled <= atMs) return;
    this.#scheduled.set(key, atMs);
    this.#push(atMs, key);
  }

  /** When the next key is due; null when none is scheduled. */
  nextMs(): number | null {
    this.#dropOutdated();
    return this.#heap[0]?.atMs ?? null;
  }

  /** Takes one key whose time has come; undefined when there is none. */
  takeDue(nowMs: number): Key | undefined {
    this.#dropOutdated();
    const first = this.#heap[0];
    if (first === undefined || first.atMs > nowMs) return undefined;
    this.#pop();
    this.#scheduled.delete(first.key);
    return first.key;
  }

  /** A key that was brought forward leaves its later entry behind. */
  #dropOutdated(): void {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (this.#scheduled.get(first.key) === first.atMs) return;
      this.#pop();
    }
  }

  #push(atMs: number, key: Key): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push({ atMs, key });
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.#timeAt(parent) <= atMs) break;
      this.#swap(parent, index);
      index = parent;
    }
  }

  #pop(): void {
    const heap = this.#heap;
    this.#swap(0, heap.length - 1);
    heap.pop();
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      let smallest = this.#timeAt(left) < this.#timeAt(index) ? left : index;
      if (this.#timeAt(right) < this.#timeAt(smallest)) smallest = right;
      if (smallest === index) return;
      this.#swap(index, smallest);
      index = smallest;
    }
  }

  #timeAt(index: number): number {
    return this.#heap[index]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  #swap(a: number, b: number): void {
    const first = this.#heap[a];
    const second = this.#heap[b];
    if (first === undefined || second === undefined) return;
    this.#heap[a] = second;
    this.#heap[b] = first;
  }
}
