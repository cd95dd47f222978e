import { controlRecordTypeOf, coordinatorEpochOf } from '../protocol/control-records.ts';
import { decodeMessage, type MessageDeclaration } from '../protocol/message.ts';
import { type MessageName, messages } from '../protocol/message-registry.ts';
import { consumerProtocolAssignment } from '../protocol/messages/consumer-protocol-assignment.ts';
import { consumerProtocolSubscription } from '../protocol/messages/consumer-protocol-subscription.ts';
import { groupMetadataValue } from '../protocol/messages/group-metadata-value.ts';
import { kRaftVersionRecord } from '../protocol/messages/kraft-version-record.ts';
import { leaderChangeMessage } from '../protocol/messages/leader-change-message.ts';
import { snapshotFooterRecord } from '../protocol/messages/snapshot-footer-record.ts';
import { snapshotHeaderRecord } from '../protocol/messages/snapshot-header-record.ts';
import { votersRecord } from '../protocol/messages/voters-record.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { Reader } from '../protocol/reader.ts';
import type { LogRecord } from '../protocol/records.ts';
import type { DecodedMessage, RecordDecoderName, RecordEntry } from './dump-entry.ts';
import { messageJson } from './message-json.ts';

/** Key and value as their schemas read. Throws a ProtocolError where the bytes are not what they claim. */
type Decode = (record: LogRecord) => RecordEntry['decoded'];

/** The decoder for the records of a topic, by its name. */
export function decoderOfTopic(topic: string | null): RecordDecoderName {
  switch (topic) {
    case '__consumer_offsets':
      return 'offsets';
    case '__transaction_state':
      return 'transactions';
    case '__cluster_metadata':
      return 'metadata';
    default:
      return 'none';
  }
}

export function recordDecoder(name: RecordDecoderName): Decode {
  switch (name) {
    case 'offsets':
      return (record) => decodeCoordinatorRecord(record, GROUPS);
    case 'transactions':
      return (record) => decodeCoordinatorRecord(record, TRANSACTIONS);
    case 'metadata':
      return decodeMetadata;
    case 'none':
      return () => null;
  }
}

type Declarations = ReadonlyMap<number, MessageDeclaration>;

/** The messages of one type by their record type. */
function declarationsOf(
  type: MessageDeclaration['type'],
  isChosen: (declaration: MessageDeclaration) => boolean = () => true,
): Declarations {
  const names = Object.keys(messages) as MessageName[];
  const declarations = names.map((name): MessageDeclaration => messages[name]);
  const chosen = declarations.filter((declaration) => declaration.type === type && isChosen(declaration));
  return new Map(chosen.map((declaration) => [declaration.apiKey, declaration]));
}

/** Record types of different topics have the same numbers: a name tells whose they are. */
function isOfTransactions(declaration: MessageDeclaration): boolean {
  return declaration.name.startsWith('TransactionLog');
}

const ofGroups = (declaration: MessageDeclaration) => !isOfTransactions(declaration);

const METADATA = declarationsOf('metadata');
const GROUPS = {
  keys: declarationsOf('coordinator-key', ofGroups),
  values: declarationsOf('coordinator-value', ofGroups),
};
const TRANSACTIONS = {
  keys: declarationsOf('coordinator-key', isOfTransactions),
  values: declarationsOf('coordinator-value', isOfTransactions),
};

/** A key begins with its record type, a value with its version, both int16. */
function decodeCoordinatorRecord(
  { key, value }: LogRecord,
  { keys, values }: { readonly keys: Declarations; readonly values: Declarations },
): RecordEntry['decoded'] {
  if (key === null) throw new ProtocolError('malformed', 'a record without a key');
  const reader = new Reader(key);
  const type = reader.int16();
  const keyDeclaration = keys.get(type);
  const valueDeclaration = values.get(type);
  if (keyDeclaration === undefined || valueDeclaration === undefined) {
    return { key: { type, data: 'a record type that is not known here' }, value: null };
  }
  const decodedKey = decodeAt(keyDeclaration, reader, 0);
  return {
    key: { type, data: decodedKey.data },
    value: value === null ? null : decodeVersioned(valueDeclaration, value),
  };
}

