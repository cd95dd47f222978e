import { inspect } from 'node:util';
import { found, until } from '../patience.ts';
import { batch, produceBody } from './batches.ts';
import type { WireClient } from './wire-client.ts';

const TRANSACTIONAL = 0x10;

export type TransactionVersion = 1 | 2;

/** What a request says of its first partition. */
export interface FirstPartition {
  readonly errorCode?: number;
  readonly partitionErrorCode?: number;
  readonly baseOffset?: number | bigint;
}

/** A transactional producer by hand, which does what no client would as well; what it is answered comes as codes. */
export class TransactionalProducer {
  readonly client: WireClient;
  readonly transactionalId: string;
  readonly version: TransactionVersion;
  producerId = -1;
  epoch = -1;
  /** What comes next in each partition, as far as the producer believes. */
  readonly sequences = new Map<string, number>();

  constructor(client: WireClient, transactionalId: string, version: TransactionVersion) {
    this.client = client;
    this.transactionalId = transactionalId;
    this.version = version;
  }

  /** Asks until the coordinator is there. */
  async init(): Promise<this> {
    const request = { transactionalId: this.transactionalId, transactionTimeoutMs: 600_000 };
    const isDone = async () => {
      const asked = { ...request, producerId: -1, producerEpoch: -1 };
      const answer = await send<Initialized>(this.client, 'InitProducerId', 5, asked);
      if (answer.errorCode === 0) {
        this.producerId = Number(answer.producerId);
        this.epoch = answer.producerEpoch;
        return true;
      }
      const { errorCode } = answer;
      // COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR, CONCURRENT_TRANSACTIONS
      if (![14, 15, 16, 51].includes(errorCode)) throw new Error(`InitProducerId: ${errorCode}`);
      await findCoordinator(this.client, this.transactionalId);
      return false;
    };
    await until(`${this.transactionalId} is initialized`, isDone, {
      saw: () => inspect(this.client.lastAnswer),
    });
    return this;
  }

  /** Begins again in its next epoch, which it answers. */
  async initAnew(): Promise<number> {
    await this.init();
    this.sequences.clear();
    return this.epoch;
  }

  /** Has the coordinator add partitions (version 1). */
  async add(topic: string, partitions: readonly number[]): Promise<number | undefined> {
    const answer = await send<AddedPartitions>(this.client, 'AddPartitionsToTxn', 3, {
      v3AndBelowTransactionalId: this.transactionalId,
      v3AndBelowProducerId: this.producerId,
      v3AndBelowProducerEpoch: this.epoch,
      v3AndBelowTopics: [{ name: topic, partitions }],
    });
    return answer.resultsByTopicV3AndBelow[0]?.resultsByPartition[0]?.partitionErrorCode;
  }

  /** Writes a batch of two records; its error and offset. */
  async send(
    topic: string,
    {
      partition = 0,
      sequence = this.sequences.get(`${topic}-${partition}`) ?? 0,
      epoch = this.epoch,
      version = this.version === 2 ? 12 : 9,
      transactional = true,
    } = {},
  ): Promise<string> {
    const { producerId } = this;
    const attributes = transactional ? TRANSACTIONAL : 0;
    const records = batch({ attributes, producerId, producerEpoch: epoch, sequence });
    const transactionalId = transactional ? this.transactionalId : null;
    const body = { transactionalId, ...produceBody(topic, records, { partition }) };
    const answer = await send<Produced>(this.client, 'Produce', version, body);
    const [written] = answer.responses[0]?.partitionResponses ?? [];
    if (written?.errorCode === 0) this.sequences.set(`${topic}-${partition}`, sequence + 2);
    return `${written?.errorCode} at ${written?.baseOffset}`;
  }

  /** Commits an offset of partition 0 of the topic in the transaction. */
  async commitOffset(
    { group, topic, offset }: { readonly group: string; readonly topic: string; readonly offset: number },
    { version = this.version === 2 ? 5 : 3, generationId = -1, memberId = '' } = {},
  ): Promise<number | undefined> {
    const partitions = [
      { partitionIndex: 0, committedOffset: offset, committedLeaderEpoch: -1, committedMetadata: 'm' },
    ];
    const answer = await send<CommittedOffsets>(this.client, 'TxnOffsetCommit', version, {
      ...{ transactionalId: this.transactionalId, groupId: group },
      ...{ producerId: this.producerId, producerEpoch: this.epoch },
      ...(version >= 3 && { generationId, memberId, groupInstanceId: null }),
      topics: [{ name: topic, partitions }],
    });
    return answer.topics[0]?.partitions[0]?.errorCode;
  }

  async addOffsets(group: string): Promise<number> {
    const { transactionalId, producerId, epoch: producerEpoch } = this;
    const request = { transactionalId, producerId, producerEpoch, groupId: group };
    return (await send<{ errorCode: number }>(this.client, 'AddOffsetsToTxn', 3, request)).errorCode;
  }

  /** Ends the transaction, and waits until that is written everywhere. */
  async end(committed: boolean): Promise<number> {
    const { transactionalId, producerId, epoch: producerEpoch } = this;
    const request = { transactionalId, producerId, producerEpoch, committed };
    const look = async () => {
      const answered = await send<Ended>(this.client, 'EndTxn', this.version === 2 ? 5 : 3, request);
      // CONCURRENT_TRANSACTIONS: the one before is still being ended.
      return answered.errorCode === 51 ? null : answered;
    };
    const answer = await found(`${transactionalId} can be ended`, look, { everyMs: 5 });
    if (answer.errorCode !== 0) return answer.errorCode;
    if (this.version === 2 && answer.producerEpoch >= 0) {
      this.producerId = Number(answer.producerId);
      this.epoch = answer.producerEpoch;
      this.sequences.clear();
    }
    await this.ended();
    return 0;
  }

  /** Resolves when no transaction of this id is about to end. */
  async ended(): Promise<void> {
    await until(`no transaction of ${this.transactionalId} is about to end`, async () => {
      const asked = { transactionalIds: [this.transactionalId] };
      const { transactionStates } = await send<Described>(this.client, 'DescribeTransactions', 0, asked);
      return !transactionStates[0]?.transactionState.startsWith('Prepare');
    });
  }
}

/** Has the topic of transactions made, which is when a coordinator is first looked for. */
async function findCoordinator(client: WireClient, transactionalId: string): Promise<void> {
  await client.send('FindCoordinator', 4, { keyType: 1, coordinatorKeys: [transactionalId] });
}

async function send<Answer>(client: WireClient, ...request: Parameters<WireClient['send']>): Promise<Answer> {
  const answer = await client.send(...request);
  if ('closed' in answer) throw new Error(`${request[0]}: the connection was closed`);
  return answer.response as Answer;
}

interface Initialized {
  readonly errorCode: number;
  readonly producerId: number | bigint;
  readonly producerEpoch: number;
}

interface AddedPartitions {
  readonly resultsByTopicV3AndBelow: readonly { readonly resultsByPartition: readonly FirstPartition[] }[];
}

interface Produced {
  readonly responses: readonly { readonly partitionResponses: readonly FirstPartition[] }[];
}

interface CommittedOffsets {
  readonly topics: readonly { readonly partitions: readonly FirstPartition[] }[];
}

type Ended = Initialized;

interface Described {
  readonly transactionStates: readonly { readonly transactionState: string }[];
}
