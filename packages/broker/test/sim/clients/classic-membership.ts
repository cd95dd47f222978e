import { ErrorCode, errorOf } from '../../../src/protocol/errors.ts';
import {
  type Decoded,
  decodeMessage,
  type Encodable,
  encodeMessage,
  type MessageDeclaration,
} from '../../../src/protocol/message.ts';
import { consumerProtocolAssignment } from '../../../src/protocol/messages/consumer-protocol-assignment.ts';
import { consumerProtocolSubscription } from '../../../src/protocol/messages/consumer-protocol-subscription.ts';
import { Reader } from '../../../src/protocol/reader.ts';
import type { Findings } from '../findings.ts';
import type { TopicPlan } from '../history.ts';
import type { Ownership } from '../ownership.ts';
import { heartbeat, joinGroup, leaveGroup, syncGroup } from './apis.ts';
import type { Api, ClientProcess } from './client-process.ts';

const SESSION_TIMEOUT_MS = 6000;
const REBALANCE_TIMEOUT_MS = 4000;
const REQUEST_TIMEOUT_MS = 2000;
const JOIN_TIMEOUT_MS = 10_000;
const RETRY_MS_MAX = 300;
const PROTOCOL = { type: 'consumer', name: 'dealt-in-turn' };
const PROTOCOL_VERSION = 1;
const VERSION_BYTES = 2;

/** Answers that say: ask again, or find out first who coordinates. */
const PASSING: readonly number[] = [
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.NOT_COORDINATOR,
  ErrorCode.REBALANCE_IN_PROGRESS,
  ErrorCode.REQUEST_TIMED_OUT,
  ErrorCode.NOT_LEADER_OR_FOLLOWER,
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ErrorCode.KAFKA_STORAGE_ERROR,
  ErrorCode.FENCED_LEADER_EPOCH,
  ErrorCode.UNKNOWN_LEADER_EPOCH,
  ErrorCode.LEADER_NOT_AVAILABLE,
  ErrorCode.UNSTABLE_OFFSET_COMMIT,
];

/** Answers that say: you are no member, or not of this generation. */
const EXPELLED: readonly number[] = [ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.ILLEGAL_GENERATION];

/** A place in one generation of the group. */
export interface Membership {
  readonly generationId: number;
  readonly partitions: readonly number[];
}

type Joined = { readonly generationId: number; readonly members: readonly { readonly memberId: string }[] };

export interface ClassicMembershipOptions {
  readonly client: ClientProcess;
  readonly groupId: string;
  readonly topic: TopicPlan;
  readonly findings: Findings;
  readonly ownership: Ownership;
}

/** One member of a group of the classic protocol, as its coordinator knows it: joins, syncs, beats, leaves. */
export class ClassicMembership {
  readonly #options: ClassicMembershipOptions;
  #memberId = '';
  #answeredBy = -1;

  constructor(options: ClassicMembershipOptions) {
    this.#options = options;
  }

  /** The broker that has answered last. */
  get answeredBy(): number {
    return this.#answeredBy;
  }

  get memberId(): string {
    return this.#memberId;
  }

  /** It is a new member from now on, and the old one is not heard of again. */
  forget(): void {
    this.#memberId = '';
  }

  async leave(): Promise<void> {
    const { groupId, ownership } = this.#options;
    const body = { groupId, members: [{ memberId: this.#memberId }] };
    ownership.keepsOnly(groupId, this.#memberId, []);
    await this.ask(leaveGroup, body, REQUEST_TIMEOUT_MS);
    this.forget();
  }

  /** One round of joining and syncing; null when it came to nothing and is to be tried again. */
  async join(): Promise<Membership | null> {
    const { groupId, topic, findings } = this.#options;
    const subscription = encodeMessage(
      consumerProtocolSubscription,
      { topics: [topic.name] },
      PROTOCOL_VERSION,
    );
    this.#options.ownership.keepsOnly(groupId, this.#memberId, []);
    const answer = await this.ask(
      joinGroup,
      {
        groupId,
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
    const isLeader = answer.leader === this.#memberId;
    if (isLeader) findings.count('rebalances');
    return this.#sync(answer, isLeader);
  }

  async #sync(joined: Joined, isLeader: boolean): Promise<Membership | null> {
    const { groupId, client } = this.#options;
    const { generationId } = joined;
    const sentMs = client.virtualMs;
    const answer = await this.ask(
      syncGroup,
      {
        groupId,
        generationId,
        memberId: this.#memberId,
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
    this.#holds(membership, sentMs);
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
    const { generationId } = membership;
    const sentMs = client.virtualMs;
    const body = { groupId, generationId, memberId: this.#memberId };
    const answer = await this.ask(heartbeat, body, REQUEST_TIMEOUT_MS);
    if (answer === null || !(await this.isGood(answer.errorCode, 'heartbeat'))) return false;
    this.#holds(membership, sentMs);
    return true;
  }

  /** Asks the coordinator of the group. */
  async ask<Request extends MessageDeclaration, Response extends MessageDeclaration>(
    api: Api<Request, Response>,
    body: Encodable<Request>,
    timeoutMs: number,
  ): Promise<Decoded<Response> | null> {
    const { client, groupId } = this.#options;
    const coordinator = await client.coordinatorOf(groupId);
    const answer = coordinator === null ? null : await client.ask(api, body, timeoutMs, coordinator);
    if (answer === null || coordinator === null) client.forgetCoordinators();
    else this.#answeredBy = coordinator;
    return answer;
  }

  /** Whether the answer is none of an error; what is to be done about an error is done. */
  async isGood(errorCode: number, what: string): Promise<boolean> {
    if (errorCode === ErrorCode.NONE) return true;
    const { client } = this.#options;
    if (EXPELLED.includes(errorCode)) {
      if (errorCode === ErrorCode.UNKNOWN_MEMBER_ID) this.forget();
      return false;
    }
    if (!PASSING.includes(errorCode)) client.violate(`${what}: ${errorOf(errorCode).name}`);
    await client.sleep(client.random.fraction() * RETRY_MS_MAX);
    client.forgetCoordinators();
    return false;
  }

  #holds({ generationId, partitions }: Membership, sentMs: number): void {
    const { groupId, topic, ownership } = this.#options;
    ownership.holds({
      ...{ groupId, memberId: this.#memberId, epoch: generationId, sentMs, nodeId: this.#answeredBy },
      partitions: partitions.map((partition) => `${topic.name}-${partition}`),
    });
  }
}

/** How a group's part of a topic is called. */
export function partitionOf(groupId: string, topic: TopicPlan, partition: number): string {
  return `${groupId}/${topic.name}-${partition}`;
}

/** The embedded protocol's own version stands before its message. */
function versioned(message: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(VERSION_BYTES + message.length);
  new DataView(bytes.buffer).setInt16(0, PROTOCOL_VERSION);
  bytes.set(message, VERSION_BYTES);
  return bytes;
}
