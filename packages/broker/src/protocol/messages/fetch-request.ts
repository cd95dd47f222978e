import { array, int8, int32, int64, string, struct, uuid } from '../fields.ts';
import { type Decoded, type Encodable, message, withHandwritten } from '../message.ts';
import type { Reader } from '../reader.ts';
import { ZERO_UUID } from '../uuid.ts';
import type { Writer } from '../writer.ts';

/** Long.MAX_VALUE: the follower does not say. */
const UNKNOWN_HIGH_WATERMARK = 2 ** 63;

const declaration = message({
  name: 'FetchRequest',
  type: 'request',
  apiKey: 1,
  listeners: ['broker', 'controller'],
  validVersions: '4-18',
  flexibleVersions: '12+',
  fields: {
    clusterId: string('12+', { nullable: '12+', default: null, tag: 0, ignorable: true }),
    replicaId: int32('0-14', { default: -1 }),
    replicaState: struct(
      '15+',
      {
        replicaId: int32('15+', { default: -1 }),
        replicaEpoch: int64('15+', { default: -1 }),
      },
      { tag: 1 },
    ),
    maxWaitMs: int32('0+'),
    minBytes: int32('0+'),
    maxBytes: int32('3+', { default: 0x7fff_ffff, ignorable: true }),
    isolationLevel: int8('4+', { ignorable: true }),
    sessionId: int32('7+', { ignorable: true }),
    sessionEpoch: int32('7+', { default: -1, ignorable: true }),
    topics: array('0+', {
      topic: string('0-12', { ignorable: true }),
      topicId: uuid('13+', { ignorable: true }),
      partitions: array('0+', {
        partition: int32('0+'),
        currentLeaderEpoch: int32('9+', { default: -1, ignorable: true }),
        fetchOffset: int64('0+'),
        lastFetchedEpoch: int32('12+', { default: -1 }),
        logStartOffset: int64('5+', { default: -1, ignorable: true }),
        partitionMaxBytes: int32('0+'),
        replicaDirectoryId: uuid('17+', { tag: 0, ignorable: true }),
        highWatermark: int64('18+', {
          default: UNKNOWN_HIGH_WATERMARK,
          tag: 1,
          ignorable: true,
          saturates: true,
        }),
      }),
    }),
    forgottenTopicsData: array('7+', {
      topic: string('7-12', { ignorable: true }),
      topicId: uuid('13+', { ignorable: true }),
      partitions: array('7+', 'int32'),
    }),
    rackId: string('11+', { ignorable: true }),
  },
});

/** By hand: consumers and followers ask all the time. */
export const fetchRequest = withHandwritten(declaration, { decoderAt, encoderAt });

type FetchRequest = Decoded<typeof declaration>;
type FetchTopic = FetchRequest['topics'][number];
type FetchPartition = FetchTopic['partitions'][number];
type ForgottenTopic = FetchRequest['forgottenTopicsData'][number];

const NO_REPLICA_STATE: FetchRequest['replicaState'] = Object.freeze({ replicaId: -1, replicaEpoch: -1 });

/** What the versions differ in. */
interface Form {
  readonly version: number;
  readonly flexible: boolean;
  readonly hasTopicIds: boolean;
  /** The fewest bytes that a topic and a partition take. */
  readonly topicBytes: number;
  readonly partitionBytes: number;
}

function decoderAt(version: number): (reader: Reader) => FetchRequest {
  const flexible = version >= declaration.flexibleVersions.min;
  const hasTopicIds = version >= 13;
  const topicBytes = hasTopicIds ? 18 : flexible ? 3 : 6;
  const partitionBytes = 16 + (version >= 5 ? 8 : 0) + (version >= 9 ? 4 : 0) + (version >= 12 ? 5 : 0);
  const form: Form = { version, flexible, hasTopicIds, topicBytes, partitionBytes };
  return (reader) => readRequest(reader, form);
}

