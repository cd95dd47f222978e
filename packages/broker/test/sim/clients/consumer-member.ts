import { ErrorCode, errorOf } from '../../../src/protocol/errors.ts';
import type { Decoded, Encodable, MessageDeclaration } from '../../../src/protocol/message.ts';
import type { consumerGroupHeartbeatResponse } from '../../../src/protocol/messages/consumer-group-heartbeat-response.ts';
import type { CommittedOffsets } from '../committed-offsets.ts';
import type { Findings } from '../findings.ts';
import type { History, TopicPlan } from '../history.ts';
import type { Ownership } from '../ownership.ts';
import { consumerGroupHeartbeat, offsetCommit, offsetFetch } from './apis.ts';
import { partitionOf } from './classic-membership.ts';
import type { Api, ClientProcess } from './client-process.ts';
import { fetchFrom } from './records-read.ts';

const REBALANCE_TIMEOUT_MS = 4000;
const REQUEST_TIMEOUT_MS = 2000;
const MAX_WAIT_MS = 100;
const RETRY_MS_MAX = 300;
const STAY_MS = { least: 4000, most: 25_000 };
/** Epochs by which a member says that it comes and that it goes. */
const JOINING = 0;
const LEAVING = -1;
const ASSIGNORS = [null, 'uniform', 'range'] as const;

/** Answers that say: ask again, or find out first who coordinates. */
const PASSING: readonly number[] = [
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.NOT_COORDINATOR,
  ErrorCode.REQUEST_TIMED_OUT,
  ErrorCode.NOT_LEADER_OR_FOLLOWER,
  ErrorCode.LEADER_NOT_AVAILABLE,
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ErrorCode.KAFKA_STORAGE_ERROR,
  ErrorCode.FENCED_LEADER_EPOCH,
  ErrorCode.UNKNOWN_LEADER_EPOCH,
  ErrorCode.UNSTABLE_OFFSET_COMMIT,
  // A later heartbeat has brought a newer epoch, or will.
  ErrorCode.STALE_MEMBER_EPOCH,
];

/** Answers that say: you are no member any more. */
const EXPELLED: readonly number[] = [ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.FENCED_MEMBER_EPOCH];

export interface ConsumerMemberOptions {
  readonly client: ClientProcess;
  readonly groupId: string;
  readonly topic: TopicPlan;
  readonly history: History;
  readonly offsets: CommittedOffsets;
  readonly ownership: Ownership;
  readonly findings: Findings;
  readonly isOver: () => boolean;
}

type Beat = Decoded<typeof consumerGroupHeartbeatResponse>;

/**
 * A consumer of the newer protocol (KIP-848): it is told by its heartbeats what is its own, gives up what is not before
 * it takes anything new, and commits under its member epoch.
 */
export class ConsumerMember {
  readonly #options: ConsumerMemberOptions;
  #memberId = '';
  #lives = 0;
  #epoch = JOINING;
  #positions = new Map<number, number | null>();
  #topicId = '';
  #answeredBy = -1;

  constructor(options: ConsumerMemberOptions) {
    this.#options = options;
  }

