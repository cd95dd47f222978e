import type { CoordinatorRecord } from '../coordination/coordinator-machine.ts';
import { type Decoded, decodeMessage, type Encodable } from '../protocol/message.ts';
import { groupMetadataKey } from '../protocol/messages/group-metadata-key.ts';
import { groupMetadataValue } from '../protocol/messages/group-metadata-value.ts';
import { legacyOffsetCommitKey } from '../protocol/messages/legacy-offset-commit-key.ts';
import { offsetCommitKey } from '../protocol/messages/offset-commit-key.ts';
import { offsetCommitValue } from '../protocol/messages/offset-commit-value.ts';
import { Reader } from '../protocol/reader.ts';
import { UUID_BYTES, uuidToBytes, uuidToText, ZERO_UUID } from '../protocol/uuid.ts';
import type { ClassicGroup } from './classic/classic-group.ts';
import { metadataFor } from './classic/classic-group.ts';
import { type ConsumerRecord, decodeConsumerRecord } from './consumer/consumer-records.ts';
import type { CommittedOffset, OffsetKey } from './offset-store.ts';
import { decodeValue, keyBytes, valueBytes } from './record-bytes.ts';

/** Burrow and most other readers of `__consumer_offsets` know the values up to this version, not the newest. */
const VALUE_VERSION = 3;
/** The only version of an offset's value that holds its own expiry time (OffsetCommit v2 with a retention). */
const EXPIRING_OFFSET_VERSION = 1;

/** With the 16 bytes of a committed offset's topic id, which Kafka has in version 4 of the value (see ADR 35). */
const TOPIC_ID_HEADER = 'topicId';

type GroupMetadataValue = Decoded<typeof groupMetadataValue>;
type OffsetCommitValue = Decoded<typeof offsetCommitValue>;

/** What a record of `__consumer_offsets` says; a null value takes the key back. */
export type GroupRecord =
  | { readonly kind: 'offset'; readonly key: OffsetKey; readonly value: CommittedOffset | null }
  | { readonly kind: 'classic-group'; readonly groupId: string; readonly value: GroupMetadataValue | null }
  | ConsumerRecord
  | { readonly kind: 'unknown'; readonly keyVersion: number };

export function offsetRecord(key: OffsetKey, offset: CommittedOffset): CoordinatorRecord {
  const version = offset.expiresAtMs === null ? VALUE_VERSION : EXPIRING_OFFSET_VERSION;
  const value: Encodable<typeof offsetCommitValue> = {
    offset: offset.offset,
    leaderEpoch: offset.leaderEpoch,
    metadata: offset.metadata,
    commitTimestamp: offset.committedAtMs,
    expireTimestamp: offset.expiresAtMs ?? -1,
  };
  const record = { key: offsetKeyBytes(key), value: valueBytes(offsetCommitValue, value, version) };
  if (offset.topicId === ZERO_UUID) return record;
  return { ...record, headers: [{ key: TOPIC_ID_HEADER, value: uuidToBytes(offset.topicId) }] };
}

export function offsetTombstone(key: OffsetKey): CoordinatorRecord {
  return { key: offsetKeyBytes(key), value: null };
}

/** The group with its members and their assignments, as another broker or a restarted one takes it up. */
export function classicGroupRecord(group: ClassicGroup): CoordinatorRecord {
  const members = [...group.members.values()].map((member) => ({
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId,
    clientId: member.clientId,
    clientHost: member.clientHost,
    rebalanceTimeout: member.rebalanceTimeoutMs,
    sessionTimeout: member.sessionTimeoutMs,
    subscription: metadataFor(member, group.protocolName),
    assignment: member.assignment,
  }));
  const value: Encodable<typeof groupMetadataValue> = {
    protocolType: group.protocolType ?? '',
    generation: group.generationId,
    protocol: group.protocolName,
    leader: group.leaderId,
    currentStateTimestamp: group.stateSinceMs ?? -1,
    members,
  };
  return {
    key: groupKeyBytes(group.groupId),
    value: valueBytes(groupMetadataValue, value, VALUE_VERSION),
  };
}

/** The record of a group that has just come into being and has no generation yet. */
export function newGroupRecord(group: ClassicGroup): CoordinatorRecord {
  const value: Encodable<typeof groupMetadataValue> = {
    protocol: null,
    leader: null,
    currentStateTimestamp: group.stateSinceMs ?? -1,
  };
  return {
    key: groupKeyBytes(group.groupId),
    value: valueBytes(groupMetadataValue, value, VALUE_VERSION),
  };
}

export function groupTombstone(groupId: string): CoordinatorRecord {
  return { key: groupKeyBytes(groupId), value: null };
}

/** Reads a record in any version Kafka ever wrote. Throws a ProtocolError when the bytes are not what they claim. */
export function decodeGroupRecord(record: CoordinatorRecord): GroupRecord {
  const reader = new Reader(record.key);
  const keyVersion = reader.int16();
  if (keyVersion === legacyOffsetCommitKey.apiKey || keyVersion === offsetCommitKey.apiKey) {
    const { group, topic, partition } = decodeMessage(offsetCommitKey, reader, 0);
    const value = decodeValue(offsetCommitValue, record.value);
    return {
      kind: 'offset',
      key: { groupId: group, topic, partition },
      value: value === null ? null : committedOffsetOf(value, record),
    };
  }
  if (keyVersion === groupMetadataKey.apiKey) {
    const { group } = decodeMessage(groupMetadataKey, reader, 0);
    const value = decodeValue(groupMetadataValue, record.value);
    return { kind: 'classic-group', groupId: group, value };
  }
  return decodeConsumerRecord(keyVersion, reader, record.value) ?? { kind: 'unknown', keyVersion };
}

function committedOffsetOf(value: OffsetCommitValue, record: CoordinatorRecord): CommittedOffset {
  return {
    topicId: value.topicId === ZERO_UUID ? topicIdIn(record) : value.topicId,
    offset: value.offset,
    leaderEpoch: value.leaderEpoch,
    metadata: value.metadata,
    committedAtMs: value.commitTimestamp,
    expiresAtMs: value.expireTimestamp < 0 ? null : value.expireTimestamp,
  };
}

function topicIdIn({ headers = [] }: CoordinatorRecord): string {
  const bytes = headers.find(({ key }) => key === TOPIC_ID_HEADER)?.value;
  return bytes?.length === UUID_BYTES ? uuidToText(bytes) : ZERO_UUID;
}

function offsetKeyBytes({ groupId, topic, partition }: OffsetKey): Uint8Array {
  return keyBytes(offsetCommitKey, { group: groupId, topic, partition });
}

function groupKeyBytes(groupId: string): Uint8Array {
  return keyBytes(groupMetadataKey, { group: groupId });
}
