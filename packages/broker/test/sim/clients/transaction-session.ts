import { ErrorCode, errorOf } from '../../../src/protocol/errors.ts';
import type { Decoded, Encodable, MessageDeclaration } from '../../../src/protocol/message.ts';
import { buildBatch } from '../../../src/protocol/records.ts';
import type { TransactionLedger } from '../transaction-ledger.ts';
import {
  addOffsetsToTxn,
  addPartitionsToTxn,
  initProducerId,
  TRANSACTIONAL,
  type TransactionVersion,
} from './apis.ts';
import type { Api, ClientProcess } from './client-process.ts';
import type { CommittingMember } from './group-offsets.ts';

const REQUEST_TIMEOUT_MS = 2000;
const RETRY_MS_MAX = 120;
/** So soon some give up on a write, or on the end of a transaction, half of them before it has arrived, and ask on another connection. */
const IMPATIENCE_MS_MAX = 12;

/** Answers that say: ask again, or find out first whom. */
const PASSING: readonly number[] = [
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.NOT_COORDINATOR,
  ErrorCode.CONCURRENT_TRANSACTIONS,
  ErrorCode.REQUEST_TIMED_OUT,
  ErrorCode.NOT_LEADER_OR_FOLLOWER,
  ErrorCode.LEADER_NOT_AVAILABLE,
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ErrorCode.KAFKA_STORAGE_ERROR,
  ErrorCode.NOT_ENOUGH_REPLICAS,
  ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
  ErrorCode.NETWORK_EXCEPTION,
];

/** Answers that say: this producer, or this transaction, has been ended by somebody else. */
const ENDED: readonly number[] = [
  ErrorCode.PRODUCER_FENCED,
  ErrorCode.INVALID_PRODUCER_EPOCH,
  ErrorCode.TRANSACTION_ABORTABLE,
  ErrorCode.INVALID_TXN_STATE,
];

/**
 * Answers of brokers that know less of a producer than it was told: after a loss beyond what is promised. The first also
 * of one that leads no more and was not told so, when it is asked about who has come since: to Kafka's clients it is
 * fatal, and the application begins anew.
 */
const FORGOTTEN: readonly number[] = [
  ErrorCode.INVALID_PRODUCER_ID_MAPPING,
  ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
  ErrorCode.UNKNOWN_PRODUCER_ID,
];

/** Answers that say: who commits offsets is no member of the group any more. */
const EXPELLED: readonly number[] = [
  ErrorCode.ILLEGAL_GENERATION,
  ErrorCode.UNKNOWN_MEMBER_ID,
  ErrorCode.REBALANCE_IN_PROGRESS,
  ErrorCode.FENCED_INSTANCE_ID,
];

/** `ended`: somebody else has ended it. `expelled`: the group goes on without this member. `unanswered`: nobody says. */
export type StepOutcome = 'done' | 'ended' | 'expelled' | 'unanswered';

export interface SessionOptions {
  readonly client: ClientProcess;
  readonly transactionalId: string;
  readonly version: TransactionVersion;
  readonly timeoutMs: number;
  readonly ledger: TransactionLedger;
}

/** The place of a member in its group, as a transaction that commits offsets names it. */
export interface GroupPlace extends CommittingMember {
  readonly groupId: string;
}

type Attempt = { readonly errorCode: number } | null;

/** A transactional producer from the moment it has its epoch; one transaction after another. */
export class TransactionSession {
  readonly #options: SessionOptions;
  readonly #begunMs: number;
  #producerId: number;
  #epoch: number;
  readonly #sequences = new Map<string, number>();
  readonly #added = new Set<string>();
  #isEndUnderWay = false;

  private constructor(options: SessionOptions, producerId: number, epoch: number) {
    this.#options = options;
    this.#begunMs = options.client.virtualMs;
    this.#producerId = producerId;
    this.#epoch = epoch;
  }

  /** Whoever had the id before is fenced; null when it came to nothing and is to be tried again. */
  static async begin(options: SessionOptions): Promise<TransactionSession | null> {
    const { client, transactionalId, timeoutMs } = options;
    const body = { transactionalId, transactionTimeoutMs: timeoutMs };
    const answer = await askCoordinator(options, initProducerId, body, REQUEST_TIMEOUT_MS);
    if (answer?.errorCode === ErrorCode.NONE)
      return new TransactionSession(options, answer.producerId, answer.producerEpoch);
    if (answer !== null)
      judge(options, answer.errorCode, { what: 'the beginning of a producer', begunMs: client.virtualMs });
    await client.sleep(client.random.fraction() * RETRY_MS_MAX);
    return null;
  }

