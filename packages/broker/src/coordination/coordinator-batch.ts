import { transactionMarkerAt } from '../log/producer-append.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import {
  baseOffsetAt,
  batchesIn,
  type CompressionType,
  isControlAt,
  isTransactionalAt,
  producerEpochAt,
  producerIdAt,
} from '../protocol/record-batch.ts';
import { buildBatch, recordsBody, recordsIn } from '../protocol/records.ts';
import type { CoordinatorMachine, CoordinatorRecord, TransactionalProducer } from './coordinator-machine.ts';

/** No batch of a coordinator decompresses to more; one that claims to is damaged. */
const CONTENT_MAX_BYTES = 128 * 1024 * 1024;

export interface RecordBatchOptions {
  readonly compression: CompressionType;
  readonly timestamp: number;
  /** In whose transaction the records are written. */
  readonly producer?: TransactionalProducer | undefined;
}

/** One batch with all the records of a decision. */
export function recordBatchOf(
  records: readonly CoordinatorRecord[],
  { compression, timestamp, producer }: RecordBatchOptions,
): Uint8Array {
  return buildBatch(
    records.map((record) => ({ ...record, timestamp })),
    { compression, isTransactional: producer !== undefined, ...producer },
  );
}

/**
 * Applies whole batches to a machine: their records, and what ends transactions among them. Returns how many records
 * they have. Throws a ProtocolError for anything else.
 */
export function replayBatches(machine: CoordinatorMachine, batches: Uint8Array): number {
  let records = 0;
  for (const batch of wholeBatchesIn(batches)) {
    if (isControlAt(batch)) {
      const marker = isTransactionalAt(batch) ? transactionMarkerAt(batch, 0, baseOffsetAt(batch)) : null;
      if (marker === null) continue;
      const { producerId, epoch: producerEpoch, isAbort } = marker;
      machine.transactionEnded?.({ producerId, producerEpoch }, !isAbort);
      continue;
    }
    const producer = isTransactionalAt(batch)
      ? { producerId: producerIdAt(batch), producerEpoch: producerEpochAt(batch) }
      : null;
    for (const record of recordsOf(batch)) {
      machine.replay(record, producer);
      records += 1;
    }
  }
  return records;
}

/** The records in whole batches, control records left out. Throws a ProtocolError for anything else. */
export function* recordsOf(batches: Uint8Array): Generator<CoordinatorRecord> {
  for (const batch of wholeBatchesIn(batches)) {
    if (isControlAt(batch)) continue;
    for (const { key, value, headers } of recordsIn(batch, recordsBody(batch, CONTENT_MAX_BYTES))) {
      if (key !== null) yield headers.length === 0 ? { key, value } : { key, value, headers };
    }
  }
}

function* wholeBatchesIn(batches: Uint8Array): Generator<Uint8Array> {
  let bytesRead = 0;
  for (const batch of batchesIn(batches)) {
    bytesRead += batch.length;
    yield batch;
  }
  // Leaving something out would bring back what it overwrote.
  if (bytesRead !== batches.length) {
    throw new ProtocolError('truncated', `${batches.length - bytesRead} bytes behind the last whole batch`);
  }
}
