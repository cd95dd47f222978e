import { type Timeline, TimelineMap } from '../../coordination/timeline.ts';
import { type Assignment, NO_PARTITIONS, type OwnedPartitions } from './assignment.ts';
import {
  type ConsumerMember,
  type CurrentAssignment,
  isReconciled,
  LEAVING_EPOCH,
  newMember,
} from './consumer-member.ts';
import type { ConsumerRecord, GroupEpoch, ResolvedRegex, TargetEpoch } from './consumer-records.ts';
import type { GroupTopics, MetadataMoment, Visibility } from './group-topics.ts';
import { MemberTimers } from './member-timers.ts';

export type ConsumerGroupState = 'Empty' | 'Assigning' | 'Reconciling' | 'Stable';

const HEAD = 'head';

/** Epochs of the group; of one that has just come into being nothing was written yet. */
interface Head extends GroupEpoch {
  readonly target: TargetEpoch;
  readonly hasPartitionsRecord: boolean;
}

const NO_TARGET: TargetEpoch = { epoch: -1, assignedAtMs: 0 };
/** The first epoch is 1, for which nobody has anything. */
const NEW_HEAD: Head = {
  epoch: 1,
  metadataHash: 0,
  target: { epoch: 1, assignedAtMs: 0 },
  hasPartitionsRecord: false,
};

/** Which state a reader sees: all that is decided, or only what is committed. */
export type GroupView = 'latest' | 'committed';

/**
 * A group of the consumer protocol (KIP-848). Its epoch grows with every change of members, subscriptions or their
 * topics; the target assignment is made for one epoch; each member moves to it at its own pace. All of that changes
 * by {@link apply} alone, when a record is decided on as when it is replayed.
 */
export class ConsumerGroup {
  readonly type = 'consumer';
  readonly groupId: string;
  /** Signs of life are not decisions, and are not undone with one. */
  readonly timers = new MemberTimers();
  /** When the topics were last looked at, and the epoch that followed from it. */
  #seen: { readonly moment: MetadataMoment; readonly epoch: number } | null = null;
  /** By whose rights the regular expressions are to be resolved next; null: nothing is to be done. */
  #resolution: Visibility | null = null;
  readonly #head: TimelineMap<typeof HEAD, Head>;
  readonly #members: TimelineMap<string, ConsumerMember>;
  readonly #targets: TimelineMap<string, Assignment>;
  readonly #regexes: TimelineMap<string, ResolvedRegex>;
  /** Who has a partition or has yet to give it up, by topic and partition. */
  readonly #owners: TimelineMap<string, PartitionOwner>;

  constructor(groupId: string, timeline: Timeline) {
    this.groupId = groupId;
    this.#head = new TimelineMap(timeline);
    this.#members = new TimelineMap(timeline);
    this.#targets = new TimelineMap(timeline);
    this.#regexes = new TimelineMap(timeline);
    this.#owners = new TimelineMap(timeline);
  }

  get epoch(): number {
    return this.#latest.epoch;
  }

  get metadataHash(): number {
    return this.#latest.metadataHash;
  }

  /** For which epoch of the group the target assignment was made, and when. */
  get target(): TargetEpoch {
    return this.#latest.target;
  }

  /** Kafka 4.0 left a record behind that is to be taken back. */
  get hasPartitionsRecord(): boolean {
    return this.#latest.hasPartitionsRecord;
  }

  get memberCount(): number {
    return this.#members.size;
  }

