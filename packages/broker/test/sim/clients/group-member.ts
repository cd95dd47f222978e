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
import type { CommittedOffsets } from '../committed-offsets.ts';
import type { Findings } from '../findings.ts';
import type { History, TopicPlan } from '../history.ts';
import { heartbeat, joinGroup, leaveGroup, offsetCommit, offsetFetch, syncGroup } from './apis.ts';
import type { Api, ClientProcess } from './client-process.ts';
import { fetchFrom } from './records-read.ts';

const SESSION_TIMEOUT_MS = 6000;
const REBALANCE_TIMEOUT_MS = 4000;
const REQUEST_TIMEOUT_MS = 2000;
const JOIN_TIMEOUT_MS = 10_000;
const MAX_WAIT_MS = 100;
const RETRY_MS_MAX = 300;
const STAY_MS = { least: 4000, most: 25_000 };
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
];

/** Answers that say: you are no member, or not of this generation. */
const EXPELLED: readonly number[] = [ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.ILLEGAL_GENERATION];

/** A place in one generation of the group. */
interface Membership {
  readonly generationId: number;
  readonly partitions: readonly number[];
}

type Joined = { readonly generationId: number; readonly members: readonly { readonly memberId: string }[] };

export interface GroupMemberOptions {
  readonly client: ClientProcess;
  readonly groupId: string;
  readonly topic: TopicPlan;
  readonly history: History;
  readonly offsets: CommittedOffsets;
  readonly findings: Findings;
  readonly isOver: () => boolean;
}

/** A consumer that joins its group, works through its partitions, commits, and leaves or vanishes; again and again. */
export class GroupMember {
  readonly #options: GroupMemberOptions;
  #memberId = '';

  constructor(options: GroupMemberOptions) {
    this.#options = options;
  }

  /** Ends once it has worked in a generation after everything was over. */
  async run(): Promise<void> {
    const { client, isOver } = this.#options;
    let leavesAtMs = this.#drawnEnd();
    for (let isLast = false; !isLast; ) {
      const wasOver = isOver();
      const membership = await this.#join();
      if (membership === null) {
        await client.sleep(client.random.fraction() * RETRY_MS_MAX);
        continue;
      }
      isLast = (await this.#work(membership, leavesAtMs)) && wasOver;
      if (client.wallMs < leavesAtMs && !isOver()) continue;
      await this.#depart();
      leavesAtMs = this.#drawnEnd();
    }
  }

  #drawnEnd(): number {
    const { client } = this.#options;
    return client.wallMs + client.random.between(STAY_MS.least, STAY_MS.most);
  }