  /** Ends once it has worked through its partitions after everything was over. */
  async run(): Promise<void> {
    const { client, isOver } = this.#options;
    for (let isLast = false; !isLast; ) {
      const wasOver = isOver();
      this.#topicId = (await client.topicIdOf(this.#options.topic.name)) ?? '';
      if (this.#topicId === '') await client.sleep(RETRY_MS_MAX);
      else isLast = (await this.#live()) && wasOver;
    }
    client.disconnect();
  }

  /** From joining to leaving, or to being expelled. Returns whether it has worked. */
  async #live(): Promise<boolean> {
    const { client, isOver } = this.#options;
    const leavesAtMs = client.wallMs + client.random.between(STAY_MS.least, STAY_MS.most);
    this.#lives += 1;
    this.#memberId = `${client.name}.${this.#lives}`;
    this.#forget();
    let hasWorked = false;
    while (client.wallMs < leavesAtMs) {
      const isMember = await this.#beat();
      if (isMember === false) return hasWorked;
      if (isMember === true && this.#epoch > JOINING) hasWorked = (await this.#work()) || hasWorked;
      if (hasWorked && isOver()) break;
      await client.sleep(client.random.fraction() * RETRY_MS_MAX);
    }
    if (client.random.chance(0.6) || isOver()) await this.#leave();
    client.disconnect();
    return hasWorked;
  }

  /** Null when there was no answer, or none that counts; false when it is no member any more. */
  async #beat(): Promise<boolean | null> {
    const { client, groupId, topic } = this.#options;
    const sentMs = client.virtualMs;
    const isJoining = this.#epoch === JOINING;
    const owned = { topicId: this.#topicId, partitions: [...this.#positions.keys()] };
    const kept = owned.partitions.map((partition) => `${topic.name}-${partition}`);
    this.#options.ownership.keepsOnly(groupId, this.#memberId, kept);
    const answer = await this.#ask(consumerGroupHeartbeat, {
      ...{ groupId, memberId: this.#memberId, memberEpoch: this.#epoch },
      rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS,
      subscribedTopicNames: [topic.name],
      serverAssignor: isJoining ? client.random.pick(ASSIGNORS) : null,
      topicPartitions: isJoining || owned.partitions.length === 0 ? [] : [owned],
    });
    if (answer === null) return null;
    if (EXPELLED.includes(answer.errorCode)) return false;
    if (!(await this.#isGood(answer.errorCode, 'heartbeat'))) return null;
    await this.#take(answer, sentMs);
    return true;
  }

  /** What is to be given up is committed first, and given up before anything new is taken. */
  async #take({ memberEpoch, assignment }: Beat, sentMs: number): Promise<void> {
    const { client, groupId, topic, ownership, findings } = this.#options;
    if (memberEpoch < this.#epoch) client.violate(`member epoch ${this.#epoch} became ${memberEpoch}`);
    if (memberEpoch > this.#epoch) findings.count('memberEpochs');
    this.#epoch = memberEpoch;
    if (assignment !== null) {
      const assigned = assignment.topicPartitions
        .filter(({ topicId }) => topicId === this.#topicId)
        .flatMap(({ partitions }) => partitions);
      for (const partition of [...this.#positions.keys()])
        if (!assigned.includes(partition)) this.#positions.delete(partition);
      for (const partition of assigned)
        if (!this.#positions.has(partition)) this.#positions.set(partition, null);
    }
    ownership.holds({
      ...{ groupId, memberId: this.#memberId, epoch: memberEpoch, sentMs, nodeId: this.#answeredBy },
      partitions: [...this.#positions.keys()].map((partition) => `${topic.name}-${partition}`),
    });
  }

  /** Reads and commits once in each of its partitions. Returns whether that went well. */
  async #work(): Promise<boolean> {
    for (const [partition, known] of [...this.#positions]) {
      const position = known ?? (await this.#committed(partition));
      const next = position === null ? null : await this.#read(partition, position);
      if (next === null) return false;
      if (next !== position && !(await this.#commit(partition, next))) {
        this.#positions.set(partition, null);
        return false;
      }
      this.#positions.set(partition, next);
    }
    return true;
  }

  async #committed(partition: number): Promise<number | null> {
    const { groupId, topic, offsets } = this.#options;
    const isAllowed = offsets.reading(groupId, partitionOf(groupId, topic, partition));
    const topics = [{ name: topic.name, partitionIndexes: [partition] }];
    const member = { memberId: this.#memberId, memberEpoch: this.#epoch };
    const answer = await this.#ask(offsetFetch, {
      groups: [{ groupId, ...member, topics }],
      requireStable: true,
    });
    const group = answer?.groups[0];
    if (group === undefined || !(await this.#isGood(group.errorCode, 'fetch of offsets'))) return null;
    const found = group.topics[0]?.partitions[0];
    if (found === undefined || !(await this.#isGood(found.errorCode, 'fetch of offsets'))) return null;
    if (!isAllowed(found.committedOffset, this.#answeredBy)) return null;
    return Math.max(0, found.committedOffset);
  }

  async #read(partition: number, position: number): Promise<number | null> {
    const { client, topic, history } = this.#options;
    const name = `${topic.name}-${partition}`;
    const fetched = await fetchFrom(client, { topic: topic.name, partition, offset: position }, MAX_WAIT_MS);
    if (fetched === null) return null;
    if (fetched.errorCode === ErrorCode.OFFSET_OUT_OF_RANGE && history.losses > 0) return 0;
    if (!(await this.#isGood(fetched.errorCode, `read of ${name} at ${position}`))) return null;
    for (const record of fetched.records) history.seen(name, record.offset, record.value);
    return fetched.nextOffset;
  }

  async #commit(partition: number, offset: number): Promise<boolean> {
    const { groupId, topic, offsets } = this.#options;
    const commit = offsets.sending(partitionOf(groupId, topic, partition), offset);
    const partitions = [{ partitionIndex: partition, committedOffset: offset, committedMetadata: null }];
    const answer = await this.#ask(offsetCommit, {
      ...{ groupId, memberId: this.#memberId, generationIdOrMemberEpoch: this.#epoch },
      topics: [{ name: topic.name, partitions }],
    });
    const result = answer?.topics[0]?.partitions[0];
    if (result === undefined || !(await this.#isGood(result.errorCode, 'commit'))) return false;
    commit.done();
    return true;
  }

  async #leave(): Promise<void> {
    const { groupId, ownership } = this.#options;
    ownership.keepsOnly(groupId, this.#memberId, []);
    await this.#ask(consumerGroupHeartbeat, { groupId, memberId: this.#memberId, memberEpoch: LEAVING });
    this.#forget();
  }

  #forget(): void {
    this.#epoch = JOINING;
    this.#positions = new Map();
  }

  async #ask<Request extends MessageDeclaration, Response extends MessageDeclaration>(
    api: Api<Request, Response>,
    body: Encodable<Request>,
  ): Promise<Decoded<Response> | null> {
    const { client, groupId } = this.#options;
    const coordinator = await client.coordinatorOf(groupId);
    const answer = coordinator === null ? null : await client.ask(api, body, REQUEST_TIMEOUT_MS, coordinator);
    if (answer === null || coordinator === null) client.forgetCoordinators();
    else this.#answeredBy = coordinator;
    return answer;
  }

  /** Whether the answer is none of an error; what is to be done about an error is done. */
  async #isGood(errorCode: number, what: string): Promise<boolean> {
    if (errorCode === ErrorCode.NONE) return true;
    const { client } = this.#options;
    if (EXPELLED.includes(errorCode)) return false;
    if (!PASSING.includes(errorCode)) client.violate(`${what}: ${errorOf(errorCode).name}`);
    await client.sleep(client.random.fraction() * RETRY_MS_MAX);
    client.forgetCoordinators();
    return false;
  }
}
