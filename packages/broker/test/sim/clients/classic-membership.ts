import { ErrorCode } from '../../../src/protocol/errors.ts';
import { decodeMessage, encodeMessage } from '../../../src/protocol/message.ts';
import { consumerProtocolAssignment } from '../../../src/protocol/messages/consumer-protocol-assignment.ts';
import { consumerProtocolSubscription } from '../../../src/protocol/messages/consumer-protocol-subscription.ts';
import { Reader } from '../../../src/protocol/reader.ts';
import type { Findings } from '../findings.ts';
import type { TopicPlan } from '../history.ts';
import type { Ownership } from '../ownership.ts';
import { heartbeat, joinGroup, leaveGroup, syncGroup } from './apis.ts';
import type { ClientProcess } from './client-process.ts';
import type { CommittingMember } from './group-offsets.ts';
import { GroupVoice } from './group-voice.ts';

const SESSION_TIMEOUT_MS = 6000;
const REBALANCE_TIMEOUT_MS = 4000;
const JOIN_TIMEOUT_MS = 10_000;
const PROTOCOL = { type: 'consumer', name: 'dealt-in-turn' };
const PROTOCOL_VERSION = 1;
const VERSION_BYTES = 2;

const PASSING: readonly number[] = [ErrorCode.REBALANCE_IN_PROGRESS];

/**
 * Answers that say: you are no member, or not of this generation, or another goes by your name, or nobody knows the
 * group. It is gone when it was left without members and offsets, or when more was lost than a budget covers.
 */
const EXPELLED: readonly number[] = [
  ErrorCode.GROUP_ID_NOT_FOUND,
  ErrorCode.UNKNOWN_MEMBER_ID,
  ErrorCode.ILLEGAL_GENERATION,
  ErrorCode.FENCED_INSTANCE_ID,
];

/** A place in one generation of the group. */
export interface Membership {
  readonly generationId: number;
  readonly partitions: readonly number[];
}

interface Joined {
  readonly generationId: number;
  readonly members: readonly { readonly memberId: string }[];
}

export interface ClassicMembershipOptions {
  readonly client: ClientProcess;
  readonly groupId: string;
  readonly topic: TopicPlan;
  readonly findings: Findings;
  readonly ownership: Ownership;
  /** The name under which it comes back without a rebalance (KIP-345); null where it has none. */
  readonly instanceId: string | null;
}

/** One member of a group of the classic protocol, as its coordinator knows it: joins, syncs, beats, leaves. */
export class ClassicMembership {
  readonly voice: GroupVoice;
  readonly #options: ClassicMembershipOptions;
  #memberId = '';
  /** When it has first asked for its part in a generation: to ask again is no sign of life, in Kafka neither. */
  #firstSync = { generationId: -1, sentMs: 0 };
  /** Who it was before it was forgotten, until somebody else has its place. */
  #former: CommittingMember | null = null;

  constructor(options: ClassicMembershipOptions) {
    const { client, groupId } = options;
    this.#options = options;
    this.voice = new GroupVoice({ client, groupId, passing: PASSING, expelled: EXPELLED });
  }

