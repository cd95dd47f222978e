import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import type { offsetFetchRequest } from '../protocol/messages/offset-fetch-request.ts';
import type { offsetFetchResponse } from '../protocol/messages/offset-fetch-response.ts';
import type { FetchingMember } from './consumer/consumer-commit.ts';
import {
  type CommittedOffset,
  isOfFormerTopic,
  type OffsetStore,
  type StoredOffset,
} from './offset-store.ts';

/** One group of an OffsetFetch, as version 8 and later batch them; null topics ask for all. */
export type OffsetFetchGroup = Decoded<typeof offsetFetchRequest>['groups'][number];
export type OffsetFetchTopic = NonNullable<OffsetFetchGroup['topics']>[number];

/** What is asked of one group, and by whom. */
export interface OffsetFetch {
  readonly groupId: string;
  readonly topics: readonly OffsetFetchTopic[] | null;
  readonly member: FetchingMember;
}

export type FetchedGroup = NonNullable<Encodable<typeof offsetFetchResponse>['groups']>[number];
export type FetchedTopic = NonNullable<FetchedGroup['topics']>[number];
export type FetchedPartition = NonNullable<FetchedTopic['partitions']>[number];

/**
 * `committed` is what any reader may see; `latest` includes what is decided and not committed yet, for an answer
 * that waits until it is (RequireStable). An offset that a transaction is about to commit is then not told at all
 * (KIP-447).
 */
export type OffsetView = 'committed' | 'latest';

/** What there is to fetch. Offsets that were committed for a former topic of the name are not told of. */
export interface OffsetSource {
  readonly offsets: OffsetStore;
  readonly topicIdOf: (name: string) => string | undefined;
}

/** Topics of the request with an offset for each partition, -1 where none is committed. */
export function fetchOffsets(
  { offsets, topicIdOf }: OffsetSource,
  { groupId, topics }: { groupId: string; topics: readonly OffsetFetchTopic[] },
  view: OffsetView,
): FetchedTopic[] {
  return topics.map(({ name, partitionIndexes, topicId }) => {
    const currentId = topicIdOf(name);
    const told = (offset: StoredOffset | undefined) =>
      offset !== undefined && isOfFormerTopic(offset, currentId) ? undefined : offset;
    const partitions = partitionIndexes.map((partition) => {
      const key = { groupId, topic: name, partition };
      if (view === 'committed') return fetched(partition, told(offsets.getCommitted(key)));
      return offsets.pending.has(key) ? unstable(partition) : fetched(partition, told(offsets.get(key)));
    });
    return { name, topicId, partitions };
  });
}

/** Everything the group has committed, by topic. */
export function fetchAllOffsets(
  { offsets, topicIdOf }: OffsetSource,
  groupId: string,
  view: OffsetView,
): FetchedTopic[] {
  const byTopic = new Map<string, StoredOffset[]>();
  const all = view === 'latest' ? offsets.ofGroup(groupId) : offsets.committedOfGroup(groupId);
  for (const offset of all) {
    if (isOfFormerTopic(offset, topicIdOf(offset.topic))) continue;
    const topic = byTopic.get(offset.topic);
    if (topic === undefined) byTopic.set(offset.topic, [offset]);
    else topic.push(offset);
  }
  return [...byTopic].map(([name, ofTopic]) => ({
    name,
    partitions: ofTopic.map((offset) => {
      const isUnstable = view === 'latest' && offsets.pending.has({ ...offset, groupId });
      return isUnstable ? unstable(offset.partition) : fetched(offset.partition, offset);
    }),
  }));
}

function fetched(partitionIndex: number, offset: CommittedOffset | undefined): FetchedPartition {
  return {
    partitionIndex,
    committedOffset: offset?.offset ?? -1,
    committedLeaderEpoch: offset?.leaderEpoch ?? -1,
    metadata: offset?.metadata ?? '',
  };
}

function unstable(partitionIndex: number): FetchedPartition {
  return { ...fetched(partitionIndex, undefined), errorCode: ErrorCode.UNSTABLE_OFFSET_COMMIT };
}
