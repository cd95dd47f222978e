import { array, int16, int32, int64, records, string, struct, uuid } from '../fields.ts';
import { type Decoded, type Encodable, message, withHandwritten } from '../message.ts';
import { compileEncoder } from '../message-encoder.ts';
import type { Reader } from '../reader.ts';
import { ZERO_UUID } from '../uuid.ts';
import type { Writer } from '../writer.ts';

const partition = {
  partitionIndex: int32('0+'),
  errorCode: int16('0+'),
  highWatermark: int64('0+'),
  lastStableOffset: int64('4+', { default: -1, ignorable: true }),
  logStartOffset: int64('5+', { default: -1, ignorable: true }),
  divergingEpoch: struct(
    '12+',
    {
      epoch: int32('12+', { default: -1 }),
      endOffset: int64('12+', { default: -1 }),
    },
    { tag: 0 },
  ),
  currentLeader: struct(
    '12+',
    {
      leaderId: int32('12+', { default: -1 }),
      leaderEpoch: int32('12+', { default: -1 }),
    },
    { tag: 1 },
  ),
  snapshotId: struct(
    '12+',
    {
      endOffset: int64('0+', { default: -1 }),
      epoch: int32('0+', { default: -1 }),
    },
    { tag: 2 },
  ),
  abortedTransactions: array(
    '4+',
    {
      producerId: int64('4+'),
      firstOffset: int64('4+'),
    },
    { nullable: '4+', ignorable: true },
  ),
  preferredReadReplica: int32('11+', { default: -1 }),
  records: records('0+', { nullable: '0+' }),
};

const declaration = message({
  name: 'FetchResponse',
  type: 'response',
  apiKey: 1,
  validVersions: '4-18',
  flexibleVersions: '12+',
  fields: {
    throttleTimeMs: int32('1+', { ignorable: true }),
    errorCode: int16('7+', { ignorable: true }),
    sessionId: int32('7+'),
    responses: array('0+', {
      topic: string('0-12', { ignorable: true }),
      topicId: uuid('13+', { ignorable: true }),
      partitions: array('0+', partition),
    }),
    nodeEndpoints: array(
      '16+',
      {
        nodeId: int32('16+'),
        host: string('16+'),
        port: int32('16+'),
        rack: string('16+', { nullable: '16+', default: null }),
      },
      { tag: 0 },
    ),
  },
});

/** By hand: brokers answer all the time, with nothing new more often than not, and followers read what they answer. */
export const fetchResponse = withHandwritten(declaration, { encoderAt, decoderAt });

const EMPTY_RECORDS = new Uint8Array(0);

type FetchResponse = Encodable<typeof declaration>;
type TopicResponse = NonNullable<FetchResponse['responses']>[number];
type PartitionResponse = NonNullable<TopicResponse['partitions']>[number];

function encoderAt(version: number): (writer: Writer, value: FetchResponse) => void {
  const flexible = version >= declaration.flexibleVersions.min;
  const compiled = declaration.codecAt(version);
  const form: Form = { version, flexible };
  const encodeUncommonPartition = compileEncoder('FetchResponse.responses.partitions', partition, form);

  return (writer, value) => {
    const hasEndpoints = value.nodeEndpoints !== undefined && value.nodeEndpoints.length > 0;
    if (hasEndpoints || version < 7) {
      compiled.encode(writer, value);
      return;
    }
    writer.int32(value.throttleTimeMs ?? 0);
    writer.int16(value.errorCode ?? 0);
    writer.int32(value.sessionId ?? 0);
    const responses = value.responses ?? [];
    writer.lengthOrCount(responses.length, flexible);
    for (const topic of responses) writeTopic(writer, topic);
    if (flexible) writer.uvarint(0);
  };

  function writeTopic(
    writer: Writer,
    { topic = '', topicId = ZERO_UUID, partitions = [] }: TopicResponse,
  ): void {
    if (version >= 13) writer.uuid(topicId);
    else writer.string(topic, flexible);
    writer.lengthOrCount(partitions.length, flexible);
    for (const response of partitions) {
      if (isUncommon(response)) encodeUncommonPartition(writer, response);
      else writePartition(writer, response, form);
    }
    if (flexible) writer.uvarint(0);
  }

  /** With a tagged field, or one that older versions may have to refuse. */
  function isUncommon(response: PartitionResponse): boolean {
    return (
      response.divergingEpoch !== undefined ||
      response.currentLeader !== undefined ||
      response.snapshotId !== undefined ||
      (response.preferredReadReplica !== undefined && version < 11)
    );
  }
}

interface Form {
  readonly version: number;
  readonly flexible: boolean;
}