  get transactionalId(): string {
    return this.#options.transactionalId;
  }

  /** Whether a request to end a transaction of this session was given up on, and may still come. */
  get isEndUnderWay(): boolean {
    return this.#isEndUnderWay;
  }

  /**
   * Writes values as one batch; by the first protocol the partition is named to the coordinator before. Who is `hasty`
   * gives up on the connection at once, mostly, and does not ask again: the write may arrive whatever comes next.
   */
  async write(
    topic: string,
    partition: number,
    { values, isHasty = false }: { readonly values: readonly string[]; readonly isHasty?: boolean },
  ): Promise<StepOutcome> {
    const { client, version, transactionalId } = this.#options;
    const name = `${topic}-${partition}`;
    if (version === 1 && !this.#added.has(name)) {
      const added = await this.#addPartition(topic, partition);
      if (added !== 'done') return added;
      this.#added.add(name);
    }
    const baseSequence = this.#sequences.get(name) ?? 0;
    this.#sequences.set(name, baseSequence + values.length);
    const records = values.map((value) => ({
      value: Buffer.from(value),
      key: null,
      timestamp: client.wallMs,
    }));
    const bytes = buildBatch(records, {
      ...{ producerId: this.#producerId, producerEpoch: this.#epoch, baseSequence, isTransactional: true },
    });
    const timeoutMs = isHasty ? client.random.fraction() ** 4 * IMPATIENCE_MS_MAX : REQUEST_TIMEOUT_MS;
    const writes = async () => {
      const leader = await client.leaderOf(topic, partition);
      if (leader === null) return null;
      const body = {
        ...{ transactionalId, acks: -1, timeoutMs: REQUEST_TIMEOUT_MS },
        topicData: [{ name: topic, partitionData: [{ index: partition, records: bytes.slice() }] }],
      };
      const { produce } = TRANSACTIONAL[version];
      const answer = await client.ask(produce, body, timeoutMs, leader.nodeId);
      const result = answer?.responses[0]?.partitionResponses[0];
      if (result?.errorCode !== ErrorCode.NONE) client.forgetLeader(topic, partition);
      return result ?? null;
    };
    return this.#untilAnswered(`a write to ${name}`, writes, { once: isHasty });
  }

  #addPartition(topic: string, partition: number): Promise<StepOutcome> {
    const { transactionalId } = this.#options;
    return this.#untilAnswered(`the addition of ${topic}-${partition}`, async () => {
      const answer = await askCoordinator(
        this.#options,
        addPartitionsToTxn,
        {
          ...{ transactions: [], v3AndBelowTransactionalId: transactionalId },
          v3AndBelowProducerId: this.#producerId,
          v3AndBelowProducerEpoch: this.#epoch,
          v3AndBelowTopics: [{ name: topic, partitions: [partition] }],
        },
        REQUEST_TIMEOUT_MS,
      );
      const result = answer?.resultsByTopicV3AndBelow[0]?.resultsByPartition[0];
      return result === undefined ? null : { errorCode: result.partitionErrorCode };
    });
  }

  /** Makes what a group has read a part of the transaction. */
  async sendOffsets(
    place: GroupPlace,
    { topic, partition, offset }: { topic: string; partition: number; offset: number },
  ): Promise<StepOutcome> {
    const { client, version, transactionalId } = this.#options;
    const producer = { producerId: this.#producerId, producerEpoch: this.#epoch };
    if (version === 1) {
      const added = await this.#untilAnswered('the addition of offsets', () =>
        askCoordinator(
          this.#options,
          addOffsetsToTxn,
          { transactionalId, ...producer, groupId: place.groupId },
          REQUEST_TIMEOUT_MS,
        ),
      );
      if (added !== 'done') return added;
    }
    const committedLeaderEpoch = client.epochOf(topic, partition);
    const committed = { committedOffset: offset, committedLeaderEpoch, committedMetadata: null };
    const partitions = [{ partitionIndex: partition, ...committed }];
    const body = { transactionalId, ...place, ...producer, topics: [{ name: topic, partitions }] };
    return this.#untilAnswered('a transactional commit of offsets', async () => {
      const coordinator = await client.coordinatorOf(place.groupId);
      if (coordinator === null) return null;
      const { txnOffsetCommit } = TRANSACTIONAL[version];
      const answer = await client.ask(txnOffsetCommit, body, REQUEST_TIMEOUT_MS, coordinator);
      const result = answer?.topics[0]?.partitions[0];
      if (result?.errorCode !== ErrorCode.NONE) client.forgetCoordinators();
      return result ?? null;
    });
  }

  /**
   * Ends the transaction. Who is impatient gives up on the connection at first, and asks again over another one; who
   * asks only `once` does not ask again at all.
   */
  async end(committed: boolean, how: 'patiently' | 'impatiently' | 'once'): Promise<StepOutcome> {
    const { client, version, transactionalId } = this.#options;
    let isHasty = how === 'impatiently';
    const outcome = await this.#untilAnswered(
      committed ? 'a commit' : 'an abort',
      async () => {
        const timeoutMs = isHasty ? client.random.fraction() ** 4 * IMPATIENCE_MS_MAX : REQUEST_TIMEOUT_MS;
        isHasty = false;
        const body = {
          ...{ transactionalId, committed },
          ...{ producerId: this.#producerId, producerEpoch: this.#epoch },
        };
        const answer = await askCoordinator(this.#options, TRANSACTIONAL[version].endTxn, body, timeoutMs);
        if (answer === null) this.#isEndUnderWay = true;
        if (answer?.errorCode === ErrorCode.NONE && version === 2) this.#goOnAs(answer);
        return answer;
      },
      { once: how === 'once' },
    );
    this.#added.clear();
    return outcome;
  }

  /** By the second protocol every transaction has an epoch of its own. */
  #goOnAs({ producerId, producerEpoch }: { producerId: number; producerEpoch: number }): void {
    const { client, ledger } = this.#options;
    if (producerId === this.#producerId && producerEpoch <= this.#epoch && ledger.isJudged)
      client.violate(`epoch ${producerEpoch} follows ${this.#epoch} of producer ${producerId}`);
    this.#producerId = producerId;
    this.#epoch = producerEpoch;
    this.#sequences.clear();
  }

  async #untilAnswered(
    what: string,
    attempt: () => Promise<Attempt>,
    { once = false } = {},
  ): Promise<StepOutcome> {
    const { client } = this.#options;
    for (;;) {
      const answer = await attempt();
      if (answer?.errorCode === ErrorCode.NONE) return 'done';
      if (answer !== null) {
        const outcome = judge(this.#options, answer.errorCode, { what, begunMs: this.#begunMs });
        if (outcome !== 'again') return outcome;
      }
      if (once) return 'unanswered';
      await client.sleep(client.random.fraction() * RETRY_MS_MAX);
    }
  }
}

