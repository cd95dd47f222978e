import type { MetadataImage, PartitionImage, TopicImage } from '../metadata/metadata-image.ts';
import { invalidTopicName, isInternalTopic } from '../metadata/topic-name.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import { describeTopicPartitionsRequest } from '../protocol/messages/describe-topic-partitions-request.ts';
import { describeTopicPartitionsResponse } from '../protocol/messages/describe-topic-partitions-response.ts';
import { authorizedTopicOperations } from '../security/authorized-operations.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import type { Handler, RequestContext } from './handler.ts';
import { ListenerView } from './listener-view.ts';

export interface DescribeTopicPartitionsNeeds {
  readonly image: () => MetadataImage;
  readonly authorizer: Authorizer;
  /** `max.request.partition.size.limit` as it is set now. */
  readonly partitionLimit: () => number;
}

type Request = Decoded<typeof describeTopicPartitionsRequest>;
type Response = Encodable<typeof describeTopicPartitionsResponse>;
type DescribedTopic = NonNullable<Response['topics']>[number];
type DescribedPartition = NonNullable<DescribedTopic['partitions']>[number];

/**
 * DescribeTopicPartitions (key 75), version 0 (KIP-966): topics in the order of their names, with at most so many
 * partitions in one answer; the cursor says where the next answer begins.
 */
export function describeTopicPartitionsHandler(
  needs: DescribeTopicPartitionsNeeds,
): Handler<typeof describeTopicPartitionsRequest, typeof describeTopicPartitionsResponse> {
  return {
    request: describeTopicPartitionsRequest,
    response: describeTopicPartitionsResponse,
    handle(request, context) {
      const { cursor } = request;
      const namesAsked = request.topics.map(({ name }) => name);
      const isWrongCursor =
        cursor !== null &&
        (cursor.partitionIndex < 0 || (namesAsked.length > 0 && !namesAsked.includes(cursor.topicName)));
      if (isWrongCursor) return refused(ErrorCode.INVALID_REQUEST, request);
      return describe(needs, request, context);
    },
    refuse: refused,
  };
}

function refused(errorCode: number, request: Request): Response {
  return { topics: request.topics.map(({ name }) => ({ errorCode, name })) };
}

function describe(needs: DescribeTopicPartitionsNeeds, request: Request, context: RequestContext): Response {
  const { authorizer } = needs;
  const image = needs.image();
  const mayDescribe = (name: string) =>
    authorizer.isAllowed(context.principal, AclOperation.DESCRIBE, 'topic', name);
  const operationsOn = (name: string) => authorizedTopicOperations(authorizer, context.principal, name);
  const asksForAll = request.topics.length === 0;
  const names = namesFrom(request, image);
  const view = new ListenerView(image, context.listenerName);
  const topics: DescribedTopic[] = [];
  let nextCursor: Response['nextCursor'] = null;
  let remaining = Math.max(1, Math.min(needs.partitionLimit(), request.responsePartitionLimit));
  for (const name of names.filter(mayDescribe)) {
    if (remaining === 0) {
      nextCursor = { topicName: name, partitionIndex: 0 };
      break;
    }
    const topic = image.topicsByName.get(name);
    if (topic === undefined) {
      if (!asksForAll) topics.push({ ...missingTopic(name), topicAuthorizedOperations: operationsOn(name) });
      continue;
    }
    const from = name === request.cursor?.topicName ? request.cursor.partitionIndex : 0;
    const end = Math.min(topic.partitions.length, from + remaining);
    topics.push({
      ...describedTopic(topic, view, { from, end }),
      topicAuthorizedOperations: operationsOn(name),
    });
    if (end < topic.partitions.length) {
      nextCursor = { topicName: name, partitionIndex: end };
      break;
    }
    remaining -= Math.max(0, end - from);
  }
  const denied = asksForAll ? [] : names.filter((name) => !mayDescribe(name)).map(deniedTopic);
  return { topics: [...topics, ...denied], nextCursor };
}

/** The names asked for, or all, from the cursor's on, each once and in order. */
function namesFrom({ cursor, topics }: Request, image: MetadataImage): readonly string[] {
  const names = topics.length === 0 ? [...image.topicsByName.keys()] : topics.map(({ name }) => name);
  const first = cursor?.topicName ?? '';
  return [...new Set(names)].filter((name) => name >= first).sort();
}

function missingTopic(name: string): DescribedTopic {
  return {
    errorCode:
      invalidTopicName(name) === null
        ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
        : ErrorCode.INVALID_TOPIC_EXCEPTION,
    name,
    isInternal: isInternalTopic(name),
  };
}

function deniedTopic(name: string): DescribedTopic {
  return { errorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED, name };
}

function describedTopic(
  { id, name, partitions }: TopicImage,
  view: ListenerView,
  range: { readonly from: number; readonly end: number },
): DescribedTopic {
  return {
    errorCode: ErrorCode.NONE,
    name,
    topicId: id,
    isInternal: isInternalTopic(name),
    partitions: partitions
      .slice(range.from, range.end)
      .map((partition, index) => describedPartition(partition, range.from + index, view)),
  };
}

function describedPartition(
  partition: PartitionImage,
  partitionIndex: number,
  view: ListenerView,
): DescribedPartition {
  return {
    errorCode: ErrorCode.NONE,
    partitionIndex,
    leaderId: view.leaderOf(partition),
    leaderEpoch: partition.leaderEpoch,
    replicaNodes: partition.replicas,
    isrNodes: partition.isr,
    offlineReplicas: view.offlineReplicas(partition),
    eligibleLeaderReplicas: partition.eligibleLeaderReplicas,
    lastKnownElr: partition.lastKnownElr,
  };
}
