import { decodeMessage } from '../../protocol/message.ts';
import { consumerProtocolAssignment } from '../../protocol/messages/consumer-protocol-assignment.ts';
import { consumerProtocolSubscription } from '../../protocol/messages/consumer-protocol-subscription.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';
import { Reader } from '../../protocol/reader.ts';
import { valueBytes } from '../record-bytes.ts';
import { type Assignment, type TopicPartitions, topicPartitionsOf } from './assignment.ts';
import type { GroupTopics } from './group-topics.ts';

/** What consumers are called in the classic protocol. */
export const CONSUMER_PROTOCOL_TYPE = 'consumer';

/** Later versions only add to the end. */
const VERSION_MAX = 3;

interface NamedPartitions {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/** What a consumer subscribes to, as its JoinGroup has it. */
export interface ClassicSubscription {
  readonly version: number;
  readonly topicNames: readonly string[];
  readonly owned: readonly NamedPartitions[];
  readonly rackId: string | null;
}

/** Reads the metadata of a consumer's JoinGroup; null when that is something else. */
export function classicSubscription(metadata: Uint8Array): ClassicSubscription | null {
  return attempt(() => {
    const reader = new Reader(metadata);
    const version = reader.int16();
    const { ownedPartitions, rackId, topics } = decodeMessage(
      consumerProtocolSubscription,
      reader,
      Math.min(version, VERSION_MAX),
    );
    return { version, topicNames: [...new Set(topics)].sort(), owned: ownedPartitions, rackId };
  });
}

/** Reads what a leader assigned to a consumer; null when that is something else. */
export function classicAssignment(
  bytes: Uint8Array,
): { readonly partitions: readonly NamedPartitions[]; readonly hasUserData: boolean } | null {
  if (bytes.length === 0) return { partitions: [], hasUserData: false };
  return attempt(() => {
    const reader = new Reader(bytes);
    const version = Math.min(reader.int16(), VERSION_MAX);
    const { assignedPartitions, userData } = decodeMessage(consumerProtocolAssignment, reader, version);
    return { partitions: assignedPartitions, hasUserData: userData !== null && userData.length > 0 };
  });
}

/** An assignment as a consumer of the classic protocol reads it, in the version that its subscription has. */
export function classicAssignmentBytes(
  partitions: Parameters<typeof topicPartitionsOf>[0],
  { topics, version }: { topics: GroupTopics; version: number },
): Uint8Array {
  const assignedPartitions = topicPartitionsOf(partitions).flatMap(({ partitions: ofTopic, topicId }) => {
    const topic = topics.nameOf(topicId);
    return topic === undefined ? [] : [{ topic, partitions: ofTopic }];
  });
  return valueBytes(consumerProtocolAssignment, { assignedPartitions }, Math.min(version, VERSION_MAX));
}

/** Partitions under the ids of their topics; those of topics that are gone are left out. */
export function byTopicId(partitions: readonly NamedPartitions[], topics: GroupTopics): TopicPartitions[] {
  return partitions.flatMap(({ partitions: ofTopic, topic }) => {
    const topicId = topics.idOf(topic);
    return topicId === undefined ? [] : [{ topicId, partitions: ofTopic }];
  });
}

export function assignmentByTopicId(partitions: readonly NamedPartitions[], topics: GroupTopics): Assignment {
  const assignment = new Map<string, ReadonlySet<number>>();
  for (const { partitions: ofTopic, topicId } of byTopicId(partitions, topics)) {
    assignment.set(topicId, new Set([...(assignment.get(topicId) ?? []), ...ofTopic]));
  }
  return assignment;
}

/** The bytes come from a client. */
function attempt<Value>(read: () => Value): Value | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}