function readRequest(reader: Reader, form: Form): FetchRequest {
  const { version, flexible, topicBytes } = form;
  const replicaId = version <= 14 ? reader.int32() : -1;
  const maxWaitMs = reader.int32();
  const minBytes = reader.int32();
  const maxBytes = reader.int32();
  const isolationLevel = reader.int8();
  const sessionId = version >= 7 ? reader.int32() : 0;
  const sessionEpoch = version >= 7 ? reader.int32() : -1;
  const topics: FetchTopic[] = new Array(reader.count(flexible, topicBytes));
  for (let index = 0; index < topics.length; index++) topics[index] = readTopic(reader, form);
  const forgottenTopicsData: ForgottenTopic[] = new Array(
    version >= 7 ? reader.count(flexible, topicBytes) : 0,
  );
  for (let index = 0; index < forgottenTopicsData.length; index++) {
    forgottenTopicsData[index] = readForgottenTopic(reader, form);
  }
  const rackId = version >= 11 ? reader.string(flexible) : '';
  const { clusterId, replicaState } = readTags(reader, form);
  return {
    clusterId,
    replicaId,
    replicaState,
    maxWaitMs,
    minBytes,
    maxBytes,
    isolationLevel,
    sessionId,
    sessionEpoch,
    topics,
    forgottenTopicsData,
    rackId,
  };
}

function readTopic(reader: Reader, form: Form): FetchTopic {
  const { flexible, hasTopicIds } = form;
  const topic = hasTopicIds ? '' : reader.string(flexible);
  const topicId = hasTopicIds ? reader.uuid() : ZERO_UUID;
  const partitions: FetchPartition[] = new Array(reader.count(flexible, form.partitionBytes));
  for (let index = 0; index < partitions.length; index++) partitions[index] = readPartition(reader, form);
  if (flexible) reader.skipTaggedFields();
  return { topic, topicId, partitions };
}

function readPartition(reader: Reader, { version, flexible }: Form): FetchPartition {
  const partition = reader.int32();
  const currentLeaderEpoch = version >= 9 ? reader.int32() : -1;
  const fetchOffset = reader.int64();
  const lastFetchedEpoch = version >= 12 ? reader.int32() : -1;
  const logStartOffset = version >= 5 ? reader.int64() : -1;
  const partitionMaxBytes = reader.int32();
  let replicaDirectoryId = ZERO_UUID;
  let highWatermark = UNKNOWN_HIGH_WATERMARK;
  for (let left = flexible ? reader.uvarint() : 0; left > 0; left--) {
    const tag = reader.uvarint();
    const size = reader.uvarint();
    if (tag === 0 && version >= 17) replicaDirectoryId = reader.sized(size, readUuid);
    else if (tag === 1 && version >= 18) highWatermark = reader.sized(size, readHighWatermark);
    else reader.skip(size);
  }
  return {
    partition,
    currentLeaderEpoch,
    fetchOffset,
    lastFetchedEpoch,
    logStartOffset,
    partitionMaxBytes,
    replicaDirectoryId,
    highWatermark,
  };
}

function readForgottenTopic(reader: Reader, { flexible, hasTopicIds }: Form): ForgottenTopic {
  const topic = hasTopicIds ? '' : reader.string(flexible);
  const topicId = hasTopicIds ? reader.uuid() : ZERO_UUID;
  const partitions: number[] = new Array(reader.count(flexible, 4));
  for (let index = 0; index < partitions.length; index++) partitions[index] = reader.int32();
  if (flexible) reader.skipTaggedFields();
  return { topic, topicId, partitions };
}

function readTags(
  reader: Reader,
  { version, flexible }: Form,
): Pick<FetchRequest, 'clusterId' | 'replicaState'> {
  let clusterId: string | null = null;
  let replicaState = NO_REPLICA_STATE;
  for (let left = flexible ? reader.uvarint() : 0; left > 0; left--) {
    const tag = reader.uvarint();
    const size = reader.uvarint();
    if (tag === 0) clusterId = reader.sized(size, readClusterId);
    else if (tag === 1 && version >= 15) replicaState = reader.sized(size, readReplicaState);
    else reader.skip(size);
  }
  return { clusterId, replicaState };
}

