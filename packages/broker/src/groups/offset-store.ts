import { type Timeline, TimelineMap } from '../coordination/timeline.ts';
import { ZERO_UUID } from '../protocol/uuid.ts';
import { PendingOffsets } from './pending-offsets.ts';

export interface OffsetKey {
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
}

/** One committed offset of a group. */
export interface CommittedOffset {
  /** Of the topic that it was committed for, which may be another one of that name by now; zero: nobody said. */
  readonly topicId: string;
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
  /** Those that wait for the end of a transaction. */
  readonly pending: PendingOffsets;
  #lastSequence = 0;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
    this.pending = new PendingOffsets(timeline);
    this.#groups = new TimelineMap(timeline);
  }

  /** Rank of the latest commit taken: commits that come later have a higher one. */
  get lastSequence(): number {
    return this.#lastSequence;
  }

  set(key: OffsetKey, offset: CommittedOffset): void {
    this.#put(key, this.#ranked(key, offset));
  }

  /** Takes in an offset that is to count when the producer's transaction is committed. */
  setPending(producerId: number, key: OffsetKey, offset: CommittedOffset): void {
    this.pending.set(producerId, { key, offset: this.#ranked(key, offset) });
  }

  /** The producer's transaction is at an end. What was committed otherwise since then stays. */
  endTransaction(producerId: number, isCommitted: boolean): void {
    for (const { key, offset } of this.pending.takeAll(producerId)) {
      const current = this.get(key);
      if (isCommitted && offset.sequence > (current?.sequence ?? -1)) this.#put(key, offset);
    }
  }

  /** Forgets the offset, also in transactions that are not at an end. */
  delete(key: OffsetKey): void {
    const { groupId, topic, partition } = key;
    this.pending.delete(key);
    const group = this.#groups.get(groupId);
    if (group === undefined) return;
    group.delete(slot(topic, partition));
    if (group.size === 0) this.#groups.delete(groupId);
  }

  /** Whether there is anything to forget. */
  has(key: OffsetKey): boolean {
    return this.get(key) !== undefined || this.pending.has(key);
  }

  /** What there is of a group to forget: committed and pending. */
  *keysOf(groupId: string): Generator<OffsetKey> {
    for (const { topic, partition } of this.ofGroup(groupId)) yield { groupId, topic, partition };
    for (const key of this.pending.keysOf(groupId)) if (this.get(key) === undefined) yield key;
  }

  #put({ groupId, topic, partition }: OffsetKey, offset: StoredOffset): void {
    let group = this.#groups.get(groupId);
    if (group === undefined) {
      group = new TimelineMap(this.#timeline);
      this.#groups.set(groupId, group);
    }
    group.set(slot(topic, partition), offset);
  }

  /** There are many: each field has its place in the object, and what all offsets of a group say is there once. */
  #ranked({ groupId, partition, topic }: OffsetKey, committed: CommittedOffset): StoredOffset {
    this.#lastSequence += 1;
    const { committedAtMs, expiresAtMs, leaderEpoch, metadata, offset, topicId } = committed;
    const [first] = this.ofGroup(groupId);
    const isOfSameTopic = first?.topic === topic && first.topicId === topicId;
    return {
      topic: isOfSameTopic ? first.topic : topic,
      topicId: isOfSameTopic ? first.topicId : topicId,
      partition,
      offset,
      leaderEpoch,
      metadata,
      committedAtMs,
      expiresAtMs,
      sequence: this.#lastSequence,
    };
  }

  get({ groupId, topic, partition }: OffsetKey): StoredOffset | undefined {
    return this.#groups.get(groupId)?.get(slot(topic, partition));
  }

  /** Groups with anything to forget. */
  groupIds(): Iterable<string> {
    return new Set([...this.#groups.keys(), ...this.pending.groupIds()]);
  }

  /** The latest commit of the offset, pending ones included. */
  latestOf(key: OffsetKey): StoredOffset | undefined {
    const [stored, pending] = [this.get(key), this.pending.latestOf(key)];
    return (pending?.sequence ?? -1) > (stored?.sequence ?? -1) ? pending : stored;
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

/** Whether the offset says nothing of the topic with this id, which has the name of the one it was committed for. */
export function isOfFormerTopic({ topicId }: CommittedOffset, currentId: string | undefined): boolean {
  const areKnown = topicId !== ZERO_UUID && currentId !== undefined && currentId !== ZERO_UUID;
  return areKnown && topicId !== currentId;
}

function slot(topic: string, partition: number): string {
  return `${partition}:${topic}`;
}
