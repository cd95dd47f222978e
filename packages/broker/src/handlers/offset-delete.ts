import type { MetadataImage } from '../metadata/metadata-image.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded } from '../protocol/message.ts';
import { offsetDeleteRequest } from '../protocol/messages/offset-delete-request.ts';
import { offsetDeleteResponse } from '../protocol/messages/offset-delete-response.ts';
import { AclOperation } from '../security/authorizer.ts';
import type { GroupNeeds } from './group-access.ts';
import type { Handler, RequestContext } from './handler.ts';

export interface OffsetDeleteNeeds extends GroupNeeds {
  readonly image: () => MetadataImage;
}

type RequestedTopic = Decoded<typeof offsetDeleteRequest>['topics'][number];

/**
 * OffsetDelete (key 47), version 0 (KIP-496): forgets offsets of topics that the group no longer subscribes to.
 */
export function offsetDeleteHandler(
  needs: OffsetDeleteNeeds,
): Handler<typeof offsetDeleteRequest, typeof offsetDeleteResponse> {
  return {
    request: offsetDeleteRequest,
    response: offsetDeleteResponse,
    async handle(request, context) {
      const { authorizer, coordinator } = needs;
      if (!authorizer.isAllowed(context.principal, AclOperation.DELETE, 'group', request.groupId)) {
        return { errorCode: ErrorCode.GROUP_AUTHORIZATION_FAILED };
      }
      const refusals = request.topics.map((topic) => refusedPartitions(needs, topic, context));
      const topics = request.topics.map(({ name, partitions }, index) => ({
        name,
        partitions: partitions.filter(({ partitionIndex }) => !refusals[index]?.has(partitionIndex)),
      }));
      const response = await coordinator.deleteOffsets({ groupId: request.groupId, topics });
      if (response.errorCode !== undefined && response.errorCode !== ErrorCode.NONE) return response;
      return {
        topics: topics.map(({ name }, index) => ({
          name,
          partitions: [
            ...(response.topics?.[index]?.partitions ?? []),
            ...[...(refusals[index] ?? [])].map(([partitionIndex, errorCode]) => ({
              partitionIndex,
              errorCode,
            })),
          ],
        })),
      };
    },
    refuse: (errorCode) => ({ errorCode }),
  };
}

/** Partition → why nothing of it may be deleted. */
function refusedPartitions(
  needs: OffsetDeleteNeeds,
  { name, partitions }: RequestedTopic,
  { principal }: RequestContext,
): Map<number, number> {
  const allowed = needs.authorizer.isAllowed(principal, AclOperation.READ, 'topic', name);
  const known = needs.image().topicsByName.get(name);
  const refused = new Map<number, number>();
  for (const { partitionIndex } of partitions) {
    if (!allowed) refused.set(partitionIndex, ErrorCode.TOPIC_AUTHORIZATION_FAILED);
    else if (known?.partitions[partitionIndex] === undefined) {
      refused.set(partitionIndex, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }
  }
  return refused;
}