  /** Leaves in order, or is just not heard of again. */
  async #depart(): Promise<void> {
    const { client, groupId, isOver } = this.#options;
    if (client.random.chance(0.5) || isOver()) {
      const body = { groupId, members: [{ memberId: this.#memberId }] };
      await this.#ask(leaveGroup, body, REQUEST_TIMEOUT_MS);
    }
    client.disconnect();
    this.#memberId = '';
    if (!isOver()) await client.sleep(client.random.fraction() * STAY_MS.least);
  }

  /** One round of joining and syncing; null when it came to nothing and is to be tried again. */
  async #join(): Promise<Membership | null> {
    const { groupId, topic, findings } = this.#options;
    const subscription = encodeMessage(
      consumerProtocolSubscription,
      { topics: [topic.name] },
      PROTOCOL_VERSION,
    );
    const answer = await this.#ask(
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
    if (!(await this.#isGood(answer.errorCode, 'join'))) return null;
    const isLeader = answer.leader === this.#memberId;
    if (isLeader) findings.count('rebalances');
    return this.#sync(answer, isLeader);
  }

  async #sync(joined: Joined, isLeader: boolean): Promise<Membership | null> {
    const { groupId } = this.#options;
    const { generationId } = joined;
    const answer = await this.#ask(
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
    if (answer === null || !(await this.#isGood(answer.errorCode, 'sync'))) return null;
    const assigned = decodeMessage(
      consumerProtocolAssignment,
      new Reader(answer.assignment.subarray(VERSION_BYTES)),
      PROTOCOL_VERSION,
    );
    return { generationId, partitions: assigned.assignedPartitions.flatMap(({ partitions }) => partitions) };
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

  /** Reads and commits until the group moves on, or its time is up. Returns whether a round was completed. */
  async #work({ generationId, partitions }: Membership, untilMs: number): Promise<boolean> {
    const { client, isOver } = this.#options;
    const positions = new Map<number, number>();
    let hasWorked = false;
    while (client.wallMs < untilMs) {
      for (const partition of partitions) {
        const position = positions.get(partition) ?? (await this.#committed(partition));
        const next = position === null ? null : await this.#read(partition, position);
        if (next === null) positions.delete(partition);
        else positions.set(partition, next);
        if (next === null || (next !== position && !(await this.#commit(partition, next, generationId))))
          return false;
      }
      if (!(await this.#beat(generationId))) return false;
      hasWorked = true;
      if (isOver()) break;
      await client.sleep(client.random.fraction() * RETRY_MS_MAX);
    }
    return hasWorked;
  }

  async #committed(partition: number): Promise<number | null> {
    const { client, groupId, topic, offsets } = this.#options;
    const isAllowed = offsets.reading(nameOf(groupId, topic, partition));
    const coordinator = await client.coordinatorOf(groupId);
    const topics = [{ name: topic.name, partitionIndexes: [partition] }];
    const body = { groups: [{ groupId, topics }], requireStable: true };
    const answer = await this.#ask(offsetFetch, body, REQUEST_TIMEOUT_MS);
    const group = answer?.groups[0];
    const found = group?.topics[0]?.partitions[0];
    if (group === undefined || found === undefined) {
      if (group !== undefined) await this.#isGood(group.errorCode, 'fetch of offsets');
      return null;
    }
    if (!(await this.#isGood(group.errorCode, 'fetch of offsets'))) return null;
    if (!(await this.#isGood(found.errorCode, 'fetch of offsets'))) return null;
    if (coordinator !== null) isAllowed(found.committedOffset, coordinator);
    return Math.max(0, found.committedOffset);
  }

  /** Reads on from `position`; null when there was no answer. */
  async #read(partition: number, position: number): Promise<number | null> {
    const { client, topic, history } = this.#options;
    const name = `${topic.name}-${partition}`;
    const fetched = await fetchFrom(client, { topic: topic.name, partition, offset: position }, MAX_WAIT_MS);
    if (fetched === null) return null;
    if (fetched.errorCode === ErrorCode.OFFSET_OUT_OF_RANGE && history.losses > 0) return 0;
    if (!(await this.#isGood(fetched.errorCode, `read of ${name} at ${position}`))) return null;
    let next = position;
    for (const record of fetched.records) {
      if (record.offset !== next) client.violate(`${name}: ${record.offset} follows ${next - 1}`);
      history.seen(name, record.offset, record.value);
      next = record.offset + 1;
    }
    return next;
  }

  async #commit(partition: number, offset: number, generationId: number): Promise<boolean> {
    const { groupId, topic, offsets } = this.#options;
    const isDone = offsets.sending(nameOf(groupId, topic, partition), offset);
    const answer = await this.#ask(
      offsetCommit,
      {
        groupId,
        generationIdOrMemberEpoch: generationId,
        memberId: this.#memberId,
        topics: [
          {
            name: topic.name,
            partitions: [{ partitionIndex: partition, committedOffset: offset, committedMetadata: null }],
          },
        ],
      },
      REQUEST_TIMEOUT_MS,
    );
    const result = answer?.topics[0]?.partitions[0];
    if (result === undefined || !(await this.#isGood(result.errorCode, 'commit'))) return false;
    isDone();
    return true;
  }

  async #beat(generationId: number): Promise<boolean> {
    const { groupId } = this.#options;
    const body = { groupId, generationId, memberId: this.#memberId };
    const answer = await this.#ask(heartbeat, body, REQUEST_TIMEOUT_MS);
    return answer !== null && (await this.#isGood(answer.errorCode, 'heartbeat'));
  }

  /** Asks the coordinator of the group. */
  async #ask<Request extends MessageDeclaration, Response extends MessageDeclaration>(
    api: Api<Request, Response>,
    body: Encodable<Request>,
    timeoutMs: number,
  ): Promise<Decoded<Response> | null> {
    const { client, groupId } = this.#options;
    const coordinator = await client.coordinatorOf(groupId);
    const answer = coordinator === null ? null : await client.ask(api, body, timeoutMs, coordinator);
    if (answer === null) client.forgetCoordinator();
    return answer;
  }

  /** Whether the answer is none of an error; what is to be done about an error is done. */
  async #isGood(errorCode: number, what: string): Promise<boolean> {
    if (errorCode === ErrorCode.NONE) return true;
    const { client } = this.#options;
    if (EXPELLED.includes(errorCode)) {
      if (errorCode === ErrorCode.UNKNOWN_MEMBER_ID) this.#memberId = '';
      return false;
    }
    if (!PASSING.includes(errorCode)) client.violate(`${what}: ${errorOf(errorCode).name}`);
    await client.sleep(client.random.fraction() * RETRY_MS_MAX);
    client.forgetCoordinator();
    return false;
  }
}

function nameOf(groupId: string, topic: TopicPlan, partition: number): string {
  return `${groupId}/${topic.name}-${partition}`;
}

/** The embedded protocol's own version stands before its message. */
function versioned(message: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(VERSION_BYTES + message.length);
  new DataView(bytes.buffer).setInt16(0, PROTOCOL_VERSION);
  bytes.set(message, VERSION_BYTES);
  return bytes;
}
