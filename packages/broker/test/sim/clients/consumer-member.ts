import { ErrorCode } from '../../../src/protocol/errors.ts';
import type { Decoded } from '../../../src/protocol/message.ts';
import type { consumerGroupHeartbeatResponse } from '../../../src/protocol/messages/consumer-group-heartbeat-response.ts';
import { consumerGroupHeartbeat } from './apis.ts';
import { dawdle } from './dawdling.ts';
import type { GroupMemberOptions } from './group-member.ts';
import { type CommittingMember, GroupOffsets } from './group-offsets.ts';
import { GroupVoice } from './group-voice.ts';

const REBALANCE_TIMEOUT_MS = 4000;
const RETRY_MS_MAX = 300;
const STAY_MS = { least: 4000, most: 25_000 };
/** Between reading and committing. */
const DAWDLES = 0.012;
/** Epochs by which a member says that it comes, that it goes, and that it goes and comes back by its name. */
const JOINING = 0;
const LEAVING = -1;
const LEAVING_FOR_NOW = -2;
const ASSIGNORS = [null, 'uniform', 'range'] as const;
/** How many name what they read by a pattern. */
const BY_PATTERN = 0.3;

const PASSING: readonly number[] = [
  // A later heartbeat has brought a newer epoch, or will.
  ErrorCode.STALE_MEMBER_EPOCH,
  // Whoever had this name before is not given up yet.
  ErrorCode.UNRELEASED_INSTANCE_ID,
];

/** Answers that say: you are no member any more, or another goes by your name, or the group is of the other protocol. */
const EXPELLED: readonly number[] = [
  ErrorCode.UNKNOWN_MEMBER_ID,
  ErrorCode.FENCED_MEMBER_EPOCH,
  ErrorCode.FENCED_INSTANCE_ID,
  ErrorCode.GROUP_ID_NOT_FOUND,
];

type Beat = Decoded<typeof consumerGroupHeartbeatResponse>;

/**
 * A consumer of the newer protocol (KIP-848): it is told by its heartbeats what is its own, gives up what is not before
 * it takes anything new, and commits under its member epoch.
 */
export class ConsumerMember {
  readonly #options: GroupMemberOptions;
  readonly #voice: GroupVoice;
  readonly #offsets: GroupOffsets;
  #memberId = '';
  #lives = 0;
  #epoch = JOINING;
  #positions = new Map<number, number | null>();
  #topicId = '';
  /** Null: it names its topic. */
  #pattern: string | null = null;
  /** Who had its name before, until it is told that it has it. */
  #former: CommittingMember | null = null;

  constructor(options: GroupMemberOptions) {
    const { client, groupId } = options;
    this.#options = options;
    this.#voice = new GroupVoice({ client, groupId, passing: PASSING, expelled: EXPELLED });
    this.#offsets = new GroupOffsets({ ...options, voice: this.#voice });
  }

  /** Ends once it has worked through its partitions after everything was over. */
  async run(): Promise<void> {
    const { client, isOver } = this.#options;
    for (let isLast = false; !isLast; ) {
      const wasOver = isOver();
      isLast = (await this.live()) && wasOver;
    }
    client.disconnect();
  }

  /** From joining to leaving, or to being expelled. Returns whether it has worked. */
  async live(): Promise<boolean> {
    const { client, topic, isOver } = this.#options;
    this.#topicId = (await client.topicIdOf(topic.name)) ?? '';
    if (this.#topicId === '') {
      await client.sleep(RETRY_MS_MAX);
      return false;
    }
    const leavesAtMs = client.wallMs + client.random.between(STAY_MS.least, STAY_MS.most);
    this.#begin();
    let hasWorked = false;
    while (client.wallMs < leavesAtMs) {
      const isMember = await this.#beat();
      if (isMember === false) return hasWorked;
      if (isMember === true && this.#epoch > JOINING) hasWorked = (await this.#work()) || hasWorked;
      if (hasWorked && isOver()) break;
      await client.sleep(client.random.fraction() * RETRY_MS_MAX);
    }
    await this.#depart();
    return hasWorked;
  }

  #begin(): void {
    const { client, topic } = this.#options;
    this.#lives += 1;
    this.#memberId = `${client.name}.${this.#lives}`;
    this.#pattern = client.random.chance(BY_PATTERN) ? `${topic.name.slice(0, -1)}[a-z]` : null;
    this.#forget();
  }

  get #member(): CommittingMember {
    const { instanceId: groupInstanceId } = this.#options;
    return { memberId: this.#memberId, groupInstanceId, generationId: this.#epoch };
  }

