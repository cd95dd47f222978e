import type {
  CoordinatorMachine,
  CoordinatorRecord,
  Decision,
  Instant,
  ReplyTo,
  TransactionalProducer,
} from '../coordination/coordinator-machine.ts';
import { emptyDecision } from '../coordination/coordinator-machine.ts';
import { Deadlines } from '../coordination/deadlines.ts';
import { Timeline, TimelineMap } from '../coordination/timeline.ts';
import { ErrorCode } from '../protocol/errors.ts';
import {
  type ClassicGroup,
  draftOf,
  keptGroup,
  newClassicGroup,
  type SyncGroupResponse,
  validateMember,
} from './classic/classic-group.ts';
import { type DescribedGroup, describeGroup, type ListedGroup, listGroup } from './classic/describe-group.ts';
import { expireDeadlines, nextDeadlineMs } from './classic/group-deadlines.ts';
import type { GroupStep } from './classic/group-step.ts';
import { type JoinEvent, joinGroup } from './classic/join-group.ts';
import { type LeavingMember, leaveGroup, type MemberLeft } from './classic/leave-group.ts';
import { loadedGroup } from './classic/loaded-group.ts';
import { prepareRebalance, renewSession } from './classic/rebalance.ts';
import { type SyncGroupRequest, syncGroup } from './classic/sync-group.ts';
import { ConsumerGroups } from './consumer/consumer-groups.ts';
import { type DescribedConsumerGroup, listConsumerGroup } from './consumer/describe-consumer-group.ts';
import type { GroupTopics } from './consumer/group-topics.ts';
import type { ConsumerGroupHeartbeatResponse, HeartbeatEvent } from './consumer/heartbeat.ts';
import { committedState, type Group, groupTombstones, isEmpty } from './group.ts';
import type { GroupConfig } from './group-config.ts';
import type { GroupDeletion } from './group-deletion.ts';
import { GroupOffsets } from './group-offsets.ts';
import { decodeGroupRecord, newGroupRecord } from './group-records.ts';
import { OffsetHousekeeping } from './offset-housekeeping.ts';
import { OffsetStore } from './offset-store.ts';

export interface GroupMachineOptions {
  readonly config: GroupConfig;
  /** The id of the topic of this name in the metadata, which may come after this broker's leadership. */
  readonly topicIdOf: (name: string) => string | undefined;
  /** The topics that groups of the consumer protocol subscribe to. */
  readonly topics: GroupTopics;
}

/** So many groups of a type are in a state. */
export interface GroupCount {
  readonly type: Group['type'];
  readonly state: string;
  count: number;
}

export interface MemberIdentity {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly generationId: number;
}

/**
 * All groups of one partition of `__consumer_offsets`: classic groups and the offsets of every group. Records:
 * OffsetCommitValue and GroupMetadataValue in the versions that Burrow reads.
 */
export class GroupMachine implements CoordinatorMachine {
  readonly timeline = new Timeline();
  readonly #config: GroupConfig;
  readonly #groups = new TimelineMap<string, Group>(this.timeline);
  readonly #offsets = new OffsetStore(this.timeline);
  /** What clients have them do with their offsets. */
  readonly offsets: GroupOffsets;
  readonly #deadlines = new Deadlines<string>();
  readonly #housekeeping: OffsetHousekeeping;
  readonly #consumers: ConsumerGroups;

