import { type MetadataImage, partitionOf } from '../metadata/metadata-image.ts';
import { isInternalTopic } from '../metadata/topic-name.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import { addPartitionsToTxnRequest } from '../protocol/messages/add-partitions-to-txn-request.ts';
import { addPartitionsToTxnResponse } from '../protocol/messages/add-partitions-to-txn-response.ts';
import { AclOperation } from '../security/authorizer.ts';
import { NO_PARTITIONS, type TransactionPartitions, union } from '../transactions/transaction-metadata.ts';
import { verifyPartitions } from '../transactions/verify-partitions.ts';
import type { Handler, RequestContext } from './handler.ts';
import { fencedFor, mayWriteTransaction, type TransactionNeeds } from './transaction-access.ts';

export interface AddPartitionsToTxnNeeds extends TransactionNeeds {
  readonly image: () => MetadataImage;
}

type AddPartitionsToTxnRequest = Decoded<typeof addPartitionsToTxnRequest>;
type AddPartitionsToTxnResponse = Encodable<typeof addPartitionsToTxnResponse>;
type Transaction = AddPartitionsToTxnRequest['transactions'][number];
type Topics = Transaction['topics'];
type TopicResults = NonNullable<AddPartitionsToTxnResponse['resultsByTopicV3AndBelow']>;
type ErrorOf = (topic: string, partition: number) => number;

/** From here on brokers ask, for several transactions at once. */
const BATCHED_FROM = 4;
const KNOWS_FENCED_FROM = 2;
/** What a client's own requests (0) and those of a leader in its stead (2) say of the rules it works by. */
const BY_CLIENT = 0;
const BY_LEADER = 2;

/** The one resource of type cluster. */
const CLUSTER = 'kafka-cluster';

/**
 * AddPartitionsToTxn (key 24), versions 0–5. Up to 3 a producer adds partitions to its transaction. From 4 on brokers
 * ask: whether partitions belong to a transaction (KIP-890, `verifyOnly`), or to add them in the producer's stead. One
 * partition that cannot be added keeps out all of its transaction: they get OPERATION_NOT_ATTEMPTED.
 */
export function addPartitionsToTxnHandler(
  needs: AddPartitionsToTxnNeeds,
): Handler<typeof addPartitionsToTxnRequest, typeof addPartitionsToTxnResponse> {
  return {
    request: addPartitionsToTxnRequest,
    response: addPartitionsToTxnResponse,
    async handle(request, context) {
      if (context.apiVersion < BATCHED_FROM) {
        const transaction = transactionOf(request);
        return {
          resultsByTopicV3AndBelow: results(transaction, await outcomeOf(needs, transaction, context)),
        };
      }
      if (!needs.authorizer.isAllowed(context.principal, AclOperation.CLUSTER_ACTION, 'cluster', CLUSTER)) {
        return { errorCode: ErrorCode.CLUSTER_AUTHORIZATION_FAILED };
      }
      return {
        resultsByTransaction: await Promise.all(
          request.transactions.map(async (transaction) => ({
            transactionalId: transaction.transactionalId,
            topicResults: results(transaction, await outcomeOf(needs, transaction, context)),
          })),
        ),
      };
    },
    refuse: (errorCode, request, { apiVersion }) =>
      apiVersion < BATCHED_FROM
        ? { resultsByTopicV3AndBelow: results(transactionOf(request), () => errorCode) }
        : { errorCode },
  };
}

function transactionOf(request: AddPartitionsToTxnRequest): Transaction {
  return {
    transactionalId: request.v3AndBelowTransactionalId,
    producerId: request.v3AndBelowProducerId,
    producerEpoch: request.v3AndBelowProducerEpoch,
    topics: request.v3AndBelowTopics,
    verifyOnly: false,
  };
}

async function outcomeOf(
  needs: AddPartitionsToTxnNeeds,
  transaction: Transaction,
  context: RequestContext,
): Promise<ErrorOf> {
  const { transactions } = needs;
  const { producerEpoch, producerId, transactionalId, verifyOnly } = transaction;
  const byClient = context.apiVersion < BATCHED_FROM;
  if (byClient && !mayWriteTransaction(needs, context, transactionalId)) {
    return () => ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
  }
  const refusal = refusalsOf(needs, transaction.topics, context);
  if (refusal !== null) return refusal;
  if (verifyOnly) {
    if (transactionalId === '') return () => ErrorCode.INVALID_REQUEST;
    const found = transactions.find(transactionalId);
    return found.kind === 'ok' ? verifyPartitions(found.value, transaction) : () => found.errorCode;
  }
  const errorCode = await transactions.addPartitions({
    ...{ transactionalId, producerId, producerEpoch },
    partitions: partitionsIn(transaction.topics),
    clientTransactionVersion: byClient ? BY_CLIENT : BY_LEADER,
  });
  return () => fencedFor(context, KNOWS_FENCED_FROM, errorCode);
}

/** Why partitions cannot be added, and what the others are told then; null when nothing is in the way. */
function refusalsOf(
  { authorizer, image }: AddPartitionsToTxnNeeds,
  topics: Topics,
  { apiVersion, principal }: RequestContext,
): ErrorOf | null {
  const metadata = image();
  const mayWrite = (topic: string): boolean =>
    apiVersion >= BATCHED_FROM ||
    (!isInternalTopic(topic) && authorizer.isAllowed(principal, AclOperation.WRITE, 'topic', topic));
  const errorOf: ErrorOf = (topic, partition) => {
    if (!mayWrite(topic)) return ErrorCode.TOPIC_AUTHORIZATION_FAILED;
    return partitionOf(metadata, topic, partition) === undefined
      ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
      : ErrorCode.OPERATION_NOT_ATTEMPTED;
  };
  const isFine = topics.every(({ name, partitions }) =>
    partitions.every((partition) => errorOf(name, partition) === ErrorCode.OPERATION_NOT_ATTEMPTED),
  );
  return isFine ? null : errorOf;
}

/** A topic may come up twice, and so may a partition. */
function partitionsIn(topics: Topics): TransactionPartitions {
  return withPartitions(topics).reduce<TransactionPartitions>(
    (all, { name, partitions }) => union(all, new Map([[name, partitions]])),
    NO_PARTITIONS,
  );
}

function results({ topics }: Pick<Transaction, 'topics'>, errorOf: ErrorOf): TopicResults {
  return withPartitions(topics).map(({ name, partitions }) => ({
    name,
    resultsByPartition: partitions.map((partitionIndex) => ({
      partitionIndex,
      partitionErrorCode: errorOf(name, partitionIndex),
    })),
  }));
}

/** A topic of which no partition is named is not in the request. */
function withPartitions(topics: Topics): Topics {
  return topics.filter(({ partitions }) => partitions.length > 0);
}
