import type { Decoded } from '../protocol/message.ts';
import { brokerRegistrationChangeRecord } from '../protocol/messages/broker-registration-change-record.ts';
import { clearElrRecord } from '../protocol/messages/clear-elr-record.ts';
import { configRecord } from '../protocol/messages/config-record.ts';
import { featureLevelRecord } from '../protocol/messages/feature-level-record.ts';
import { noOpRecord } from '../protocol/messages/no-op-record.ts';
import { partitionChangeRecord } from '../protocol/messages/partition-change-record.ts';
import { partitionRecord } from '../protocol/messages/partition-record.ts';
import { producerIdsRecord } from '../protocol/messages/producer-ids-record.ts';
import { registerBrokerRecord } from '../protocol/messages/register-broker-record.ts';
import { registerControllerRecord } from '../protocol/messages/register-controller-record.ts';
import { removeTopicRecord } from '../protocol/messages/remove-topic-record.ts';
import { topicRecord } from '../protocol/messages/topic-record.ts';
import { unregisterBrokerRecord } from '../protocol/messages/unregister-broker-record.ts';
import { Reader } from '../protocol/reader.ts';
import { Writer } from '../protocol/writer.ts';

/** The records of `__cluster_metadata` that Odradek writes and replays. */
const declarations = {
  registerBroker: registerBrokerRecord,
  unregisterBroker: unregisterBrokerRecord,
  brokerRegistrationChange: brokerRegistrationChangeRecord,
  registerController: registerControllerRecord,
  topic: topicRecord,
  partition: partitionRecord,
  partitionChange: partitionChangeRecord,
  removeTopic: removeTopicRecord,
  clearElr: clearElrRecord,
  config: configRecord,
  featureLevel: featureLevelRecord,
  producerIds: producerIdsRecord,
  noOp: noOpRecord,
} as const;

type Declarations = typeof declarations;
export type MetadataRecordKind = keyof Declarations;

/** The fields of one kind of metadata record. */
export type MetadataRecordValue<Kind extends MetadataRecordKind> = Decoded<Declarations[Kind]>;

/** One record of the metadata log, told apart by `kind`. */
export type MetadataRecord = {
  readonly [Kind in MetadataRecordKind]: { readonly kind: Kind; readonly value: MetadataRecordValue<Kind> };
}[MetadataRecordKind];

/** A record that this release cannot replay. Going on without it would make the image lie. */
export class UnknownMetadataRecordError extends Error {
  readonly apiKey: number;

  constructor(apiKey: number, detail: string) {
    super(`cannot replay metadata record ${apiKey}: ${detail}`);
    this.name = 'UnknownMetadataRecordError';
    this.apiKey = apiKey;
  }
}

/** The version of the frame around every record; Kafka has only this one. */
const FRAME_VERSION = 1;

/** A record's value in the log: frame version, API key and version as unsigned varints, then the message. */
export function encodeMetadataRecord(record: MetadataRecord): Uint8Array {
  const declaration = declarations[record.kind];
  const version = declaration.validVersions.max;
  const writer = new Writer({ capacity: 128 });
  writer.uvarint(FRAME_VERSION);
  writer.uvarint(declaration.apiKey);
  writer.uvarint(version);
  declaration.codecAt(version).encode(writer, record.value);
  return writer.bytes();
}

/**
 * The record in a value of the log. Throws an {@link UnknownMetadataRecordError} for a kind or version that is not
 * known here and a ProtocolError for bytes that are none.
 */
export function decodeMetadataRecord(bytes: Uint8Array): MetadataRecord {
  const reader = new Reader(bytes);
  const frameVersion = reader.uvarint();
  if (frameVersion !== FRAME_VERSION) {
    throw new UnknownMetadataRecordError(-1, `frame version ${frameVersion}`);
  }
  const apiKey = reader.uvarint();
  const version = reader.uvarint();
  const kind = kindByApiKey.get(apiKey);
  if (kind === undefined) {
    throw new UnknownMetadataRecordError(apiKey, 'its kind is not known to this release');
  }
  const declaration = declarations[kind];
  if (version > declaration.validVersions.max) {
    throw new UnknownMetadataRecordError(apiKey, `${declaration.name} has no version ${version}`);
  }
  const value = declaration.codecAt(version).decode(reader);
  reader.expectEnd();
  // The kind was found by the declaration's own key, so value and kind belong together.
  return { kind, value } as MetadataRecord;
}

const kindByApiKey: ReadonlyMap<number, MetadataRecordKind> = new Map(
  kinds().map((kind) => [declarations[kind].apiKey, kind]),
);

function kinds(): MetadataRecordKind[] {
  return Object.keys(declarations) as MetadataRecordKind[];
}