function writePartition(writer: Writer, response: PartitionResponse, { version, flexible }: Form): void {
  writer.int32(response.partitionIndex ?? 0);
  writer.int16(response.errorCode ?? 0);
  writer.int64(response.highWatermark ?? 0);
  writer.int64(response.lastStableOffset ?? -1);
  writer.int64(response.logStartOffset ?? -1);
  writeAbortedTransactions(writer, response.abortedTransactions, flexible);
  if (version >= 11) writer.int32(response.preferredReadReplica ?? -1);
  writer.nullableRecords(response.records === undefined ? EMPTY_RECORDS : response.records, flexible);
  if (flexible) writer.uvarint(0);
}

function writeAbortedTransactions(
  writer: Writer,
  transactions: PartitionResponse['abortedTransactions'],
  flexible: boolean,
): void {
  if (transactions === null) {
    writer.nullLength(flexible);
    return;
  }
  writer.lengthOrCount(transactions?.length ?? 0, flexible);
  for (const { producerId = 0, firstOffset = 0 } of transactions ?? []) {
    writer.int64(producerId);
    writer.int64(firstOffset);
    if (flexible) writer.uvarint(0);
  }
}

type DecodedResponse = Decoded<typeof declaration>;
type DecodedTopic = DecodedResponse['responses'][number];
type DecodedPartition = DecodedTopic['partitions'][number];
type DecodedTransactions = DecodedPartition['abortedTransactions'];

/** The fewest bytes that these take where topics have ids. */
const TOPIC_BYTES = 18;
const PARTITION_BYTES = 37;
const TRANSACTION_BYTES = 17;

const NO_ENDPOINTS: DecodedResponse['nodeEndpoints'] = Object.freeze([]);
const NO_END: DecodedPartition['divergingEpoch'] = Object.freeze({ epoch: -1, endOffset: -1 });
const NO_LEADER: DecodedPartition['currentLeader'] = Object.freeze({ leaderId: -1, leaderEpoch: -1 });
const NO_SNAPSHOT: DecodedPartition['snapshotId'] = Object.freeze({ endOffset: -1, epoch: -1 });

/** Only brokers decode it, in a version that has ids. */
function decoderAt(version: number): (reader: Reader) => DecodedResponse {
  const compiled = declaration.codecAt(version);
  const decodeUncommon = (reader: Reader) => compiled.decode(reader) as DecodedResponse;
  if (version < 13) return decodeUncommon;
  return (reader) => {
    const start = reader.offset;
    const common = readCommon(reader);
    if (common !== null) return common;
    reader.offset = start;
    return decodeUncommon(reader);
  };
}

/** Null where there is a tagged field. */
function readCommon(reader: Reader): DecodedResponse | null {
  const throttleTimeMs = reader.int32();
  const errorCode = reader.int16();
  const sessionId = reader.int32();
  const responses: DecodedTopic[] = new Array(reader.count(true, TOPIC_BYTES));
  for (let index = 0; index < responses.length; index++) {
    const topic = readTopic(reader);
    if (topic === null) return null;
    responses[index] = topic;
  }
  if (reader.uvarint() > 0) return null;
  return { throttleTimeMs, errorCode, sessionId, responses, nodeEndpoints: NO_ENDPOINTS };
}

function readTopic(reader: Reader): DecodedTopic | null {
  const topicId = reader.uuid();
  const partitions: DecodedPartition[] = new Array(reader.count(true, PARTITION_BYTES));
  for (let index = 0; index < partitions.length; index++) {
    const found = readPartition(reader);
    if (found === null) return null;
    partitions[index] = found;
  }
  return reader.uvarint() > 0 ? null : { topic: '', topicId, partitions };
}

function readPartition(reader: Reader): DecodedPartition | null {
  const partitionIndex = reader.int32();
  const errorCode = reader.int16();
  const highWatermark = reader.int64();
  const lastStableOffset = reader.int64();
  const logStartOffset = reader.int64();
  const abortedTransactions = readAbortedTransactions(reader);
  const preferredReadReplica = reader.int32();
  const found = reader.nullableBytes(true);
  if (reader.uvarint() > 0) return null;
  return {
    partitionIndex,
    errorCode,
    highWatermark,
    lastStableOffset,
    logStartOffset,
    divergingEpoch: NO_END,
    currentLeader: NO_LEADER,
    snapshotId: NO_SNAPSHOT,
    abortedTransactions,
    preferredReadReplica,
    records: found,
  };
}

function readAbortedTransactions(reader: Reader): DecodedTransactions {
  const count = reader.nullableCount(true, TRANSACTION_BYTES);
  if (count < 0) return null;
  const transactions: { producerId: number; firstOffset: number }[] = new Array(count);
  for (let index = 0; index < count; index++) {
    transactions[index] = { producerId: reader.int64(), firstOffset: reader.int64() };
    reader.skipTaggedFields();
  }
  return transactions;
}
