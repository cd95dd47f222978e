import { type Decision, emptyDecision, type Instant } from '../coordination/coordinator-machine.ts';
import type { TimelineMap } from '../coordination/timeline.ts';
import { GROUP_METADATA_TOPIC } from '../metadata/topic-name.ts';
import { ZERO_UUID } from '../protocol/uuid.ts';
import { awaitsMembers, type Group, groupTombstones, isEmpty } from './group.ts';
import type { GroupConfig } from './group-config.ts';
import { offsetTombstone } from './group-records.ts';
import { expiredOffsets } from './offset-expiry.ts';
import { isOfFormerTopic, type OffsetKey, type OffsetStore } from './offset-store.ts';
import { TombstonePortion } from './tombstone-portion.ts';

/** How soon metadata that is behind is looked at again. */
const METADATA_RETRY_MS = 1000;

/** When it is looked again whether offsets that were forgotten are gone. */
const SWEEP_AGAIN_MS = 60_000;

export interface OffsetHousekeepingOptions {
  readonly groups: TimelineMap<string, Group>;
  readonly offsets: OffsetStore;
  readonly config: GroupConfig;
  /** The id of the topic of this name in the metadata, which may come after this broker's leadership. */
  readonly topicIdOf: (name: string) => string | undefined;
}

/** What nobody asks for: forgetting offsets whose time is over or whose topic is gone, and groups without any. */
export class OffsetHousekeeping {
  readonly #options: OffsetHousekeepingOptions;
  /** Groups that the retention check under way has yet to look at. */
  #retentionQueue: string[] = [];
  #nextRetentionCheckMs: number | null = null;
  /**
   * Deleted topics → the last commit before. The name may live again, and not every offset says for which topic it was
   * committed: those from before 2026-11-22 do not, nor do those of Kafka's transactions.
   */
  readonly #deletedTopics = new Map<string, number>();
  /** When offsets of topics that are gone are looked for next (monotonic); null: nothing has changed. */
  #nextSweepMs: number | null = null;

  constructor(options: OffsetHousekeepingOptions) {
    this.#options = options;
  }

  /** The offsets are loaded: checks begin to be due. */
  begin(now: Instant): void {
    this.#nextRetentionCheckMs = now.monotonicMs + this.#options.config.offsetsRetentionCheckIntervalMs;
    this.sweepSoon(now);
  }

  /** What was forgotten may be back, because it could not be written. */
  sweepSoon(now: Instant): void {
    this.#nextSweepMs = now.monotonicMs;
  }

  /** Topics were deleted: what was committed for them until now is to be forgotten. */
  topicsDeleted(names: readonly string[], now: Instant): void {
    for (const name of names) this.#deletedTopics.set(name, this.#options.offsets.lastSequence);
    this.sweepSoon(now);
  }

  /** When `run` has something to do (monotonic); null when only a request can change that. */
  nextMs(): number | null {
    if (this.#retentionQueue.length > 0) return Number.NEGATIVE_INFINITY;
    if (this.#nextSweepMs === null) return this.#nextRetentionCheckMs;
    return Math.min(this.#nextSweepMs, this.#nextRetentionCheckMs ?? Number.POSITIVE_INFINITY);
  }

  /** One portion of what is due. */
  run(now: Instant): Decision {
    if (this.#nextSweepMs !== null && this.#nextSweepMs <= now.monotonicMs)
      return this.#sweepDeletedTopics(now);
    const { config, groups } = this.#options;
    if (this.#nextRetentionCheckMs !== null && this.#nextRetentionCheckMs <= now.monotonicMs) {
      this.#nextRetentionCheckMs = now.monotonicMs + config.offsetsRetentionCheckIntervalMs;
      this.#retentionQueue = [...groups.keys()];
    }
    const portion = new TombstonePortion();
    while (!portion.isFull) {
      const groupId = this.#retentionQueue.pop();
      if (groupId === undefined) break;
      const group = groups.get(groupId);
      if (group !== undefined) this.#checkRetention(group, now, portion);
    }
    return portion.decision;
  }

  /** Forgets expired offsets, and the group when it has neither offsets nor anybody who is about to join. */
  #checkRetention(group: Group, now: Instant, portion: TombstonePortion): void {
    const { config, groups, offsets } = this.#options;
    const { groupId } = group;
    const expired = expiredOffsets(group, offsets, {
      retentionMs: config.offsetsRetentionMs,
      wallMs: now.wallMs,
    });
    for (const { partition, topic } of expired) {
      if (portion.isFull) {
        this.#retentionQueue.push(groupId);
        return;
      }
      this.#forget({ groupId, topic, partition }, portion);
    }
    const [left] = offsets.ofGroup(groupId);
    if (left !== undefined || offsets.pending.hasAny(groupId)) return;
    if (!isEmpty(group) || awaitsMembers(group)) return;
    groups.delete(groupId);
    for (const tombstone of groupTombstones(group)) portion.add(tombstone);
  }

  /**
   * Forgets offsets of topics that are gone. Looking at all of them after loading and after a failed write finds
   * what an earlier coordinator, or a write that was undone, left behind.
   */
  #sweepDeletedTopics(now: Instant): Decision {
    const { offsets, topicIdOf } = this.#options;
    const portion = new TombstonePortion();
    if (topicIdOf(GROUP_METADATA_TOPIC) === undefined) {
      // The metadata lacks the very topic that holds these groups: it is not there yet, and says nothing of others.
      this.#nextSweepMs = now.monotonicMs + METADATA_RETRY_MS;
      return emptyDecision();
    }
    for (const groupId of [...offsets.groupIds()]) {
      for (const key of [...offsets.keysOf(groupId)]) {
        if (!this.#isOfDeletedTopic(key)) continue;
        if (portion.isFull) return portion.decision;
        this.#forget(key, portion);
      }
    }
    const foundNone = portion.decision.records.length === 0;
    this.#nextSweepMs = foundNone ? null : now.monotonicMs + SWEEP_AGAIN_MS;
    // Until the tombstones are surely there: were they undone, a topic of the name may be there again.
    if (foundNone) this.#deletedTopics.clear();
    return portion.decision;
  }

  #isOfDeletedTopic(key: OffsetKey): boolean {
    const currentId = this.#options.topicIdOf(key.topic);
    const latest = this.#options.offsets.latestOf(key);
    if (latest === undefined) return false;
    if (currentId === undefined || isOfFormerTopic(latest, currentId)) return true;
    return latest.topicId === ZERO_UUID && latest.sequence <= (this.#deletedTopics.get(key.topic) ?? -1);
  }

  #forget(key: OffsetKey, portion: TombstonePortion): void {
    this.#options.offsets.delete(key);
    portion.add(offsetTombstone(key));
  }
}
