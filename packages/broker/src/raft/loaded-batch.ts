import {
  baseOffsetAt,
  batchSizeAt,
  isControlAt,
  lastOffsetAt,
  leaderEpochAt,
  maxTimestampAt,
  batchesIn as slicesIn,
} from '../protocol/record-batch.ts';
import { recordsBody, recordsIn } from '../protocol/records.ts';
import { invariant } from '../runtime/invariant.ts';
import { type ControlRecord, decodeControlRecord } from './control-records.ts';
import type { VoterNode } from './voter-set.ts';

/** One batch of the metadata log as replay sees it. */
export interface MetadataBatch {
  readonly epoch: number;
  readonly lastOffset: number;
  /** Of its last record. */
  readonly timestamp: number;
  readonly sizeInBytes: number;
  /** Values of the data records; empty for a control batch. */
  readonly records: readonly Uint8Array[];
  readonly controlRecords: readonly ControlRecord[];
}

const BODY_BYTES_MAX = 64 * 1024 * 1024;

/** The batches in a chunk of whole ones. Throws a ProtocolError for bytes that are none. */
export function* batchesIn(chunk: Uint8Array): Generator<MetadataBatch> {
  let at = 0;
  while (at < chunk.length) {
    const size = batchSizeAt(chunk, at);
    invariant(size > 0 && at + size <= chunk.length, `metadata batch of ${size} bytes at ${at} is torn`);
    yield loadedBatch(chunk.subarray(at, at + size));
    at += size;
  }
}

/** Of those in a chunk the ones that concern the quorum itself; the others are not decoded. */
export function* controlBatchesIn(chunk: Uint8Array): Generator<MetadataBatch> {
  for (const batch of slicesIn(chunk)) if (isControlAt(batch)) yield loadedBatch(batch);
}

/** The voters by a record of the batch. */
export function votersIn({ controlRecords }: MetadataBatch): readonly VoterNode[] | null {
  for (const record of controlRecords) if (record.kind === 'voters') return record.voters;
  return null;
}

function loadedBatch(batch: Uint8Array): MetadataBatch {
  const records: Uint8Array[] = [];
  const controlRecords: ControlRecord[] = [];
  const isControl = isControlAt(batch);
  for (const record of recordsIn(batch, recordsBody(batch, BODY_BYTES_MAX))) {
    if (isControl) controlRecords.push(decodeControlRecord(record));
    else {
      invariant(record.value !== null, `metadata record at offset ${baseOffsetAt(batch)} has no value`);
      records.push(record.value);
    }
  }
  return {
    epoch: leaderEpochAt(batch),
    lastOffset: lastOffsetAt(batch),
    timestamp: maxTimestampAt(batch),
    sizeInBytes: batch.length,
    records,
    controlRecords,
  };
}
