import { type Timeline, TimelineMap } from '../coordination/timeline.ts';

export interface OffsetKey {
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
}

/** One committed offset of a group. */
export interface CommittedOffset {
  readonly offset: number;
  /** Leader epoch of the last record consumed; -1 when the client did not say. */
  readonly leaderEpoch: number;
  readonly metadata: string;
  /** Wall time of the commit. */
  readonly committedAtMs: number;
  /** When the committer itself wanted it forgotten; null: by `offsets.retention.minutes`. */
  readonly expiresAtMs: number | null;
}

/** A committed offset with its place, and its rank among all commits this store took. */
export interface StoredOffset extends CommittedOffset {
  readonly topic: string;
  readonly partition: number;
  readonly sequence: number;
}

type GroupOffsets = TimelineMap<string, StoredOffset>;

/** The committed offsets of all groups of one coordinator partition, on its timeline. */
export class OffsetStore {
  readonly #timeline: Timeline;
  readonly #groups: TimelineMap<string, GroupOffsets>;
  #lastSequence = 0;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
    this.#groups = new TimelineMap(timeline);
  }

  /** Rank of the latest commit taken: commits that come later have a higher one. */
  get lastSequence(): number {
    return this.#lastSequence;
  }

  set({ groupId, topic, partition }: OffsetKey, offset: CommittedOffset): void {
    let group = this.#groups.get(groupId);
    if (group === undefined) {
      group = new TimelineMap(this.#timeline);
      this.#groups.set(groupId, group);
    }
    this.#lastSequence += 1;
    group.set(slot(topic, partition), { ...offset, topic, partition, sequence: this.#lastSequence });
  }

  delete({ groupId, topic, partition }: OffsetKey): void {
    const group = this.#groups.get(groupId);
    if (group === undefined) return;
    group.delete(slot(topic, partition));
    if (group.size === 0) this.#groups.delete(groupId);
  }

  get({ groupId, topic, partition }: OffsetKey): StoredOffset | undefined {
    return this.#groups.get(groupId)?.get(slot(topic, partition));
  }

  groupIds(): Iterable<string> {
    return this.#groups.keys();
  }

  ofGroup(groupId: string): Iterable<StoredOffset> {
    return this.#groups.get(groupId)?.values() ?? [];
  }

  getCommitted({ groupId, topic, partition }: OffsetKey): StoredOffset | undefined {
    return this.#groups.getCommitted(groupId)?.getCommitted(slot(topic, partition));
  }

  committedOfGroup(groupId: string): Iterable<StoredOffset> {
    return this.#groups.getCommitted(groupId)?.committedValues() ?? [];
  }
}

function slot(topic: string, partition: number): string {
  return `${partition}:${topic}`;
}