  /** As whom it commits in a generation. */
  memberOf({ generationId }: Membership): CommittingMember {
    return { memberId: this.#memberId, groupInstanceId: this.#options.instanceId, generationId };
  }

  /** It is a new member from now on, and the old one is not heard of again. */
  forget(): void {
    this.#memberId = '';
  }

  /** Nobody is told; whoever has a name of its own comes back under it, and the old one must not go on. */
  vanish(membership: Membership | null): void {
    if (membership !== null && this.#options.instanceId !== null) this.#former = this.memberOf(membership);
    this.forget();
  }

  async leave(): Promise<void> {
    const { groupId, instanceId, ownership } = this.#options;
    const body = { groupId, members: [{ memberId: this.#memberId, groupInstanceId: instanceId }] };
    ownership.keepsOnly(groupId, this.#identity, []);
    await this.voice.ask(leaveGroup, body);
    this.forget();
  }

  /** By which it is known what it has: a name outlives its members. */
  get #identity(): string {
    return this.#options.instanceId ?? this.#memberId;
  }

  /** One round of joining and syncing; null when it came to nothing and is to be tried again. */
  async join(): Promise<Membership | null> {
    const { groupId, topic, findings, instanceId } = this.#options;
    const subscription = encodeMessage(
      consumerProtocolSubscription,
      { topics: [topic.name] },
      PROTOCOL_VERSION,
    );
    this.#options.ownership.keepsOnly(groupId, this.#identity, []);
    const answer = await this.voice.ask(
      joinGroup,
      {
        ...{ groupId, groupInstanceId: instanceId },
        sessionTimeoutMs: SESSION_TIMEOUT_MS,
        rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS,
        memberId: this.#memberId,
        protocolType: PROTOCOL.type,
        protocols: [{ name: PROTOCOL.name, metadata: versioned(subscription) }],
      },
      JOIN_TIMEOUT_MS,
    );
    if (answer === null) return null;
    if (answer.errorCode === ErrorCode.NONE || answer.errorCode === ErrorCode.MEMBER_ID_REQUIRED)
      this.#memberId = answer.memberId;
    if (answer.errorCode === ErrorCode.MEMBER_ID_REQUIRED) return null;
    if (!(await this.isGood(answer.errorCode, 'join'))) return null;
    await this.#haunt();
    // A leader that comes back by its name is told that everybody has something already.
    const isLeader = answer.leader === this.#memberId && !answer.skipAssignment;
    if (isLeader) findings.count('rebalances');
    return this.#sync(answer, isLeader);
  }

  /** Whoever had this name before beats once more, and must be told that another has it. */
  async #haunt(): Promise<void> {
    const { client, groupId, ownership, findings } = this.#options;
    const former = this.#former;
    const { answeredBy } = this.voice;
    this.#former = null;
    if (former === null || former.memberId === this.#memberId) return;
    const answer = await this.voice.ask(heartbeat, { groupId, ...former });
    if (answer === null || this.voice.answeredBy !== answeredBy) return;
    if (answer.errorCode === ErrorCode.FENCED_INSTANCE_ID) findings.count('fencedInstances');
    if (answer.errorCode === ErrorCode.NONE && ownership.isJudged)
      client.violate(`${former.memberId} beats, and ${this.#memberId} has its name`);
  }

  async #sync(joined: Joined, isLeader: boolean): Promise<Membership | null> {
    const { groupId, client, instanceId } = this.#options;
    const { generationId } = joined;
    const sentMs = client.virtualMs;
    if (this.#firstSync.generationId !== generationId) this.#firstSync = { generationId, sentMs };
    const answer = await this.voice.ask(
      syncGroup,
      {
        ...{ groupId, generationId, memberId: this.#memberId, groupInstanceId: instanceId },
        protocolType: PROTOCOL.type,
        protocolName: PROTOCOL.name,
        assignments: isLeader ? this.#deal(joined) : [],
      },
      JOIN_TIMEOUT_MS,
    );
    if (answer === null || !(await this.isGood(answer.errorCode, 'sync'))) return null;
    const assigned = decodeMessage(
      consumerProtocolAssignment,
      new Reader(answer.assignment.subarray(VERSION_BYTES)),
      PROTOCOL_VERSION,
    );
    const membership = {
      generationId,
      partitions: assigned.assignedPartitions.flatMap(({ partitions }) => partitions),
    };
    this.#holds(membership, { sentMs, heardMs: this.#firstSync.sentMs });
    return membership;
  }

  /** Gives the partitions to the members in turn. */
  #deal({ members }: Joined): { memberId: string; assignment: Uint8Array }[] {
    const { topic } = this.#options;
    const all = Array.from({ length: topic.partitions }, (_, partition) => partition);
    return members.map(({ memberId }, index) => {
      const partitions = all.filter((partition) => partition % members.length === index);
      const assignedPartitions = [{ topic: topic.name, partitions }];
      const bytes = encodeMessage(consumerProtocolAssignment, { assignedPartitions }, PROTOCOL_VERSION);
      return { memberId, assignment: versioned(bytes) };
    });
  }

  async beat(membership: Membership): Promise<boolean> {
    const { groupId, client } = this.#options;
    const sentMs = client.virtualMs;
    const answer = await this.voice.ask(heartbeat, { groupId, ...this.memberOf(membership) });
    if (answer === null || !(await this.isGood(answer.errorCode, 'heartbeat'))) return false;
    this.#holds(membership, { sentMs, heardMs: sentMs });
    return true;
  }

  /** Whether the answer is none of an error; what is to be done about an error is done. */
  async isGood(errorCode: number, what: string): Promise<boolean> {
    const isUnknown = errorCode === ErrorCode.UNKNOWN_MEMBER_ID || errorCode === ErrorCode.FENCED_INSTANCE_ID;
    if (isUnknown) this.forget();
    return this.voice.isGood(errorCode, what);
  }

  #holds({ generationId, partitions }: Membership, times: { sentMs: number; heardMs: number }): void {
    const { groupId, topic, ownership } = this.#options;
    ownership.holds({
      ...{ groupId, memberId: this.#identity, epoch: generationId, ...times, nodeId: this.voice.answeredBy },
      partitions: partitions.map((partition) => `${topic.name}-${partition}`),
    });
  }
}

/** The embedded protocol's own version stands before its message. */
function versioned(message: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(VERSION_BYTES + message.length);
  new DataView(bytes.buffer).setInt16(0, PROTOCOL_VERSION);
  bytes.set(message, VERSION_BYTES);
  return bytes;
}