  /** By which it is known what it has: a name outlives its members. */
  get #identity(): string {
    return this.#options.instanceId ?? this.#memberId;
  }

  /** Null when there was no answer, or none that counts; false when it is no member any more. */
  async #beat(): Promise<boolean | null> {
    const { client, groupId, topic, instanceId } = this.#options;
    const sentMs = client.virtualMs;
    const isJoining = this.#epoch === JOINING;
    const owned = { topicId: this.#topicId, partitions: [...this.#positions.keys()] };
    const kept = owned.partitions.map((partition) => `${topic.name}-${partition}`);
    this.#options.ownership.keepsOnly(groupId, this.#identity, kept);
    const answer = await this.#voice.ask(consumerGroupHeartbeat, {
      ...{ groupId, instanceId, memberId: this.#memberId, memberEpoch: this.#epoch },
      rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS,
      subscribedTopicNames: this.#pattern === null ? [topic.name] : null,
      subscribedTopicRegex: this.#pattern,
      serverAssignor: isJoining ? client.random.pick(ASSIGNORS) : null,
      topicPartitions: isJoining || owned.partitions.length === 0 ? [] : [owned],
    });
    if (answer === null) return null;
    if (this.#voice.isExpelled(answer.errorCode)) return false;
    if (!(await this.#voice.isGood(answer.errorCode, 'heartbeat'))) return null;
    await this.#haunt();
    this.#take(answer, sentMs);
    return true;
  }

  /** Whoever had this name before beats once more, and must be told that another has it. */
  async #haunt(): Promise<void> {
    const { client, groupId, ownership, findings } = this.#options;
    const former = this.#former;
    const { answeredBy } = this.#voice;
    this.#former = null;
    if (former === null) return;
    const { memberId, groupInstanceId: instanceId, generationId: memberEpoch } = former;
    const answer = await this.#voice.ask(consumerGroupHeartbeat, {
      ...{ groupId, instanceId, memberId, memberEpoch },
    });
    if (answer === null || this.#voice.answeredBy !== answeredBy) return;
    if (answer.errorCode === ErrorCode.FENCED_INSTANCE_ID) findings.count('fencedInstances');
    if (answer.errorCode === ErrorCode.NONE && ownership.isJudged)
      client.violate(`${memberId} beats, and ${this.#memberId} has its name`);
  }

  /** What is not its own any more is given up before anything new is taken. */
  #take({ memberEpoch, assignment }: Beat, sentMs: number): void {
    const { client, groupId, topic, ownership, findings } = this.#options;
    if (memberEpoch < this.#epoch) client.violate(`member epoch ${this.#epoch} became ${memberEpoch}`);
    if (memberEpoch > this.#epoch) findings.count('memberEpochs');
    this.#epoch = memberEpoch;
    if (assignment !== null) {
      const assigned = assignment.topicPartitions
        .filter(({ topicId }) => topicId === this.#topicId)
        .flatMap(({ partitions }) => partitions);
      if (assigned.length > 0 && this.#pattern !== null) findings.count('patternsMatched');
      for (const partition of [...this.#positions.keys()])
        if (!assigned.includes(partition)) this.#positions.delete(partition);
      for (const partition of assigned)
        if (!this.#positions.has(partition)) this.#positions.set(partition, null);
    }
    ownership.holds({
      ...{ groupId, memberId: this.#identity, epoch: memberEpoch, sentMs, nodeId: this.#voice.answeredBy },
      partitions: [...this.#positions.keys()].map((partition) => `${topic.name}-${partition}`),
    });
  }

  /** Reads and commits once in each of its partitions. Returns whether that went well. */
  async #work(): Promise<boolean> {
    const { client, isOver } = this.#options;
    for (const [partition, known] of [...this.#positions]) {
      const position = known ?? (await this.#offsets.committed(partition, this.#member));
      const read = position === null ? null : await this.#offsets.read(partition, position);
      if (read === null) return false;
      if (read.nextOffset !== position) {
        await dawdle(client, { chance: DAWDLES, isOver });
        if (!(await this.#offsets.commit(partition, read.nextOffset, this.#member))) {
          this.#positions.set(partition, null);
          return false;
        }
      }
      this.#positions.set(partition, read.nextOffset);
    }
    return true;
  }

  /** Leaves, for good or to come back by its name, or is just not heard of again. */
  async #depart(): Promise<void> {
    const { client, groupId, instanceId, ownership, isOver } = this.#options;
    if (instanceId !== null && this.#epoch > JOINING) this.#former = this.#member;
    if (client.random.chance(0.6) || isOver()) {
      const isForNow = instanceId !== null && !isOver();
      ownership.keepsOnly(groupId, this.#identity, []);
      await this.#voice.ask(consumerGroupHeartbeat, {
        ...{ groupId, instanceId, memberId: this.#memberId },
        memberEpoch: isForNow ? LEAVING_FOR_NOW : LEAVING,
      });
    }
    this.#forget();
    client.disconnect();
  }

  #forget(): void {
    this.#epoch = JOINING;
    this.#positions = new Map();
  }
}