const readUuid = (reader: Reader): string => reader.uuid();
const readHighWatermark = (reader: Reader): number => reader.saturatingInt64();
const readClusterId = (reader: Reader): string | null => reader.nullableString(true);

function readReplicaState(reader: Reader): FetchRequest['replicaState'] {
  const replicaId = reader.int32();
  const replicaEpoch = reader.int64();
  reader.skipTaggedFields();
  return { replicaId, replicaEpoch };
}

type AskedFetch = Encodable<typeof declaration>;
type AskedTopic = NonNullable<AskedFetch['topics']>[number];
type AskedPartition = NonNullable<AskedTopic['partitions']>[number];

/** Under tags, with the byte for no tagged fields where it is a struct. */
const REPLICA_STATE_BYTES = 13;
const HIGH_WATERMARK_BYTES = 8;

/** Only followers encode it, in the newest version. */
function encoderAt(version: number): (writer: Writer, value: AskedFetch) => void {
  const compiled = declaration.codecAt(version);
  return (writer, value) => {
    if (version < 18 || isUncommon(value)) compiled.encode(writer, value);
    else writeCommon(writer, value);
  };
}

/** With something that no follower of ours says. */
function isUncommon({ clusterId, replicaId, rackId, topics = [] }: AskedFetch): boolean {
  const isNamed = clusterId !== undefined || replicaId !== undefined || rackId !== undefined;
  return isNamed || topics.some(({ partitions = [] }) => partitions.some(hasDirectory));
}

const hasDirectory = ({ replicaDirectoryId }: AskedPartition): boolean => replicaDirectoryId !== undefined;

function writeCommon(writer: Writer, value: AskedFetch): void {
  const { topics = [], forgottenTopicsData = [] } = value;
  writer.int32(value.maxWaitMs ?? 0);
  writer.int32(value.minBytes ?? 0);
  writer.int32(value.maxBytes ?? 0x7fff_ffff);
  writer.int8(value.isolationLevel ?? 0);
  writer.int32(value.sessionId ?? 0);
  writer.int32(value.sessionEpoch ?? -1);
  writer.lengthOrCount(topics.length, true);
  for (const { topicId = ZERO_UUID, partitions = [] } of topics) {
    writer.uuid(topicId);
    writer.lengthOrCount(partitions.length, true);
    for (const partition of partitions) writePartition(writer, partition);
    writer.uvarint(0);
  }
  writer.lengthOrCount(forgottenTopicsData.length, true);
  for (const { topicId = ZERO_UUID, partitions = [] } of forgottenTopicsData) {
    writer.uuid(topicId);
    writer.lengthOrCount(partitions.length, true);
    for (const partition of partitions) writer.int32(partition);
    writer.uvarint(0);
  }
  writer.string('', true);
  writeReplicaState(writer, value.replicaState);
}

function writePartition(writer: Writer, partition: AskedPartition): void {
  writer.int32(partition.partition ?? 0);
  writer.int32(partition.currentLeaderEpoch ?? -1);
  writer.int64(partition.fetchOffset ?? 0);
  writer.int32(partition.lastFetchedEpoch ?? -1);
  writer.int64(partition.logStartOffset ?? -1);
  writer.int32(partition.partitionMaxBytes ?? 0);
  const { highWatermark = UNKNOWN_HIGH_WATERMARK } = partition;
  if (highWatermark === UNKNOWN_HIGH_WATERMARK) {
    writer.uvarint(0);
    return;
  }
  writer.uvarint(1);
  writer.uvarint(1);
  writer.uvarint(HIGH_WATERMARK_BYTES);
  writer.int64(highWatermark);
}

function writeReplicaState(writer: Writer, state: AskedFetch['replicaState']): void {
  const { replicaId = -1, replicaEpoch = -1 } = state ?? {};
  if (replicaId === -1 && replicaEpoch === -1) {
    writer.uvarint(0);
    return;
  }
  writer.uvarint(1);
  writer.uvarint(1);
  writer.uvarint(REPLICA_STATE_BYTES);
  writer.int32(replicaId);
  writer.int64(replicaEpoch);
  writer.uvarint(0);
}
