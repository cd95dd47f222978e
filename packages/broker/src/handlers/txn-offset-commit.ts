import { appendErrorToResponse } from '../coordination/append-error.ts';
import {
  refuseCommit,
  type TxnOffsetCommitRequest,
  type TxnOffsetCommitResponse,
} from '../groups/transactional-commit.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import { GROUP_METADATA_TOPIC } from '../metadata/topic-name.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded } from '../protocol/message.ts';
import { txnOffsetCommitRequest } from '../protocol/messages/txn-offset-commit-request.ts';
import { txnOffsetCommitResponse } from '../protocol/messages/txn-offset-commit-response.ts';
import { NO_SEQUENCE } from '../protocol/record-batch.ts';
import { ZERO_UUID } from '../protocol/uuid.ts';
import type {
  PartitionVerification,
  TransactionSupport,
  Verified,
} from '../replication/partition-verification.ts';
import type { Replicas } from '../replication/replicas.ts';
import { AclOperation } from '../security/authorizer.ts';
import { type GroupNeeds, groupClient, mayUseGroup } from './group-access.ts';
import type { Handler, RequestContext } from './handler.ts';

export interface TxnOffsetCommitNeeds extends GroupNeeds {
  readonly image: () => MetadataImage;
  readonly replicas: Replicas;
  readonly verification: PartitionVerification;
}

type Request = Decoded<typeof txnOffsetCommitRequest>;
type RequestedTopic = Request['topics'][number];
type AcceptedTopic = TxnOffsetCommitRequest['topics'][number];
type AnsweredPartition = { readonly partitionIndex: number; readonly errorCode: number };

/** Older producers take it for the end that a coordinator is still loading. */
const LOADING_FROM = 2;
/** First versions whose clients know TRANSACTION_ABORTABLE, and leave it to the broker to add the partition (KIP-890). */
const ABORTABLE_FROM = 4;
const ADDS_PARTITIONS_FROM = 5;

/**
 * TxnOffsetCommit (key 28), versions 0–5: offsets that count when the producer's transaction is committed. Version 3
 * names the member of the group that has consumed, who may have been fenced (KIP-447). The partition of
 * `__consumer_offsets` asks the transaction's coordinator as any other one does.
 */
export function txnOffsetCommitHandler(
  needs: TxnOffsetCommitNeeds,
): Handler<typeof txnOffsetCommitRequest, typeof txnOffsetCommitResponse> {
  return {
    request: txnOffsetCommitRequest,
    response: txnOffsetCommitResponse,
    async handle(request, context) {
      const { principal, apiVersion } = context;
      const { transactionalId, groupId } = request;
      if (!needs.authorizer.isAllowed(principal, AclOperation.WRITE, 'transactionalId', transactionalId)) {
        return refuseCommit(request, ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
      }
      if (!mayUseGroup(needs, context, groupId)) {
        return refuseCommit(request, ErrorCode.GROUP_AUTHORIZATION_FAILED);
      }
      const checked = request.topics.map((topic) => checkTopic(needs, topic, context));
      const topics = checked.map(({ accepted }) => accepted).filter((topic) => topic.partitions.length > 0);
      const committed =
        topics.length === 0 ? { topics: [] } : await commit(needs, { ...request, topics }, context);
      return told(apiVersion, request, { checked, committed });
    },
    refuse: (errorCode, request) => refuseCommit(request, errorCode),
  };
}

interface CheckedTopic {
  readonly accepted: AcceptedTopic;
  readonly refused: readonly AnsweredPartition[];
}

/** The partitions of a topic that may be committed, and the answer for the others. */
function checkTopic(
  { authorizer, image }: TxnOffsetCommitNeeds,
  topic: RequestedTopic,
  { principal }: RequestContext,
): CheckedTopic {
  const known = image().topicsByName.get(topic.name);
  const isAllowed = authorizer.isAllowed(principal, AclOperation.READ, 'topic', topic.name);
  const accepted: RequestedTopic['partitions'][number][] = [];
  const refused: AnsweredPartition[] = [];
  for (const partition of topic.partitions) {
    const { partitionIndex } = partition;
    if (!isAllowed) refused.push({ partitionIndex, errorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED });
    else if (known?.partitions[partitionIndex] !== undefined) accepted.push(partition);
    else refused.push({ partitionIndex, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION });
  }
  return { accepted: { name: topic.name, topicId: known?.id ?? ZERO_UUID, partitions: accepted }, refused };
}

async function commit(
  needs: TxnOffsetCommitNeeds,
  request: TxnOffsetCommitRequest,
  context: RequestContext,
): Promise<TxnOffsetCommitResponse> {
  const verified = await verify(needs, request, context);
  if (verified.kind === 'refused') return refuseCommit(request, toldOf(verified.errorCode));
  const { verification } = verified;
  return needs.coordinator.commitInTransaction(request, { client: groupClient(context), verification });
}

/** That the group's partition is another broker's is said by the coordinator; one that is nowhere will be made. */
function verify(
  { coordinator, image, replicas, verification }: TxnOffsetCommitNeeds,
  { groupId, transactionalId, producerId, producerEpoch }: TxnOffsetCommitRequest,
  { apiVersion }: RequestContext,
): Verified | Promise<Verified> {
  const partition = replicas.get(GROUP_METADATA_TOPIC, coordinator.partitionOf(groupId));
  if (partition === undefined || groupId === '') {
    const isNowhere = groupId !== '' && !image().topicsByName.has(GROUP_METADATA_TOPIC);
    return isNowhere
      ? { kind: 'refused', errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION }
      : { kind: 'verified', verification: undefined };
  }
  const support = supportOf(apiVersion);
  return verification.verify(partition, {
    ...{ transactionalId, producerId, producerEpoch, firstSequence: NO_SEQUENCE, support },
  });
}

function supportOf(apiVersion: number): TransactionSupport {
  if (apiVersion >= ADDS_PARTITIONS_FROM) return 'adds-partitions';
  return apiVersion >= ABORTABLE_FROM ? 'abortable' : 'invalid-state';
}

function toldOf(errorCode: number): number {
  return errorCode === ErrorCode.NETWORK_EXCEPTION
    ? ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
    : appendErrorToResponse(errorCode);
}

/** In the order of the request: a topic may be named more than once. */
function told(
  apiVersion: number,
  request: Request,
  { checked, committed }: { checked: readonly CheckedTopic[]; committed: TxnOffsetCommitResponse },
): TxnOffsetCommitResponse {
  const answered = (committed.topics ?? []).values();
  const topics = request.topics.map(({ name }, index) => {
    const { accepted, refused = [] } = checked[index] ?? {};
    const isAsked = (accepted?.partitions.length ?? 0) > 0;
    const partitions = [...((isAsked ? answered.next().value?.partitions : undefined) ?? []), ...refused];
    return {
      name,
      partitions: partitions.map((partition) => ({ ...partition, ...knownTo(apiVersion, partition) })),
    };
  });
  return { topics };
}

function knownTo(apiVersion: number, { errorCode = ErrorCode.NONE }: { readonly errorCode?: number }) {
  const isStrange = apiVersion < LOADING_FROM && errorCode === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS;
  return { errorCode: isStrange ? ErrorCode.COORDINATOR_NOT_AVAILABLE : errorCode };
}
