import { gzipSync } from 'node:zlib';
import { crc32c } from '@node-rs/crc32';

/** Old enough not to be the future, young enough not to be deleted by retention while we look. */
export const NOW = Math.floor(Date.now() / 1_000) * 1_000 - 60_000;

export function produceBody(
  name: string,
  records: Uint8Array | null,
  options: { readonly acks?: number; readonly partition?: number } = {},
) {
  return {
    acks: options.acks ?? -1,
    timeoutMs: 5_000,
    topicData: [{ name, partitionData: [{ index: options.partition ?? 0, records }] }],
  };
}

export function listBody(name: string, partitionIndex: number, timestamp: number, currentLeaderEpoch = -1) {
  return {
    replicaId: -1,
    topics: [{ name, partitions: [{ partitionIndex, timestamp, currentLeaderEpoch }] }],
  };
}

interface BatchFields {
  readonly attributes?: number;
  /** Set to compress the records. */
  readonly codec?: 'gzip';
  readonly count?: number;
  readonly crc?: number;
  readonly length?: number;
  readonly magic?: number;
  readonly producerEpoch?: number;
  readonly producerId?: number;
  /** How many records there are; less than 64. */
  readonly records?: number;
  readonly sequence?: number;
  readonly timestamp?: number | bigint;
  /** How much later than the batch's timestamp each record is. */
  readonly delays?: readonly number[];
  /** What the header says of the latest; what it is unless given. */
  readonly latestDelay?: number;
  readonly valueBytes?: number;
}

/** A record batch of two uncompressed records, unless told otherwise, with any field of its header made wrong. */
export function batch(fields: BatchFields): Uint8Array {
  const value = Buffer.alloc(fields.valueBytes ?? 3, 'v');
  const { codec, delays = [] } = fields;
  const size = fields.records ?? (delays.length || 2);
  const plain = Buffer.concat(
    Array.from({ length: size }, (_, index) => record(index, value, delays[index] ?? 0)),
  );
  const records = codec === 'gzip' ? gzipSync(plain) : plain;
  const bytes = Buffer.alloc(61 + records.length);
  const timestamp = BigInt(fields.timestamp ?? NOW);
  bytes.writeInt32BE(fields.length ?? 49 + records.length, 8);
  bytes.writeInt32BE(-1, 12);
  bytes.writeInt8(fields.magic ?? 2, 16);
  bytes.writeInt16BE((fields.attributes ?? 0) | (codec === 'gzip' ? 1 : 0), 21);
  bytes.writeInt32BE(size - 1, 23);
  bytes.writeBigInt64BE(timestamp, 27);
  bytes.writeBigInt64BE(timestamp + BigInt(fields.latestDelay ?? Math.max(0, ...delays)), 35);
  bytes.writeBigInt64BE(BigInt(fields.producerId ?? -1), 43);
  bytes.writeInt16BE(fields.producerEpoch ?? -1, 51);
  bytes.writeInt32BE(fields.sequence ?? -1, 53);
  bytes.writeInt32BE(fields.count ?? size, 57);
  records.copy(bytes, 61);
  bytes.writeUInt32BE(fields.crc ?? crc32c(bytes.subarray(21)), 17);
  return bytes;
}

/** A record with a one-byte key. */
function record(offsetDelta: number, value: Uint8Array, delay: number): Uint8Array {
  const body = Buffer.concat([
    Buffer.from([0]),
    varint(zigzag(delay)),
    Buffer.from([zigzag(offsetDelta), zigzag(1), 0x6b]),
    varint(zigzag(value.length)),
    value,
    Buffer.from([0]),
  ]);
  return Buffer.concat([varint(zigzag(body.length)), body]);
}

function zigzag(value: number): number {
  return value << 1;
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}
