import { ErrorCode, errorOf } from '../../../src/protocol/errors.ts';
import { buildBatch } from '../../../src/protocol/records.ts';
import type { Findings } from '../findings.ts';
import type { History, ProducerMode, TopicPlan } from '../history.ts';
import { initProducerId, produce } from './apis.ts';
import type { ClientProcess } from './client-process.ts';

/** One batch that is to be written, with what was decided about it when it was first sent. */
interface Batch {
  readonly values: readonly string[];
  readonly bytes: Uint8Array;
}

interface ProducerSession {
  readonly producerId: number;
  readonly producerEpoch: number;
  /** By partition. */
  readonly nextSequence: Map<number, number>;
  /** Losses before it began: a later one may have taken its records. */
  readonly losses: number;
}

export interface ProducerOptions {
  readonly client: ClientProcess;
  readonly topic: TopicPlan;
  readonly mode: ProducerMode;
  readonly history: History;
  readonly findings: Findings;
  /** No new batch is begun after this. */
  readonly isOver: () => boolean;
}

const REQUEST_TIMEOUT_MS = 1500;
const RETRY_MS_MAX = 200;
const PAUSE_MS_MAX = 400;
const RECORDS_PER_BATCH_MAX = 4;

const RETRIABLE: readonly number[] = [
  ErrorCode.NOT_LEADER_OR_FOLLOWER,
  ErrorCode.LEADER_NOT_AVAILABLE,
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ErrorCode.REQUEST_TIMED_OUT,
  ErrorCode.KAFKA_STORAGE_ERROR,
  ErrorCode.NOT_ENOUGH_REPLICAS,
  ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
];

/** Told to a producer whose sequence the broker does not know how to continue. */
const SEQUENCE_IS_LOST: readonly number[] = [
  ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
  ErrorCode.UNKNOWN_PRODUCER_ID,
  ErrorCode.DUPLICATE_SEQUENCE_NUMBER,
];

/**
 * Writes batch after batch, and sends again, over new connections, what was not answered. Ends once it has written a
 * last batch after everything was over.
 */
export class Producer {
  readonly #options: ProducerOptions;
  #session: ProducerSession | null = null;
  #sessions = 0;
  #sentValues = 0;

  constructor(options: ProducerOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { client, topic, mode, isOver } = this.#options;
    for (let isLast = false; !isLast; ) {
      const wasOver = isOver();
      if (mode.isIdempotent && this.#session === null) {
        await this.#beginSession();
        continue;
      }
      isLast = wasOver;
      const partition = client.random.below(topic.partitions);
      const count = client.random.between(1, mode.batchesUnderWay);
      const batches = Array.from({ length: count }, () => this.#newBatch(partition));
      await this.#writeAll(partition, batches);
      await client.sleep(client.random.fraction() * PAUSE_MS_MAX);
    }
    client.disconnect();
  }

  async #beginSession(): Promise<void> {
    const { client, history } = this.#options;
    const { losses } = history;
    const body = { transactionalId: null, transactionTimeoutMs: 0 };
    const answer = await client.ask(initProducerId, body, REQUEST_TIMEOUT_MS);
    if (answer?.errorCode !== ErrorCode.NONE) {
      await this.#retryPause();
      return;
    }
    const { producerId, producerEpoch } = answer;
    this.#sessions += 1;
    this.#session = { producerId, producerEpoch, nextSequence: new Map(), losses };
  }

  #newBatch(partition: number): Batch {
    const { client, mode, history } = this.#options;
    const count = client.random.between(1, RECORDS_PER_BATCH_MAX);
    const values = Array.from({ length: count }, () => {
      this.#sentValues += 1;
      return `${client.name}.${this.#sessions}#${this.#sentValues}`;
    });
    history.sent(values, mode.isIdempotent);
    const padding = 'x'.repeat(client.random.below(200));
    const timestamp = client.wallMs;
    const records = values.map((value) => ({
      key: Buffer.from(padding),
      value: Buffer.from(value),
      timestamp,
    }));
    const session = this.#session;
    if (session === null) return { values, bytes: buildBatch(records) };
    const baseSequence = session.nextSequence.get(partition) ?? 0;
    session.nextSequence.set(partition, baseSequence + count);
    const { producerId, producerEpoch } = session;
    return { values, bytes: buildBatch(records, { producerId, producerEpoch, baseSequence }) };
  }

  /** Sends until each batch has been answered for good. */
  async #writeAll(partition: number, batches: readonly Batch[]): Promise<void> {
    const { lapses } = this.#options.history;
    let open = batches;
    while (open.length > 0) {
      open = await this.#writeOnce(partition, open, lapses);
      if (open.length > 0) await this.#retryPause();
    }
  }

  /** Sends the batches one behind the other. Returns those that are to be sent again, in order. */
  async #writeOnce(partition: number, batches: readonly Batch[], lapses: number): Promise<readonly Batch[]> {
    const { client, topic, mode } = this.#options;
    const bodies = batches.map(({ bytes }) => ({
      acks: mode.acks,
      timeoutMs: REQUEST_TIMEOUT_MS,
      topicData: [{ name: topic.name, partitionData: [{ index: partition, records: bytes.slice() }] }],
    }));
    const leader = await client.leaderOf(topic.name, partition);
    if (leader === null) return batches;
    const answers = await client.askAll(produce, bodies, REQUEST_TIMEOUT_MS, leader.nodeId);
    const again: Batch[] = [];
    for (const [index, batch] of batches.entries()) {
      const answer = answers[index]?.responses[0]?.partitionResponses[0];
      if (answer === undefined) again.push(batch);
      else if (answer.errorCode === ErrorCode.NONE) this.#acknowledge(partition, answer.baseOffset, batch);
      else if (RETRIABLE.includes(answer.errorCode)) again.push(batch);
      // A batch before it was not written, so that this one could not be.
      else if (again.length > 0 && SEQUENCE_IS_LOST.includes(answer.errorCode)) again.push(batch);
      else return this.#refused(answer.errorCode, batches.length > 1 ? lapses : Number.MAX_SAFE_INTEGER);
    }
    if (again.length > 0) client.forgetLeader(topic.name, partition);
    return again;
  }

  #acknowledge(partition: number, baseOffset: number, { values }: Batch): void {
    const { topic, history, mode } = this.#options;
    history.acknowledged(`${topic.name}-${partition}`, { baseOffset, values, acks: mode.acks });
  }

  /**
   * Begins anew, and gives up what is open, where the broker cannot know the sequence: this producer's records are
   * lost, or all but the last of its batches went out of a broker's memory.
   */
  #refused(errorCode: number, lapsesBefore: number): readonly Batch[] {
    const { client, history } = this.#options;
    const losses = this.#session?.losses ?? history.losses;
    const isForgotten = history.losses > losses || history.lapses > lapsesBefore;
    if (isForgotten && SEQUENCE_IS_LOST.includes(errorCode)) this.#session = null;
    else client.violate(`a batch was refused with ${errorOf(errorCode).name}`);
    return [];
  }

  #retryPause(): Promise<void> {
    const { client } = this.#options;
    return client.sleep(client.random.fraction() * RETRY_MS_MAX);
  }
}
