import type {
  Answer,
  CoordinatorRecord,
  Decision,
  Instant,
  ReplyTo,
} from '../../coordination/coordinator-machine.ts';
import { emptyDecision } from '../../coordination/coordinator-machine.ts';
import type { Timeline, TimelineMap } from '../../coordination/timeline.ts';
import { ErrorCode } from '../../protocol/errors.ts';
import type { ClassicGroup, SyncGroupResponse } from '../classic/classic-group.ts';
import type { JoinEvent } from '../classic/join-group.ts';
import type { LeavingMember, MemberLeft } from '../classic/leave-group.ts';
import type { SyncGroupRequest } from '../classic/sync-group.ts';
import type { Group } from '../group.ts';
import { groupTombstones, isEmpty } from '../group.ts';
import type { GroupConfig } from '../group-config.ts';
import { heartbeatByClassic, joinByClassic, leaveByClassic, syncByClassic } from './classic-members.ts';
import { ConsumerGroup } from './consumer-group.ts';
import { JOINING_EPOCH, LEAVING_EPOCH, LEAVING_FOR_NOW_EPOCH } from './consumer-member.ts';
import { type ConsumerRecord, consumerRecordBytes } from './consumer-records.ts';
import { type ConsumerStep, isRefusal, type Refusal } from './consumer-step.ts';
import { type DescribedConsumerGroup, describeConsumerGroup } from './describe-consumer-group.ts';
import { downgraded } from './downgrade.ts';
import { beginTimers, overdueMembers } from './expiry.ts';
import { removeMembers } from './fencing.ts';
import type { GroupTopics } from './group-topics.ts';
import { type ConsumerGroupHeartbeatResponse, type HeartbeatEvent, heartbeat } from './heartbeat.ts';
import { leaveForNow, leavingMember } from './leave.ts';
import { resolveRegexes } from './regular-expressions.ts';
import { type Upgrade, upgraded } from './upgrade.ts';

export interface ConsumerGroupsOptions {
  readonly timeline: Timeline;
  readonly groups: TimelineMap<string, Group>;
  readonly config: GroupConfig;
  readonly topics: GroupTopics;
  /** A group wants to be looked at, at a monotonic time. */
  readonly schedule: (groupId: string, atMs: number) => void;
  /** Takes up a classic group in the place of one of this protocol, with a rebalance when there is a reason for one. */
  readonly goOnAsClassic: (group: ClassicGroup, rebalanceReason: string | null, now: Instant) => Decision;
}

/** The groups of the consumer protocol (KIP-848) among those of one coordinator partition. */
export class ConsumerGroups {
  readonly #options: ConsumerGroupsOptions;

  constructor(options: ConsumerGroupsOptions) {
    this.#options = options;
  }

  /** A classic group that is there has either no record of its own, or one that this protocol's have replaced. */
  replay(record: ConsumerRecord): void {
    const { groupId } = record;
    const { groups, timeline } = this.#options;
    const known = groups.get(groupId);
    if (known?.type === 'consumer') {
      if (record.kind === 'consumer-epoch' && record.value === null) groups.delete(groupId);
      else known.apply(record);
    } else if (record.value !== null) {
      const group = new ConsumerGroup(groupId, timeline);
      groups.set(groupId, group);
      group.apply(record);
    }
  }

