import type { Answer, Decision, Instant, ReplyTo } from '../../coordination/coordinator-machine.ts';
import { emptyDecision } from '../../coordination/coordinator-machine.ts';
import type { Timeline, TimelineMap } from '../../coordination/timeline.ts';
import { ErrorCode } from '../../protocol/errors.ts';
import type { Group } from '../group.ts';
import { groupTombstones, isEmpty } from '../group.ts';
import type { GroupConfig } from '../group-config.ts';
import { ConsumerGroup } from './consumer-group.ts';
import { JOINING_EPOCH, LEAVING_EPOCH, LEAVING_FOR_NOW_EPOCH } from './consumer-member.ts';
import { consumerRecordBytes } from './consumer-records.ts';
import { type ConsumerStep, isRefusal, type Refusal } from './consumer-step.ts';
import { type DescribedConsumerGroup, describeConsumerGroup } from './describe-consumer-group.ts';
import { beginTimers, overdueMembers } from './expiry.ts';
import { removeMembers } from './fencing.ts';
import type { GroupTopics } from './group-topics.ts';
import { type ConsumerGroupHeartbeatResponse, type HeartbeatEvent, heartbeat } from './heartbeat.ts';
import { leaveForNow, leavingMember } from './leave.ts';
import { resolveRegexes } from './regular-expressions.ts';

export interface ConsumerGroupsOptions {
  readonly timeline: Timeline;
  readonly groups: TimelineMap<string, Group>;
  readonly config: GroupConfig;
  readonly topics: GroupTopics;
  /** A group wants to be looked at, at a monotonic time. */
  readonly schedule: (groupId: string, atMs: number) => void;
}

/** The groups of the consumer protocol (KIP-848) among those of one coordinator partition. */
export class ConsumerGroups {
  readonly #options: ConsumerGroupsOptions;

  constructor(options: ConsumerGroupsOptions) {
    this.#options = options;
  }

  heartbeat(event: HeartbeatEvent, replyTo: ReplyTo<ConsumerGroupHeartbeatResponse>, now: Instant): Decision {
    const { groupId, memberEpoch } = event.request;
    const isLeaving = memberEpoch === LEAVING_EPOCH || memberEpoch === LEAVING_FOR_NOW_EPOCH;
    const found = this.#groupFor(groupId, memberEpoch === JOINING_EPOCH);
    if (isRefusal(found)) return refused(replyTo, found);
    const step = this.#step(found.group, now);
    const response = isLeaving ? leave(step, event) : heartbeat(step, event);
    if (isRefusal(response)) return refused(replyTo, response);
    return this.#decide(step, { ...found, answers: [replyTo.answer(response)] });
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
    this.reschedule(group);
    return decision;
  }

  /** Decisions were undone, or deadlines have passed. */
  reschedule(group: ConsumerGroup): void {
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
  #groupFor(groupId: string, mayCreate: boolean): GroupFound | Refusal {
    const { groups, timeline } = this.#options;
    const known = groups.get(groupId);
    if (known?.type === 'consumer') return { group: known, replaced: null };
    if (!mayCreate)
      return notFound(known === undefined ? `Consumer group ${groupId} not found.` : notConsumer(groupId));
    if (known === undefined || isEmpty(known)) {
      return { group: new ConsumerGroup(groupId, timeline), replaced: known ?? null };
    }
    return notFound(notConsumer(groupId));
  }

  #step(group: ConsumerGroup, now: Instant): ConsumerStep {
    const { config, topics } = this.#options;
    return { group, now, config, topics, records: [], notes: [] };
  }

  /** The records of a step become the group's state, and its decision. */
  #decide(
    { group, notes, records }: ConsumerStep,
    { answers = [], replaced = null }: { answers?: Answer[]; replaced?: Group | null } = {},
  ): Decision {
    const { groups } = this.#options;
    const written = records.map(consumerRecordBytes);
    if (replaced !== null) written.unshift(...groupTombstones(replaced));
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

interface GroupFound {
  readonly group: ConsumerGroup;
  /** The empty classic group in whose place it comes. */
  readonly replaced: Group | null;
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