  constructor(options: GroupMachineOptions) {
    this.#config = options.config;
    this.offsets = new GroupOffsets({
      ...options,
      groups: this.#groups,
      offsets: this.#offsets,
      heardOf: (group, memberId, now) => this.#heardOf(group, memberId, now),
    });
    this.#housekeeping = new OffsetHousekeeping({
      ...options,
      groups: this.#groups,
      offsets: this.#offsets,
    });
    this.#consumers = new ConsumerGroups({
      ...options,
      timeline: this.timeline,
      groups: this.#groups,
      schedule: (groupId, atMs) => this.#deadlines.schedule(groupId, atMs),
      goOnAsClassic: (group, reason, now) =>
        this.#step(group, now, (step) => {
          if (reason !== null) prepareRebalance(step, reason);
        }),
    });
  }

  replay(bytes: CoordinatorRecord, producer: TransactionalProducer | null): void {
    const record = decodeGroupRecord(bytes);
    if (record.kind === 'offset') {
      const { groupId } = record.key;
      if (record.value === null) this.#offsets.delete(record.key);
      else {
        if (!this.#groups.has(groupId)) this.#groups.set(groupId, newClassicGroup(groupId, null));
        if (producer === null) this.#offsets.set(record.key, record.value);
        else this.#offsets.setPending(producer.producerId, record.key, record.value);
      }
    } else if (record.kind === 'classic-group') {
      const { groupId, value } = record;
      if (value !== null) this.#groups.set(groupId, loadedGroup(groupId, value));
      else if (this.#groups.get(groupId)?.type === 'classic') this.#groups.delete(groupId);
    } else if (record.kind !== 'unknown') {
      this.#consumers.replay(record);
    }
  }

  transactionEnded({ producerId }: TransactionalProducer, isCommitted: boolean): void {
    this.#offsets.endTransaction(producerId, isCommitted);
  }

  /** Members get a whole session to be heard of; a group beyond `group.max.size` is to choose who stays. */
  loaded(now: Instant): Decision {
    const decision = emptyDecision();
    for (const group of [...this.#groups.values()]) {
      if (group.type === 'consumer') {
        this.#consumers.begin(group, now);
        continue;
      }
      for (const member of group.members.values()) renewSession({ now }, member);
      if (group.members.size > this.#config.maxSize) {
        const reason = `the group is larger than group.max.size, ${this.#config.maxSize}`;
        const rebalancing = this.#step(group, now, (step) => prepareRebalance(step, reason));
        decision.records.push(...rebalancing.records);
      } else this.#schedule(group);
    }
    this.#housekeeping.begin(now);
    return decision;
  }

  nextWakeMs(): number | null {
    const deadlineMs = this.#deadlines.nextMs();
    const housekeepingMs = this.#housekeeping.nextMs();
    if (deadlineMs === null || housekeepingMs === null) return deadlineMs ?? housekeepingMs;
    return Math.min(deadlineMs, housekeepingMs);
  }

  wake(now: Instant): Decision {
    const groupId = this.#deadlines.takeDue(now.monotonicMs);
    if (groupId === undefined) return this.#housekeeping.run(now);
    const group = this.#groups.get(groupId);
    if (group === undefined) return emptyDecision();
    return group.type === 'classic'
      ? this.#step(group, now, expireDeadlines)
      : this.#consumers.expire(group, now);
  }

  rolledBack(now: Instant): void {
    for (const group of this.#groups.values()) {
      if (group.type === 'classic') this.#schedule(group);
      else this.#consumers.rolledBack(group);
    }
    this.#housekeeping.sweepSoon(now);
  }

  consumerHeartbeat(
    event: HeartbeatEvent,
    replyTo: ReplyTo<ConsumerGroupHeartbeatResponse>,
    now: Instant,
  ): Decision {
    return this.#consumers.heartbeat(event, replyTo, now);
  }

  join(event: JoinEvent, now: Instant): Decision {
    const { groupId, memberId } = event.request;
    const known = this.#groups.get(groupId);
    const isThere = known !== undefined && !(known.type === 'consumer' && isEmpty(known));
    if (!isThere && memberId !== '') {
      const errorCode = ErrorCode.UNKNOWN_MEMBER_ID;
      return answered(event.replyTo, { errorCode, memberId, protocolName: null });
    }
    if (known?.type === 'consumer' && !isEmpty(known)) return this.#consumers.join(known, event, now);
    const group = known?.type === 'classic' ? known : newClassicGroup(groupId, now.wallMs);
    const decision = this.#step(group, now, (step) => joinGroup(step, event));
    if (known?.type === 'classic') return decision;
    if (decision.records.length === 0) decision.records.push(newGroupRecord(group));
    if (known !== undefined) decision.records.unshift(...groupTombstones(known));
    return decision;
  }

  sync(request: SyncGroupRequest, replyTo: ReplyTo<SyncGroupResponse>, now: Instant): Decision {
    const group = this.#groups.get(request.groupId);
    if (group?.type === 'consumer') return this.#consumers.sync(group, { request, replyTo, now });
    if (group === undefined || group.state === 'Empty') {
      return answered(replyTo, { errorCode: ErrorCode.UNKNOWN_MEMBER_ID });
    }
    return this.#step(group, now, (step) => syncGroup(step, request, replyTo));
  }

  /** The error to answer; a member that must rebalance is alive all the same. */
  heartbeat(groupId: string, identity: MemberIdentity, now: Instant): number {
    const group = this.#groups.get(groupId);
    if (group === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
    if (group.type === 'consumer') return this.#consumers.heartbeatByClassic(group, identity, now);
    const errorCode = validateMember(group, identity.memberId, identity.groupInstanceId);
    if (errorCode !== ErrorCode.NONE) return errorCode;
    if (identity.generationId !== group.generationId) return ErrorCode.ILLEGAL_GENERATION;
    this.#heardOf(group, identity.memberId, now);
    return group.state === 'PreparingRebalance' ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
  }

  leave(
    groupId: string,
    leaving: readonly LeavingMember[],
    replyTo: ReplyTo<readonly MemberLeft[]>,
    now: Instant,
  ): Decision {
    const group = this.#groups.get(groupId);
    if (group?.type === 'consumer') return this.#consumers.leave(group, { leaving, replyTo, now });
    if (group === undefined) {
      const errorCode = ErrorCode.UNKNOWN_MEMBER_ID;
      return answered(
        replyTo,
        leaving.map(({ groupInstanceId, memberId }) => ({ memberId, groupInstanceId, errorCode })),
      );
    }
    return this.#step(group, now, (step) => {
      step.answers.push(replyTo.answer(leaveGroup(step, leaving)));
    });
  }

  /** One portion of a deletion of groups; answers `NONE`. */
  deleteGroups(deletion: GroupDeletion, replyTo: ReplyTo<number>): Decision {
    return deletion.decide(this.#groups, this.#offsets, replyTo);
  }

  /** Topics were deleted: what was committed for them until now is to be forgotten. */
  topicsDeleted(names: readonly string[], now: Instant): Decision {
    this.#housekeeping.topicsDeleted(names, now);
    return emptyDecision();
  }

  /** The committed state of a classic group; undefined when there is none. */
  describe(groupId: string): DescribedGroup | undefined {
    const group = this.#groups.getCommitted(groupId);
    return group?.type === 'classic' ? describeGroup(group) : undefined;
  }

  /** The same for groups of the consumer protocol. */
  describeConsumerGroup(groupId: string): DescribedConsumerGroup | undefined {
    return this.#consumers.describe(groupId);
  }

  list(): ListedGroup[] {
    return [...this.#groups.committedValues()].map((group) =>
      group.type === 'classic' ? listGroup(group) : listConsumerGroup(group),
    );
  }

  /** Adds this partition's groups to the counts, which are by type and state. */
  countGroups(counts: Map<string, GroupCount>): void {
    for (const group of this.#groups.committedValues()) {
      const { type } = group;
      const state = committedState(group);
      const key = `${type} ${state}`;
      const known = counts.get(key);
      if (known === undefined) counts.set(key, { type, state, count: 1 });
      else known.count += 1;
    }
  }

  /** Runs one event through a group, from its draft to its new state and deadlines. */
  #step(group: ClassicGroup, now: Instant, act: (step: GroupStep) => void): Decision {
    const step: GroupStep = {
      group: draftOf(group),
      now,
      config: this.#config,
      records: [],
      answers: [],
      notes: [],
    };
    act(step);
    this.#groups.set(group.groupId, keptGroup(step.group));
    this.#schedule(step.group);
    return { records: step.records, answers: step.answers, notes: step.notes };
  }

  #schedule(group: ClassicGroup): void {
    const atMs = nextDeadlineMs(group);
    if (atMs !== null) this.#deadlines.schedule(group.groupId, atMs);
  }

  #heardOf(group: ClassicGroup, memberId: string, now: Instant): void {
    const member = group.members.get(memberId);
    if (member !== undefined) renewSession({ now }, member);
  }
}

function answered<Response>(replyTo: ReplyTo<Response>, response: Response): Decision {
  return { records: [], answers: [replyTo.answer(response)] };
}
