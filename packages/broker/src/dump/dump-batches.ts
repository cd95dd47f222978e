import { ProtocolError } from '../protocol/protocol-error.ts';
import {
  addToSequence,
  baseOffsetAt,
  baseSequenceAt,
  compressionAt,
  crcAt,
  deleteHorizonMsAt,
  isControlAt,
  isTransactionalAt,
  lastOffsetAt,
  lastSequenceAt,
  leaderEpochAt,
  magicAt,
  maxTimestampAt,
  NO_SEQUENCE,
  producerEpochAt,
  producerIdAt,
  recordCountAt,
  timestampTypeAt,
} from '../protocol/record-batch.ts';
import { type LogRecord, recordsBody, recordsIn } from '../protocol/records.ts';
import type { File } from '../runtime/disk.ts';
import { type WalkedBatch, walkBatches } from './batch-walk.ts';
import {
  type BatchEntry,
  type DamageEntry,
  type DumpEntry,
  damage,
  type RecordDecoderName,
  type RecordEntry,
} from './dump-entry.ts';
import { decodeControl, recordDecoder } from './record-decoder.ts';

export interface DumpBatchesOptions {
  readonly sizeInBytes: number;
  /** Offsets of the file are not below; 0 where its name has none. */
  readonly startOffset: number;
  /** Whether batches are opened and their records told. */
  readonly records: boolean;
  readonly decoder: RecordDecoderName;
}

/** What a batch may grow to when it is opened. */
const DECOMPRESSED_BYTES_MAX = 256 * 1024 * 1024;

/** The batches of a segment or a metadata snapshot, each followed by its records where they are asked for. */
export async function* dumpBatches(file: File, options: DumpBatchesOptions): AsyncGenerator<DumpEntry> {
  let nextOffset = options.startOffset;
  for await (const walked of walkBatches(file, { sizeInBytes: options.sizeInBytes, checksums: true })) {
    if (walked.kind === 'damage') {
      yield walked;
      continue;
    }
    const batch = batchEntry(walked);
    yield batch;
    yield* headerDamages(batch, nextOffset);
    // A batch whose checksum is wrong tells nothing about where the next one should begin.
    if (batch.isValid) nextOffset = Math.max(nextOffset, batch.lastOffset + 1);
    if (options.records && batch.isValid) yield* recordEntries(walked, batch, options.decoder);
  }
}

function batchEntry({ bytes, position, sizeInBytes, isValid }: WalkedBatch): BatchEntry {
  return {
    kind: 'batch',
    baseOffset: baseOffsetAt(bytes),
    lastOffset: lastOffsetAt(bytes),
    count: recordCountAt(bytes),
    baseSequence: baseSequenceAt(bytes),
    lastSequence: lastSequenceAt(bytes),
    producerId: producerIdAt(bytes),
    producerEpoch: producerEpochAt(bytes),
    partitionLeaderEpoch: leaderEpochAt(bytes),
    isTransactional: isTransactionalAt(bytes),
    isControl: isControlAt(bytes),
    deleteHorizonMs: deleteHorizonMsAt(bytes),
    position,
    timestampType: timestampTypeAt(bytes),
    maxTimestamp: maxTimestampAt(bytes),
    sizeInBytes,
    magic: magicAt(bytes),
    compression: compressionAt(bytes),
    crc: crcAt(bytes),
    isValid,
  };
}

function* headerDamages(batch: BatchEntry, nextOffset: number): Generator<DamageEntry> {
  const { baseOffset, lastOffset, count, position } = batch;
  if (!batch.isValid) yield damage(position, `the checksum of the batch at offset ${baseOffset} is wrong`);
  if (baseOffset < nextOffset)
    yield damage(position, `offset ${baseOffset} where ${nextOffset} is the lowest`);
  const offsets = lastOffset - baseOffset + 1;
  if (offsets < 1)
    yield damage(position, `a batch that ends (${lastOffset}) before it begins (${baseOffset})`);
  else if (count < 0 || count > offsets) yield damage(position, `${count} records at ${offsets} offsets`);
  if (batch.compression === null) yield damage(position, 'a compression type that does not exist');
}

async function* recordEntries(
  { bytes, isWhole }: WalkedBatch,
  batch: BatchEntry,
  decoder: RecordDecoderName,
): AsyncGenerator<DumpEntry> {
  if (!isWhole) {
    yield damage(batch.position, 'a batch of this size is not opened');
    return;
  }
  const decode = recordDecoder(decoder);
  let expected = batch.baseOffset;
  try {
    for (const record of recordsIn(bytes, recordsBody(bytes, DECOMPRESSED_BYTES_MAX))) {
      const isInPlace = record.offset >= expected && record.offset <= batch.lastOffset;
      if (!isInPlace) yield damage(batch.position, `a record at offset ${record.offset}, out of its order`);
      expected = record.offset + 1;
      yield* recordEntry(record, { bytes, batch, decode });
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const where = `the records of the batch at offset ${batch.baseOffset}, before ${expected}`;
    yield damage(batch.position, `${where}: ${error.message}`);
  }
}

interface RecordContext {
  readonly bytes: Uint8Array;
  readonly batch: BatchEntry;
  readonly decode: ReturnType<typeof recordDecoder>;
}

function* recordEntry(record: LogRecord, { bytes, batch, decode }: RecordContext): Generator<DumpEntry> {
  const base = baseSequenceAt(bytes);
  const entry: Omit<RecordEntry, 'control' | 'decoded'> = {
    kind: 'record',
    offset: record.offset,
    timestampType: batch.timestampType,
    timestamp: record.timestamp,
    sequence: base === NO_SEQUENCE ? base : addToSequence(base, record.offset - batch.baseOffset),
    headers: record.headers,
    key: record.key,
    value: record.value,
  };
  try {
    yield batch.isControl
      ? { ...entry, control: decodeControl(record), decoded: null }
      : { ...entry, control: null, decoded: decode(record) };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    yield { ...entry, control: null, decoded: null };
    yield damage(batch.position, `the record at offset ${record.offset}: ${error.message}`);
  }
}