  get #latest(): Head {
    return this.#head.get(HEAD) ?? NEW_HEAD;
  }

  member(memberId: string, view: GroupView = 'latest'): ConsumerMember | undefined {
    return view === 'latest' ? this.#members.get(memberId) : this.#members.getCommitted(memberId);
  }

  members(view: GroupView = 'latest'): Iterable<ConsumerMember> {
    return view === 'latest' ? this.#members.values() : this.#members.committedValues();
  }

  staticMember(instanceId: string | null): ConsumerMember | undefined {
    if (instanceId === null) return undefined;
    for (const member of this.#members.values()) if (member.instanceId === instanceId) return member;
    return undefined;
  }

  /** What the member is to have. */
  targetOf(memberId: string, view: GroupView = 'latest'): Assignment {
    const target = view === 'latest' ? this.#targets.get(memberId) : this.#targets.getCommitted(memberId);
    return target ?? NO_PARTITIONS;
  }

  hasTarget(memberId: string): boolean {
    return this.#targets.has(memberId);
  }

  regex(regex: string): ResolvedRegex | undefined {
    return this.#regexes.get(regex);
  }

  regexes(): Iterable<[string, ResolvedRegex]> {
    return this.#regexes.entries();
  }

  /** Whether a member has the partition, or has yet to give it up. */
  isOwned(topicId: string, partition: number): boolean {
    return this.#owners.has(slot(topicId, partition));
  }

  /** Whether nothing about topics has changed since the group last looked; an epoch that was undone does not count. */
  hasSeen(topics: GroupTopics): boolean {
    return this.#seen !== null && topics.isNow(this.#seen.moment) && this.epoch >= this.#seen.epoch;
  }

  look(topics: GroupTopics, epoch: number): void {
    this.#seen = { moment: topics.moment(), epoch };
  }

  get isResolving(): boolean {
    return this.#resolution !== null;
  }

  /** The regular expressions are to be resolved in a decision of its own, right after this one. */
  resolveRegexes(visible: Visibility): void {
    this.#resolution = visible;
  }

  takeResolution(): Visibility | null {
    const resolution = this.#resolution;
    this.#resolution = null;
    return resolution;
  }

  epochs(view: GroupView): { readonly epoch: number; readonly target: TargetEpoch } {
    return view === 'latest' ? this.#latest : (this.#head.getCommitted(HEAD) ?? NEW_HEAD);
  }

  state(view: GroupView = 'latest'): ConsumerGroupState {
    const { epoch, target } = this.epochs(view);
    let state: ConsumerGroupState = 'Empty';
    for (const member of this.members(view)) {
      if (epoch > target.epoch) return 'Assigning';
      if (!isReconciled(member, target.epoch)) return 'Reconciling';
      state = 'Stable';
    }
    return state;
  }

  apply(record: ConsumerRecord): void {
    switch (record.kind) {
      case 'consumer-epoch':
        if (record.value !== null) this.#head.set(HEAD, { ...this.#latest, ...record.value });
        return;
      case 'consumer-target-epoch':
        this.#head.set(HEAD, { ...this.#latest, target: record.value ?? NO_TARGET });
        return;
      case 'consumer-partitions':
        this.#head.set(HEAD, { ...this.#latest, hasPartitionsRecord: record.value !== null });
        return;
      case 'consumer-target':
        if (record.value === null) this.#targets.delete(record.memberId);
        else this.#targets.set(record.memberId, record.value);
        return;
      case 'consumer-regex':
        if (record.value === null) this.#regexes.delete(record.regex);
        else this.#regexes.set(record.regex, record.value);
        return;
      case 'consumer-member':
        this.#applyMember(record.memberId, record.value);
        return;
      case 'consumer-current':
        this.#applyCurrent(record.memberId, record.value);
    }
  }

  #applyMember(
    memberId: string,
    subscription: Extract<ConsumerRecord, { kind: 'consumer-member' }>['value'],
  ) {
    const former = this.#members.get(memberId);
    if (subscription === null) {
      if (former === undefined) return;
      this.#disown(former, { ...former, ...NOTHING_LEFT });
      this.#members.delete(memberId);
      return;
    }
    this.#members.set(memberId, { ...(former ?? newMember(memberId)), ...subscription });
  }

  #applyCurrent(memberId: string, current: Extract<ConsumerRecord, { kind: 'consumer-current' }>['value']) {
    const former = this.#members.get(memberId);
    if (current === null && former === undefined) return;
    const member = { ...(former ?? newMember(memberId)), ...(current ?? NOTHING_LEFT) };
    if (former !== undefined) this.#disown(former, member);
    this.#members.set(memberId, member);
    this.#own(member);
  }

  #own({ assigned, memberId, pendingRevocation }: ConsumerMember): void {
    const owner = { memberId };
    for (const key of slotsOf([assigned, pendingRevocation])) {
      if (this.#owners.get(key)?.memberId !== memberId) this.#owners.set(key, owner);
    }
  }

  /** Partitions that the member keeps stay its own; in a compacted log the next owner of another may come first. */
  #disown(former: ConsumerMember, kept: CurrentAssignment): void {
    const keptSlots = new Set(slotsOf([kept.assigned, kept.pendingRevocation]));
    for (const key of slotsOf([former.assigned, former.pendingRevocation])) {
      if (!keptSlots.has(key) && this.#owners.get(key)?.memberId === former.memberId)
        this.#owners.delete(key);
    }
  }
}

interface PartitionOwner {
  readonly memberId: string;
}

const NOTHING_LEFT = {
  memberEpoch: LEAVING_EPOCH,
  previousMemberEpoch: LEAVING_EPOCH,
  assigned: NO_PARTITIONS,
  pendingRevocation: NO_PARTITIONS,
};

function* slotsOf(parts: readonly OwnedPartitions[]): Generator<string> {
  for (const owned of parts) {
    for (const [topicId, partitions] of owned) {
      for (const partition of partitions.keys()) yield slot(topicId, partition);
    }
  }
}

function slot(topicId: string, partition: number): string {
  return `${topicId}:${partition}`;
}
