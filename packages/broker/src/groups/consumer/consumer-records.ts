import type { CoordinatorRecord } from '../../coordination/coordinator-machine.ts';
import { type Decoded, decodeMessage } from '../../protocol/message.ts';
import { consumerGroupCurrentMemberAssignmentKey as currentKey } from '../../protocol/messages/consumer-group-current-member-assignment-key.ts';
import { consumerGroupCurrentMemberAssignmentValue as currentValue } from '../../protocol/messages/consumer-group-current-member-assignment-value.ts';
import { consumerGroupMemberMetadataKey as memberKey } from '../../protocol/messages/consumer-group-member-metadata-key.ts';
import { consumerGroupMemberMetadataValue as memberValue } from '../../protocol/messages/consumer-group-member-metadata-value.ts';
import { consumerGroupMetadataKey as epochKey } from '../../protocol/messages/consumer-group-metadata-key.ts';
import { consumerGroupMetadataValue as epochValue } from '../../protocol/messages/consumer-group-metadata-value.ts';
import { consumerGroupPartitionMetadataKey as partitionsKey } from '../../protocol/messages/consumer-group-partition-metadata-key.ts';
import { consumerGroupRegularExpressionKey as regexKey } from '../../protocol/messages/consumer-group-regular-expression-key.ts';
import { consumerGroupRegularExpressionValue as regexValue } from '../../protocol/messages/consumer-group-regular-expression-value.ts';
import { consumerGroupTargetAssignmentMemberKey as targetKey } from '../../protocol/messages/consumer-group-target-assignment-member-key.ts';
import { consumerGroupTargetAssignmentMemberValue as targetValue } from '../../protocol/messages/consumer-group-target-assignment-member-value.ts';
import { consumerGroupTargetAssignmentMetadataKey as targetEpochKey } from '../../protocol/messages/consumer-group-target-assignment-metadata-key.ts';
import { consumerGroupTargetAssignmentMetadataValue as targetEpochValue } from '../../protocol/messages/consumer-group-target-assignment-metadata-value.ts';
import type { Reader } from '../../protocol/reader.ts';
import { decodeValue, keyBytes, valueBytes } from '../record-bytes.ts';
import { type Assignment, assignmentOf, type OwnedPartitions, topicPartitionsOf } from './assignment.ts';
import type { CurrentAssignment, MemberState, MemberSubscription } from './consumer-member.ts';

/** The epoch of a group's members and subscriptions, and what their topics looked like in it. */
export interface GroupEpoch {
  readonly epoch: number;
  readonly metadataHash: number;
}

/** The epoch for which the target assignment was made, and when (wall time; 0: not known). */
export interface TargetEpoch {
  readonly epoch: number;
  readonly assignedAtMs: number;
}

/** The topics that a regular expression matched, in the metadata of this version. */
export interface ResolvedRegex {
  readonly topics: readonly string[];
  readonly version: number;
  readonly resolvedAtMs: number;
}

/** One step in the life of a consumer group, as `__consumer_offsets` has it; a null value takes the key back. */
export type ConsumerRecord = { readonly groupId: string } & (
  | { readonly kind: 'consumer-epoch'; readonly value: GroupEpoch | null }
  | { readonly kind: 'consumer-member'; readonly memberId: string; readonly value: MemberSubscription | null }
  | { readonly kind: 'consumer-target-epoch'; readonly value: TargetEpoch | null }
  | { readonly kind: 'consumer-target'; readonly memberId: string; readonly value: Assignment | null }
  | { readonly kind: 'consumer-current'; readonly memberId: string; readonly value: CurrentAssignment | null }
  | { readonly kind: 'consumer-regex'; readonly regex: string; readonly value: ResolvedRegex | null }
  /** What Kafka 4.0 wrote of the topics' partitions; it is only ever taken back. */
  | { readonly kind: 'consumer-partitions'; readonly value: 'present' | null }
);

const STATES: readonly MemberState[] = ['stable', 'unrevoked', 'unreleased'];

export function consumerRecordBytes(record: ConsumerRecord): CoordinatorRecord {
  const { groupId } = record;
  switch (record.kind) {
    case 'consumer-epoch':
      return {
        key: keyBytes(epochKey, { groupId }),
        value: record.value && valueBytes(epochValue, record.value, 0),
      };
    case 'consumer-member':
      return {
        key: keyBytes(memberKey, { groupId, memberId: record.memberId }),
        value: record.value && memberBytes(record.value),
      };
    case 'consumer-target-epoch':
      return {
        key: keyBytes(targetEpochKey, { groupId }),
        value: record.value && targetEpochBytes(record.value),
      };
    case 'consumer-target': {
      const value = record.value && { topicPartitions: topicPartitionsOf(record.value) };
      return {
        key: keyBytes(targetKey, { groupId, memberId: record.memberId }),
        value: value && valueBytes(targetValue, value, 0),
      };
    }
    case 'consumer-current':
      return {
        key: keyBytes(currentKey, { groupId, memberId: record.memberId }),
        value: record.value && currentBytes(record.value),
      };
    case 'consumer-regex':
      return {
        key: keyBytes(regexKey, { groupId, regularExpression: record.regex }),
        value: record.value && regexBytes(record.value),
      };
    case 'consumer-partitions':
      return { key: keyBytes(partitionsKey, { groupId }), value: null };
  }
}

