/**
 * The history of a machine's state between what is committed and what is decided. Every decision takes a mark;
 * what it changes can be read at once, is seen by readers of committed state only after {@link Timeline.commit},
 * and is undone by {@link Timeline.rollback}. Marks commit in order and roll back in reverse.
 */
export class Timeline {
  readonly #journal: JournalEntry[] = [];
  /** Entries of the journal before this one are committed already. */
  #journalStart = 0;
  #lastMark = 0;
  #recording = false;

  /** Begins a decision: changes belong to the mark that is returned, until {@link end}. */
  begin(): number {
    this.#recording = true;
    this.#lastMark += 1;
    return this.#lastMark;
  }

  /** Ends the decision. Changes made outside of one (replay) are committed as they happen. */
  end(): void {
    this.#recording = false;
  }

  /** What the decisions up to and including `mark` changed is final. */
  commit(mark: number): void {
    while (this.#journalStart < this.#journal.length) {
      const entry = this.#journal[this.#journalStart];
      if (entry === undefined || entry.mark > mark) break;
      entry.commit();
      this.#journalStart += 1;
    }
    if (this.#journalStart === this.#journal.length) {
      this.#journal.length = 0;
      this.#journalStart = 0;
    }
  }

  /** State is again as before the decision of `mark`; that decision and all after it never happened. */
  rollback(mark: number): void {
    while (this.#journal.length > this.#journalStart) {
      const entry = this.#journal[this.#journal.length - 1];
      if (entry === undefined || entry.mark < mark) break;
      entry.undo();
      this.#journal.pop();
    }
  }

  /** For the collections of this timeline: null when a change needs no history. */
  currentMark(): number | null {
    return this.#recording ? this.#lastMark : null;
  }

  /** For the collections of this timeline: how to finish or undo one change. */
  record(entry: JournalEntry): void {
    this.#journal.push(entry);
  }
}

interface JournalEntry {
  readonly mark: number;
  commit(): void;
  undo(): void;
}

/** A map on a {@link Timeline}. Values are immutable, or themselves collections of the same timeline. */
export class TimelineMap<Key, Value extends object> {
  readonly #timeline: Timeline;
  readonly #latest = new Map<Key, Value>();
  /** For keys with changes that are not committed: the values before each of them, oldest first. Null without any. */
  #former: Map<Key, FormerValue<Value>[]> | null = null;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  get size(): number {
    return this.#latest.size;
  }

  get(key: Key): Value | undefined {
    return this.#latest.get(key);
  }

  has(key: Key): boolean {
    return this.#latest.has(key);
  }

  set(key: Key, value: Value): void {
    this.#remember(key);
    this.#latest.set(key, value);
  }

  delete(key: Key): void {
    if (!this.#latest.has(key)) return;
    this.#remember(key);
    this.#latest.delete(key);
  }

  entries(): IterableIterator<[Key, Value]> {
    return this.#latest.entries();
  }

  keys(): IterableIterator<Key> {
    return this.#latest.keys();
  }

  values(): IterableIterator<Value> {
    return this.#latest.values();
  }

  /** The committed value: what a reader may be told. */
  getCommitted(key: Key): Value | undefined {
    const former = this.#former?.get(key)?.[0];
    return former === undefined ? this.#latest.get(key) : former.value;
  }

  *committedValues(): Generator<Value> {
    for (const [key, value] of this.#latest) {
      if (this.#former?.has(key) !== true) yield value;
    }
    for (const [former] of this.#former?.values() ?? []) {
      if (former?.value !== undefined) yield former.value;
    }
  }

  #remember(key: Key): void {
    const mark = this.#timeline.currentMark();
    if (mark === null) return;
    this.#former ??= new Map();
    const former = this.#former.get(key) ?? [];
    if (former.at(-1)?.mark === mark) return;
    former.push({ mark, value: this.#latest.get(key) });
    this.#former.set(key, former);
    this.#timeline.record({ mark, commit: () => this.#forget(key), undo: () => this.#restore(key) });
  }

  #forget(key: Key): void {
    const former = this.#former?.get(key);
    former?.shift();
    if (former?.length === 0) this.#drop(key);
  }

  #restore(key: Key): void {
    const former = this.#former?.get(key);
    const last = former?.pop();
    if (last?.value === undefined) this.#latest.delete(key);
    else this.#latest.set(key, last.value);
    if (former?.length === 0) this.#drop(key);
  }

  /** There are many maps, most of which do not change: a map costs, also one without entries. */
  #drop(key: Key): void {
    this.#former?.delete(key);
    if (this.#former?.size === 0) this.#former = null;
  }
}

interface FormerValue<Value> {
  readonly mark: number;
  /** Undefined: the key was not there. */
  readonly value: Value | undefined;
}