function decodeVersioned(declaration: MessageDeclaration, bytes: Uint8Array): DecodedMessage {
  const reader = new Reader(bytes);
  const version = reader.int16();
  const decoded = decodeAt(declaration, reader, version);
  return declaration === groupMetadataValue
    ? { version, data: withSubscriptions(decoded.data as GroupJson) }
    : decoded;
}

function decodeAt(declaration: MessageDeclaration, reader: Reader, version: number): DecodedMessage {
  const value = decodeMessage(declaration, reader, version);
  reader.expectEnd();
  return { version, data: messageJson(declaration, value, version) };
}

interface GroupJson {
  readonly protocolType: string;
  readonly members: readonly { readonly subscription: string; readonly assignment: string }[];
}

/** Members of consumer groups have their subscription and assignment shown, where those can be read. */
function withSubscriptions(group: GroupJson): unknown {
  if (group.protocolType !== 'consumer') return group;
  const members = group.members.map((member) => ({
    ...member,
    subscription: embedded(consumerProtocolSubscription, member.subscription),
    assignment: embedded(consumerProtocolAssignment, member.assignment),
  }));
  return { ...group, members };
}

function embedded(declaration: MessageDeclaration, base64: string): unknown {
  const reader = new Reader(Buffer.from(base64, 'base64'));
  try {
    // Clients may be of a later version than this; what they add stands behind what is known.
    const version = Math.min(reader.int16(), declaration.validVersions.max);
    return messageJson(declaration, decodeMessage(declaration, reader, version), version);
  } catch (error) {
    // What a member wrote here is its own affair.
    if (error instanceof ProtocolError) return base64;
    throw error;
  }
}

/** A metadata record: frame version, record type and version as unsigned varints, then the message. */
function decodeMetadata({ value }: LogRecord): RecordEntry['decoded'] {
  if (value === null) throw new ProtocolError('malformed', 'a metadata record without a value');
  const reader = new Reader(value);
  const frameVersion = reader.uvarint();
  if (frameVersion !== 1) throw new ProtocolError('malformed', `a metadata record in frame ${frameVersion}`);
  const type = reader.uvarint();
  const version = reader.uvarint();
  const declaration = METADATA.get(type);
  if (declaration === undefined)
    throw new ProtocolError('malformed', `a metadata record of the type ${type}`);
  const { data } = decodeAt(declaration, reader, version);
  return { key: null, value: { type: upperSnake(declaration.name), version, data } };
}

/** `PartitionChangeRecord` as Kafka's tools write it, `PARTITION_CHANGE_RECORD`. */
function upperSnake(name: string): string {
  return name.replaceAll(/([a-z])([A-Z])/g, '$1_$2').toUpperCase();
}

const CONTROL_MESSAGES = {
  'leader-change': leaderChangeMessage,
  'snapshot-header': snapshotHeaderRecord,
  'snapshot-footer': snapshotFooterRecord,
  'kraft-version': kRaftVersionRecord,
  'kraft-voters': votersRecord,
} as const;

/** What a control record says. Throws a ProtocolError. */
export function decodeControl({ key, value }: LogRecord): DecodedMessage {
  const type = controlRecordTypeOf(key);
  if (type === 'unknown') return { type, data: {} };
  if (type === 'commit' || type === 'abort') {
    return { type, data: { coordinatorEpoch: coordinatorEpochOf(value) } };
  }
  const declaration = CONTROL_MESSAGES[type];
  if (value === null) throw new ProtocolError('malformed', `a control record ${type} without a value`);
  // Each of these messages begins with its own version.
  const version = Math.min(new Reader(value).int16(), declaration.validVersions.max);
  return { type, ...decodeAt(declaration, new Reader(value), version) };
}