  heartbeat(event: HeartbeatEvent, replyTo: ReplyTo<ConsumerGroupHeartbeatResponse>, now: Instant): Decision {
    const { groupId, memberEpoch } = event.request;
    const isLeaving = memberEpoch === LEAVING_EPOCH || memberEpoch === LEAVING_FOR_NOW_EPOCH;
    const found = this.#groupFor(groupId, memberEpoch === JOINING_EPOCH, now);
    if (isRefusal(found)) return refused(replyTo, found);
    const step = this.#step(found.group, now);
    const response = isLeaving ? leave(step, event) : heartbeat(step, event);
    if (isRefusal(response)) return refused(replyTo, response);
    return this.#decide(step, {
      before: found.records,
      answers: [...found.answers, replyTo.answer(response)],
    });
  }

  /** JoinGroup to a group of this protocol that has members. */
  join(group: ConsumerGroup, event: JoinEvent, now: Instant): Decision {
    const step = this.#step(group, now);
    const response = joinByClassic(step, event);
    return this.#decide(step, { answers: [event.replyTo.answer(response)] });
  }

  sync(
    group: ConsumerGroup,
    {
      now,
      replyTo,
      request,
    }: { request: SyncGroupRequest; replyTo: ReplyTo<SyncGroupResponse>; now: Instant },
  ): Decision {
    const step = this.#step(group, now);
    const response = syncByClassic(step, request);
    return this.#decide(step, { answers: [replyTo.answer(response)] });
  }

  /** Heartbeat by the classic protocol: the error to answer. */
  heartbeatByClassic(
    group: ConsumerGroup,
    identity: { memberId: string; groupInstanceId: string | null; generationId: number },
    now: Instant,
  ): number {
    const errorCode = heartbeatByClassic(this.#step(group, now), identity);
    this.#scheduleNew(group);
    return errorCode;
  }

  leave(
    group: ConsumerGroup,
    {
      leaving,
      now,
      replyTo,
    }: {
      leaving: readonly LeavingMember[];
      replyTo: ReplyTo<readonly MemberLeft[]>;
      now: Instant;
    },
  ): Decision {
    const step = this.#step(group, now);
    const left = leaveByClassic(step, leaving);
    return this.#decide(step, { answers: [replyTo.answer(left)] });
  }

  /** After loading: members get time to be heard of. */
  begin(group: ConsumerGroup, now: Instant): void {
    beginTimers(this.#step(group, now));
    this.#scheduleNew(group);
  }

  /** Carries out what is due in a group: members whose time is over, regular expressions to be resolved. */
  expire(group: ConsumerGroup, now: Instant): Decision {
    const visible = group.takeResolution();
    const step = this.#step(group, now);
    if (visible !== null) {
      resolveRegexes(step, visible);
    } else {
      const { members, reason } = overdueMembers(step);
      removeMembers(step, members, reason);
    }
    const decision = this.#decide(step);
    this.#reschedule(group);
    return decision;
  }

  /** Decisions were undone, perhaps one that removed members whose time was over: it still is. */
  rolledBack(group: ConsumerGroup): void {
    group.timers.putBack((memberId) => group.member(memberId) !== undefined);
    this.#reschedule(group);
  }

  #reschedule(group: ConsumerGroup): void {
    const nextMs = group.isResolving ? Number.NEGATIVE_INFINITY : group.timers.nextMs();
    if (nextMs !== null) this.#options.schedule(group.groupId, nextMs);
  }

  /** The committed state of a group of this protocol; undefined when there is none. */
  describe(groupId: string): DescribedConsumerGroup | undefined {
    const { config, groups, topics } = this.#options;
    const group = groups.getCommitted(groupId);
    return group?.type === 'consumer' ? describeConsumerGroup(group, { config, topics }) : undefined;
  }

  /** The group of a heartbeat; one that a member brings into being is kept when something is decided about it. */
  #groupFor(groupId: string, mayCreate: boolean, now: Instant): Upgrade | Refusal {
    const { groups, timeline } = this.#options;
    const known = groups.get(groupId);
    if (known?.type === 'consumer') return { group: known, records: [], answers: [] };
    if (!mayCreate)
      return notFound(known === undefined ? `Consumer group ${groupId} not found.` : notConsumer(groupId));
    if (known === undefined || isEmpty(known)) {
      const records = known === undefined ? [] : groupTombstones(known);
      return { group: new ConsumerGroup(groupId, timeline), records, answers: [] };
    }
    return upgraded(known, { ...this.#options, now });
  }

  #step(group: ConsumerGroup, now: Instant): ConsumerStep {
    const { config, topics } = this.#options;
    return { group, now, config, topics, records: [], notes: [], downgrade: null };
  }

  /** The records of a step become the group's state, and its decision. */
  #decide(
    step: ConsumerStep,
    { answers = [], before = [] }: { answers?: Answer[]; before?: readonly CoordinatorRecord[] } = {},
  ): Decision {
    const { downgrade, group, notes, records } = step;
    const { groups } = this.#options;
    const written = [...before, ...records.map(consumerRecordBytes)];
    if (downgrade !== null) {
      const classic = downgraded(step, downgrade);
      const decision = this.#options.goOnAsClassic(classic.group, downgrade.rebalanceReason, step.now);
      return {
        records: [...written, ...classic.records, ...decision.records],
        answers: [...answers, ...decision.answers],
        notes: [...notes, ...(decision.notes ?? [])],
      };
    }
    if (written.length > 0 && groups.get(group.groupId) !== group) groups.set(group.groupId, group);
    for (const record of records) group.apply(record);
    this.#scheduleNew(group);
    return { records: written, answers, notes };
  }

  #scheduleNew(group: ConsumerGroup): void {
    const atMs = group.timers.takeSoonestNewMs();
    if (group.isResolving) this.#options.schedule(group.groupId, Number.NEGATIVE_INFINITY);
    else if (atMs !== null) this.#options.schedule(group.groupId, atMs);
  }
}

function leave(step: ConsumerStep, { request }: HeartbeatEvent): ConsumerGroupHeartbeatResponse | Refusal {
  const { instanceId, memberEpoch, memberId } = request;
  const member = leavingMember(step, request);
  if (isRefusal(member)) return member;
  if (instanceId !== null && memberEpoch === LEAVING_FOR_NOW_EPOCH) leaveForNow(step, member);
  else removeMembers(step, [member], 'the member left');
  return { memberId, memberEpoch };
}

function notFound(message: string): Refusal {
  return { errorCode: ErrorCode.GROUP_ID_NOT_FOUND, message };
}

function notConsumer(groupId: string): string {
  return `Group ${groupId} is not a consumer group.`;
}

function refused(
  replyTo: ReplyTo<ConsumerGroupHeartbeatResponse>,
  { errorCode, message }: Refusal,
): Decision {
  return { ...emptyDecision(), answers: [replyTo.answer({ errorCode, errorMessage: message })] };
}
