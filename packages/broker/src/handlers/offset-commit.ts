import type { MetadataImage } from '../metadata/metadata-image.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import { offsetCommitRequest } from '../protocol/messages/offset-commit-request.ts';
import { offsetCommitResponse } from '../protocol/messages/offset-commit-response.ts';
import { AclOperation } from '../security/authorizer.ts';
import { type GroupNeeds, groupClient, mayUseGroup } from './group-access.ts';
import type { Handler, RequestContext } from './handler.ts';

export interface OffsetCommitNeeds extends GroupNeeds {
  readonly image: () => MetadataImage;
}

type OffsetCommitRequest = Decoded<typeof offsetCommitRequest>;
type RequestedTopic = OffsetCommitRequest['topics'][number];
type AnsweredTopic = NonNullable<Encodable<typeof offsetCommitResponse>['topics']>[number];
type AnsweredPartition = NonNullable<AnsweredTopic['partitions']>[number];

const TOPIC_IDS_FROM = 10;

/**
 * OffsetCommit (key 8), versions 2–10. Each partition is answered by itself: unknown and forbidden topics are
 * refused here, the rest goes to the group. Version 2–4 may ask for a retention of their own, 10 names topics by id.
 */
export function offsetCommitHandler(
  needs: OffsetCommitNeeds,
): Handler<typeof offsetCommitRequest, typeof offsetCommitResponse> {
  return {
    request: offsetCommitRequest,
    response: offsetCommitResponse,
    async handle(request, context) {
      if (!mayUseGroup(needs, context, request.groupId)) {
        return refuseAll(request, ErrorCode.GROUP_AUTHORIZATION_FAILED);
      }
      const checked = request.topics.map((topic) => checkTopic(needs, topic, context));
      const topics = checked.map(({ accepted }) => accepted).filter((topic) => topic.partitions.length > 0);
      if (topics.length === 0) return { topics: checked.map(({ refused }) => refused) };
      const response = await needs.coordinator.commitOffsets({ ...request, topics }, groupClient(context));
      // In the order of the request: a topic may be named more than once.
      const committed = (response.topics ?? []).values();
      return {
        topics: checked.map(({ accepted, refused }) => {
          const answered = accepted.partitions.length > 0 ? committed.next().value?.partitions : undefined;
          return { ...refused, partitions: [...(answered ?? []), ...(refused.partitions ?? [])] };
        }),
      };
    },
    refuse: (errorCode, request) => refuseAll(request, errorCode),
  };
}

/** The partitions of a topic that may be committed, and the answer for the others. */
function checkTopic(
  needs: OffsetCommitNeeds,
  topic: RequestedTopic,
  context: RequestContext,
): { accepted: RequestedTopic; refused: AnsweredTopic } {
  const { authorizer, image } = needs;
  const usesIds = context.apiVersion >= TOPIC_IDS_FROM;
  const { topicsById, topicsByName } = image();
  const known = usesIds ? topicsById.get(topic.topicId) : topicsByName.get(topic.name);
  const name = known?.name ?? topic.name;
  const refusalOf = (partition: number): number => {
    if (known === undefined && usesIds) return ErrorCode.UNKNOWN_TOPIC_ID;
    if (!authorizer.isAllowed(context.principal, AclOperation.READ, 'topic', name)) {
      return ErrorCode.TOPIC_AUTHORIZATION_FAILED;
    }
    return known?.partitions[partition] === undefined ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.NONE;
  };
  const accepted: RequestedTopic['partitions'][number][] = [];
  const refused: AnsweredPartition[] = [];
  for (const partition of topic.partitions) {
    const { partitionIndex } = partition;
    const errorCode = refusalOf(partitionIndex);
    if (errorCode === ErrorCode.NONE) accepted.push(partition);
    else refused.push({ partitionIndex, errorCode });
  }
  return {
    accepted: { name, topicId: known?.id ?? topic.topicId, partitions: accepted },
    refused: { name: topic.name, topicId: topic.topicId, partitions: refused },
  };
}

function refuseAll(request: OffsetCommitRequest, errorCode: number): Encodable<typeof offsetCommitResponse> {
  return {
    topics: request.topics.map(({ name, partitions, topicId }) => ({
      name,
      topicId,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
    })),
  };
}
