import { batch, produceBody } from '../differential/batches.ts';
import { WireClient } from '../differential/wire-client.ts';
import { found, until } from '../patience.ts';
import type { ThreeNodes } from './three-nodes.ts';

type Request = Parameters<WireClient['send']>;

const TRANSACTIONAL = 0x10;
const TRANSACTION = 1;

/** A transactional producer by hand: it does one step at a time, also such as no client would do. */
export class TransactionByHand {
  readonly #cluster: ThreeNodes;
  readonly #transactionalId: string;
  #producer = { producerId: -1, producerEpoch: -1 };
  #sequences = new Map<number, number>();

  private constructor(cluster: ThreeNodes, transactionalId: string) {
    this.#cluster = cluster;
    this.#transactionalId = transactionalId;
  }

  static async begin(cluster: ThreeNodes, transactionalId: string): Promise<TransactionByHand> {
    const transaction = new TransactionByHand(cluster, transactionalId);
    const answer = await askedUntilDone<Initialized>(cluster, 'InitProducerId', 4, {
      transactionalId,
      transactionTimeoutMs: 600_000,
      producerId: -1,
      producerEpoch: -1,
    });
    transaction.#producer = { producerId: Number(answer.producerId), producerEpoch: answer.producerEpoch };
    return transaction;
  }

  /** Tells the coordinator that partitions of a topic belong to the transaction. */
  async add(name: string, partitions: readonly number[]): Promise<void> {
    await askedUntilDone(this.#cluster, 'AddPartitionsToTxn', 3, {
      v3AndBelowTransactionalId: this.#transactionalId,
      v3AndBelowProducerId: this.#producer.producerId,
      v3AndBelowProducerEpoch: this.#producer.producerEpoch,
      v3AndBelowTopics: [{ name, partitions }],
    });
  }

  /** Writes two records to a partition, with a timestamp of `ageMs` ago. */
  async write(topic: string, partition: number, ageMs = 0): Promise<void> {
    const sequence = this.#sequences.get(partition) ?? 0;
    const timestamp = Date.now() - ageMs;
    const records = batch({ attributes: TRANSACTIONAL, ...this.#producer, sequence, timestamp });
    const body = { transactionalId: this.#transactionalId, ...produceBody(topic, records, { partition }) };
    await askedUntilDone(this.#cluster, 'Produce', 9, body);
    this.#sequences.set(partition, sequence + 2);
  }

  /** Commits it, and resolves when that is written everywhere. */
  async commit(): Promise<void> {
    const request = { transactionalId: this.#transactionalId, ...this.#producer, committed: true };
    await askedUntilDone(this.#cluster, 'EndTxn', 3, request);
    await until(`${this.#transactionalId} is committed`, async () => {
      const asked = { transactionalIds: [this.#transactionalId] };
      const answer = await askedUntilDone<Described>(this.#cluster, 'DescribeTransactions', 0, asked);
      return answer.transactionStates[0]?.transactionState === 'CompleteCommit';
    });
  }
}

/** Has the coordinators of transactions made, which are when one is first looked for. */
export async function findsCoordinator(cluster: ThreeNodes): Promise<void> {
  await askedUntilDone(cluster, 'FindCoordinator', 4, { keyType: TRANSACTION, coordinatorKeys: ['anyone'] });
}

interface Initialized {
  readonly producerId: number | bigint;
  readonly producerEpoch: number;
}

interface Described {
  readonly transactionStates: readonly { readonly transactionState: string }[];
}

/** Asks one node after the other until one has no error to tell: only the coordinator, or the leader, has none. */
async function askedUntilDone<Answer>(cluster: ThreeNodes, ...request: Request): Promise<Answer> {
  let last = '';
  const look = async () => {
    for (const { bootstrap } of cluster.nodes) {
      const wire = new WireClient(bootstrap);
      const answer = await wire.send(...request);
      wire.close();
      last = JSON.stringify(answer, (_, value) => (typeof value === 'bigint' ? Number(value) : value));
      if ('response' in answer && !/"(errorCode|partitionErrorCode)":[^0]/.test(last))
        return answer.response as Answer;
    }
    return null;
  };
  return found(`${cluster.name}: ${request[0]} is done`, look, { saw: () => last });
}
