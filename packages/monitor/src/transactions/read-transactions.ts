import { errorOf } from '@odradek/broker/protocol';
import type { Transaction } from '@odradek/contract';
import type { BrokerNode, ClusterMetadata } from '../cluster-client/cluster-metadata.ts';
import { chunks, fanOut } from '../cluster-client/fan-out.ts';
import { ApiNotSupported, type KafkaRequests } from '../cluster-client/kafka-requests.ts';

/** States of a transactional id that has nothing under way. */
const settled = ['Empty', 'CompleteCommit', 'CompleteAbort', 'Dead'];

const DESCRIBED_PER_REQUEST = 100;

/** Of one coordinator at most so many open transactions are described; the others are listed all the same. */
const DESCRIBED_MAX = 1_000;

export interface ReadTransactions {
  readonly transactions: readonly Transaction[];
  /** Brokers whose transactions are missing, since they did not answer. */
  readonly silent: readonly number[];
  /** Brokers that list none, with why. */
  readonly refused: ReadonlyMap<number, 'not-supported' | 'not-permitted' | 'loading'>;
}

/** Asks every broker for the transactional ids it coordinates, and describes those with a transaction open. Never throws. */
export async function readTransactions(
  requests: KafkaRequests,
  metadata: ClusterMetadata,
): Promise<ReadTransactions> {
  const transactions: Transaction[] = [];
  const silent: number[] = [];
  const refused = new Map<number, 'not-supported' | 'not-permitted' | 'loading'>();
  await fanOut(
    metadata.brokers.values(),
    async (broker) => {
      const answer = await requests.send(broker, 'ListTransactions', {});
      if (answer.errorCode !== 0) {
        const { name } = errorOf(answer.errorCode);
        refused.set(broker.id, name.endsWith('_AUTHORIZATION_FAILED') ? 'not-permitted' : 'loading');
      }
      const listed = answer.transactionStates.map(
        ({ transactionalId, transactionState: state, producerId }): Transaction => ({
          ...{ transactionalId, state, producerId, coordinator: broker.id },
          isOpen: !settled.includes(state),
          producerEpoch: null,
          timeoutMs: null,
          startedAt: null,
          partitions: null,
        }),
      );
      transactions.push(...(await withDescriptions(requests, broker, listed)));
    },
    ({ id }, error) => {
      if (error instanceof ApiNotSupported) refused.set(id, 'not-supported');
      else silent.push(id);
    },
  );
  const byName = transactions.sort((one, other) => compare(one.transactionalId, other.transactionalId));
  return { transactions: byName, silent: silent.sort((one, other) => one - other), refused };
}

/** One transactional id as its coordinator describes it; null where it knows none of that name. */
export async function describeTransaction(
  requests: KafkaRequests,
  coordinator: Pick<BrokerNode, 'id' | 'host' | 'port'>,
  transactionalId: string,
): Promise<{ readonly transaction: Transaction | null; readonly errorCode: number }> {
  const answer = await requests.send(coordinator, 'DescribeTransactions', {
    transactionalIds: [transactionalId],
  });
  const [found] = answer.transactionStates;
  const errorCode = found?.errorCode ?? -1;
  return {
    errorCode,
    transaction: found === undefined || errorCode !== 0 ? null : transactionOf(found, coordinator.id),
  };
}

async function withDescriptions(
  requests: KafkaRequests,
  broker: BrokerNode,
  listed: readonly Transaction[],
): Promise<Transaction[]> {
  const open = listed.filter(({ isOpen }) => isOpen).slice(0, DESCRIBED_MAX);
  const described = new Map<string, Transaction>();
  for (const some of chunks(open, DESCRIBED_PER_REQUEST)) {
    const transactionalIds = some.map(({ transactionalId }) => transactionalId);
    const answer = await requests.send(broker, 'DescribeTransactions', { transactionalIds });
    for (const found of answer.transactionStates) {
      // One that has ended in between is as it was listed.
      if (found.errorCode === 0) described.set(found.transactionalId, transactionOf(found, broker.id));
    }
  }
  return listed.map((transaction) => described.get(transaction.transactionalId) ?? transaction);
}

interface Described {
  readonly transactionalId: string;
  readonly transactionState: string;
  readonly transactionTimeoutMs: number;
  readonly transactionStartTimeMs: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[];
}

function transactionOf(found: Described, coordinator: number): Transaction {
  return {
    transactionalId: found.transactionalId,
    state: found.transactionState,
    isOpen: !settled.includes(found.transactionState),
    producerId: found.producerId,
    producerEpoch: found.producerEpoch,
    timeoutMs: found.transactionTimeoutMs,
    startedAt: found.transactionStartTimeMs < 0 ? null : found.transactionStartTimeMs,
    partitions: found.topics.map(({ topic, partitions }) => ({ topic, partitions: [...partitions] })),
    coordinator,
  };
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
