/** One commit as Burrow stores it. */
export interface Commit {
  /** The committed offset: the next one the group will read. */
  readonly offset: number;
  /** The commit record's own offset in `__consumer_offsets`; decides which of two commits is newer. */
  readonly order: number;
  /** When the group committed, in ms. */
  readonly timestamp: number;
  /** When the monitor saw it, in ms. */
  readonly observedAt: number;
  /** End offset minus committed offset when it was seen; null when it was learnt after a newer one. */
  readonly lag: number | null;
}

/**
 * What became of a commit: a new newest slot, the newest slot overwritten, a place among older ones,
 * or nothing.
 */
export type Admission = 'appended' | 'merged' | 'backfilled' | 'dropped';

export interface CommitWindowSettings {
  /** Slots; Burrow's `intervals`. */
  readonly size: number;
  /** Commits closer together than this share a slot; Burrow's `min-distance`. */
  readonly minimumDistanceMs: number;
}

/**
 * The last commits of one group to one partition: Burrow's ring (storage/inmemory.go). Its span is counted in
 * commits, not in time, which is why commits that come fast are merged by `minimumDistanceMs`.
 */
export class CommitWindow {
  readonly #settings: CommitWindowSettings;
  #commits: Commit[];

  /** `commits` restores a window kept before: ordered, and at most `size` long. */
  constructor(settings: CommitWindowSettings, commits: readonly Commit[] = []) {
    this.#settings = settings;
    this.#commits = commits.slice(-settings.size);
  }

  /** Ordered by `order`, oldest first. */
  get commits(): readonly Commit[] {
    return this.#commits;
  }

  get newest(): Commit | undefined {
    return this.#commits.at(-1);
  }

  /** Filled slots ÷ slots. */
  get complete(): number {
    return this.#commits.length / this.#settings.size;
  }

  /** Takes the commit in by its order. A commit that is not the newest loses its lag. */
  admit(commit: Commit): Admission {
    const commits = this.#commits;
    const place = commits.findLastIndex((kept) => kept.order <= commit.order) + 1;
    const before = commits[place - 1];
    if (before?.order === commit.order) {
      return 'dropped';
    }
    const isNewest = place === commits.length;
    const admitted = isNewest ? commit : { ...commit, lag: null };
    if (before !== undefined && commit.timestamp - before.timestamp < this.#settings.minimumDistanceMs) {
      // The slot keeps its old time: otherwise a group that commits fast would never fill the window.
      commits[place - 1] = { ...admitted, timestamp: before.timestamp };
      return isNewest ? 'merged' : 'backfilled';
    }
    if (commits.length === this.#settings.size) {
      if (place === 0) {
        return 'dropped';
      }
      commits.splice(place, 0, admitted);
      commits.shift();
    } else {
      commits.splice(place, 0, admitted);
    }
    return isNewest ? 'appended' : 'backfilled';
  }
}