/** Asks the coordinator of the transactional id; null when there is no answer, or nobody to ask. */
async function askCoordinator<Request extends MessageDeclaration, Response extends MessageDeclaration>(
  { client, transactionalId }: SessionOptions,
  api: Api<Request, Response>,
  body: Encodable<Request>,
  timeoutMs: number,
): Promise<Decoded<Response> | null> {
  const coordinator = await client.coordinatorOf(transactionalId, 'transaction');
  const answer = coordinator === null ? null : await client.ask(api, body, timeoutMs, coordinator);
  if (answer === null) client.forgetCoordinators();
  return answer;
}

function judge(
  { client, ledger, transactionalId }: SessionOptions,
  errorCode: number,
  { what, begunMs }: { readonly what: string; readonly begunMs: number },
): 'again' | 'ended' | 'expelled' {
  if (PASSING.includes(errorCode)) {
    client.forgetCoordinators();
    return 'again';
  }
  if (EXPELLED.includes(errorCode)) return 'expelled';
  const isForgotten = FORGOTTEN.includes(errorCode) && !ledger.isJudged;
  const isMisled =
    errorCode === ErrorCode.INVALID_PRODUCER_ID_MAPPING && ledger.wasMisled(transactionalId, begunMs);
  if (!ENDED.includes(errorCode) && !isForgotten && !isMisled)
    client.violate(`${what} was refused with ${errorOf(errorCode).name}`);
  return 'ended';
}