/** Reads a record of a consumer group, `reader` standing behind the key's version; null for any other. */
export function decodeConsumerRecord(
  keyVersion: number,
  reader: Reader,
  value: Uint8Array | null,
): ConsumerRecord | null {
  switch (keyVersion) {
    case epochKey.apiKey:
      return {
        kind: 'consumer-epoch',
        ...decodeMessage(epochKey, reader, 0),
        value: decodeValue(epochValue, value),
      };
    case partitionsKey.apiKey:
      return {
        kind: 'consumer-partitions',
        ...decodeMessage(partitionsKey, reader, 0),
        value: value === null ? null : 'present',
      };
    case memberKey.apiKey: {
      const decoded = decodeValue(memberValue, value);
      return {
        kind: 'consumer-member',
        ...decodeMessage(memberKey, reader, 0),
        value: decoded && memberOf(decoded),
      };
    }
    case targetEpochKey.apiKey: {
      const decoded = decodeValue(targetEpochValue, value);
      return {
        kind: 'consumer-target-epoch',
        ...decodeMessage(targetEpochKey, reader, 0),
        value: decoded && { epoch: decoded.assignmentEpoch, assignedAtMs: decoded.assignmentTimestamp },
      };
    }
    case targetKey.apiKey: {
      const decoded = decodeValue(targetValue, value);
      return {
        kind: 'consumer-target',
        ...decodeMessage(targetKey, reader, 0),
        value: decoded && assignmentOf(decoded.topicPartitions),
      };
    }
    case currentKey.apiKey: {
      const decoded = decodeValue(currentValue, value);
      return {
        kind: 'consumer-current',
        ...decodeMessage(currentKey, reader, 0),
        value: decoded && currentOf(decoded),
      };
    }
    case regexKey.apiKey: {
      const { groupId, regularExpression: regex } = decodeMessage(regexKey, reader, 0);
      const decoded = decodeValue(regexValue, value);
      return { kind: 'consumer-regex', groupId, regex, value: decoded && regexOf(decoded) };
    }
    default:
      return null;
  }
}

function memberBytes({ classic, topicNames, topicRegex, ...member }: MemberSubscription): Uint8Array {
  const value = {
    ...member,
    subscribedTopicNames: topicNames,
    subscribedTopicRegex: topicRegex,
    classicMemberMetadata: classic && {
      sessionTimeoutMs: classic.sessionTimeoutMs,
      supportedProtocols: classic.supportedProtocols,
    },
  };
  return valueBytes(memberValue, value, 0);
}

function memberOf(value: Decoded<typeof memberValue>): MemberSubscription {
  const { classicMemberMetadata: classic, subscribedTopicNames, subscribedTopicRegex, ...member } = value;
  return {
    ...member,
    topicNames: [...subscribedTopicNames].sort(),
    topicRegex: subscribedTopicRegex ?? '',
    classic: classic && {
      sessionTimeoutMs: classic.sessionTimeoutMs,
      supportedProtocols: classic.supportedProtocols.map(({ metadata, name }) => ({
        name,
        metadata: metadata.slice(),
      })),
    },
  };
}

function targetEpochBytes({ assignedAtMs, epoch }: TargetEpoch): Uint8Array {
  return valueBytes(targetEpochValue, { assignmentEpoch: epoch, assignmentTimestamp: assignedAtMs }, 0);
}

function currentBytes(current: CurrentAssignment): Uint8Array {
  const value = {
    memberEpoch: current.memberEpoch,
    previousMemberEpoch: current.previousMemberEpoch,
    state: STATES.indexOf(current.state),
    assignedPartitions: withEpochs(current.assigned),
    partitionsPendingRevocation: withEpochs(current.pendingRevocation),
  };
  return valueBytes(currentValue, value, 0);
}

function withEpochs(owned: OwnedPartitions) {
  return topicPartitionsOf(owned).map(({ partitions, topicId }) => ({
    topicId,
    partitions,
    assignmentEpochs: partitions.map((partition) => owned.get(topicId)?.get(partition) ?? 0),
  }));
}

function currentOf(value: Decoded<typeof currentValue>): CurrentAssignment {
  return {
    memberEpoch: value.memberEpoch,
    previousMemberEpoch: value.previousMemberEpoch,
    state: STATES[value.state] ?? 'unknown',
    assigned: ownedOf(value.assignedPartitions, value.memberEpoch),
    pendingRevocation: ownedOf(value.partitionsPendingRevocation, value.memberEpoch),
  };
}

/** Before Kafka 4.3 the epochs were not written; then it is the member's, which is negative for one that left. */
function ownedOf(
  topics: Decoded<typeof currentValue>['assignedPartitions'],
  memberEpoch: number,
): OwnedPartitions {
  const since = Math.max(memberEpoch, 0);
  return new Map(
    topics.map(({ assignmentEpochs, partitions, topicId }) => [
      topicId,
      new Map(partitions.map((partition, index) => [partition, assignmentEpochs?.[index] ?? since])),
    ]),
  );
}

function regexBytes({ resolvedAtMs, topics, version }: ResolvedRegex): Uint8Array {
  return valueBytes(regexValue, { topics: [...topics].sort(), version, timestamp: resolvedAtMs }, 0);
}

function regexOf({ timestamp, topics, version }: Decoded<typeof regexValue>): ResolvedRegex {
  return { topics, version, resolvedAtMs: timestamp };
}
