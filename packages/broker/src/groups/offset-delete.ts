import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import type { offsetDeleteRequest } from '../protocol/messages/offset-delete-request.ts';
import type { offsetDeleteResponse } from '../protocol/messages/offset-delete-response.ts';
import { type Group, isEmpty, isOfConsumers, subscriptionOf } from './group.ts';
import type { OffsetKey, OffsetStore } from './offset-store.ts';

export type OffsetDeleteRequest = Decoded<typeof offsetDeleteRequest>;
export type OffsetDeleteResponse = Encodable<typeof offsetDeleteResponse>;

/** Only consumers say what they subscribe to; of any other active group nothing may be taken. */
export function validateOffsetDelete(group: Group | undefined): number {
  if (group === undefined) return ErrorCode.GROUP_ID_NOT_FOUND;
  if (isEmpty(group) || isOfConsumers(group)) return ErrorCode.NONE;
  return ErrorCode.NON_EMPTY_GROUP;
}

export interface OffsetDeletion {
  readonly response: OffsetDeleteResponse;
  readonly deleted: readonly OffsetKey[];
}

/** Which offsets go; a topic that the group still subscribes to is refused, an offset that is not there is not. */
export function deleteOffsets(
  group: Group,
  offsets: OffsetStore,
  request: OffsetDeleteRequest,
): OffsetDeletion {
  const isSubscribedTo = subscriptionOf(group);
  const deleted: OffsetKey[] = [];
  const topics = request.topics.map(({ name, partitions }) => {
    const errorCode = isSubscribedTo(name) ? ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC : ErrorCode.NONE;
    for (const { partitionIndex } of partitions) {
      const key = { groupId: group.groupId, topic: name, partition: partitionIndex };
      if (errorCode === ErrorCode.NONE && offsets.has(key)) deleted.push(key);
    }
    return { name, partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })) };
  });
  return { response: { topics }, deleted };
}
