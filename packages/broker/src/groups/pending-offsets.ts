import { type Timeline, TimelineMap } from '../coordination/timeline.ts';
import type { OffsetKey, StoredOffset } from './offset-store.ts';

/** An offset that counts when its transaction is committed. */
export interface PendingOffset {
  readonly key: OffsetKey;
  readonly offset: StoredOffset;
}

/** The producers in whose open transactions an offset was committed. */
interface PendingSlot {
  readonly key: OffsetKey;
  readonly producerIds: readonly number[];
}

/** Offsets committed in transactions that are not at an end (KIP-98), of all groups of one coordinator partition. */
export class PendingOffsets {
  readonly #timeline: Timeline;
  readonly #byProducer: TimelineMap<number, TimelineMap<string, PendingOffset>>;
  readonly #byGroup: TimelineMap<string, TimelineMap<string, PendingSlot>>;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
    this.#byProducer = new TimelineMap(timeline);
    this.#byGroup = new TimelineMap(timeline);
  }

  set(producerId: number, pending: PendingOffset): void {
    const { groupId } = pending.key;
    const ofProducer = this.#byProducer.get(producerId) ?? new TimelineMap(this.#timeline);
    if (!this.#byProducer.has(producerId)) this.#byProducer.set(producerId, ofProducer);
    ofProducer.set(groupSlot(pending.key), pending);
    const ofGroup = this.#byGroup.get(groupId) ?? new TimelineMap(this.#timeline);
    if (!this.#byGroup.has(groupId)) this.#byGroup.set(groupId, ofGroup);
    const producerIds = ofGroup.get(slot(pending.key))?.producerIds ?? [];
    if (producerIds.includes(producerId)) return;
    ofGroup.set(slot(pending.key), { key: pending.key, producerIds: [...producerIds, producerId] });
  }

  /** Whether the offset waits for the end of a transaction. */
  has(key: OffsetKey): boolean {
    return this.#byGroup.get(key.groupId)?.has(slot(key)) ?? false;
  }

  hasAny(groupId: string): boolean {
    return this.#byGroup.has(groupId);
  }

  groupIds(): Iterable<string> {
    return this.#byGroup.keys();
  }

  *keysOf(groupId: string): Generator<OffsetKey> {
    for (const { key } of this.#byGroup.get(groupId)?.values() ?? []) yield key;
  }

  /** The latest commit of the offset that is pending. */
  latestOf(key: OffsetKey): StoredOffset | undefined {
    let latest: StoredOffset | undefined;
    for (const producerId of this.#byGroup.get(key.groupId)?.get(slot(key))?.producerIds ?? []) {
      const offset = this.#byProducer.get(producerId)?.get(groupSlot(key))?.offset;
      if (offset !== undefined && offset.sequence > (latest?.sequence ?? -1)) latest = offset;
    }
    return latest;
  }

  /** The transaction of the producer is at an end: what it has committed, which is pending no longer. */
  takeAll(producerId: number): readonly PendingOffset[] {
    const taken = [...(this.#byProducer.get(producerId)?.values() ?? [])];
    for (const { key } of taken) this.#leave(key, producerId);
    return taken;
  }

  /** Forgets the offset in all transactions. */
  delete(key: OffsetKey): void {
    const producerIds = this.#byGroup.get(key.groupId)?.get(slot(key))?.producerIds ?? [];
    for (const producerId of producerIds) this.#leave(key, producerId);
  }

  #leave(key: OffsetKey, producerId: number): void {
    const ofProducer = this.#byProducer.get(producerId);
    ofProducer?.delete(groupSlot(key));
    if (ofProducer?.size === 0) this.#byProducer.delete(producerId);
    const ofGroup = this.#byGroup.get(key.groupId);
    const known = ofGroup?.get(slot(key));
    if (ofGroup === undefined || known === undefined) return;
    const producerIds = known.producerIds.filter((id) => id !== producerId);
    if (producerIds.length > 0) ofGroup.set(slot(key), { key, producerIds });
    else ofGroup.delete(slot(key));
    if (ofGroup.size === 0) this.#byGroup.delete(key.groupId);
  }
}

function slot({ topic, partition }: OffsetKey): string {
  return `${partition}:${topic}`;
}

/** A topic's name has no line break, so that no two keys are one. */
function groupSlot(key: OffsetKey): string {
  return `${slot(key)}\n${key.groupId}`;
}
