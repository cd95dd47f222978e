import { ProtocolError } from '../protocol/protocol-error.ts';
import { batchesIn, type CompressionType, isControlAt } from '../protocol/record-batch.ts';
import { buildBatch, recordsBody, recordsIn } from '../protocol/records.ts';
import type { CoordinatorRecord } from './coordinator-machine.ts';

/** No batch of a coordinator decompresses to more; one that claims to is damaged. */
const CONTENT_MAX_BYTES = 128 * 1024 * 1024;

/** One batch with all the records of a decision. */
export function recordBatchOf(
  records: readonly CoordinatorRecord[],
  { compression, timestamp }: { compression: CompressionType; timestamp: number },
): Uint8Array {
  return buildBatch(
    records.map(({ key, value }) => ({ key, value, timestamp })),
    { compression },
  );
}

/** The records in whole batches, control records left out. Throws a ProtocolError for anything else. */
export function* recordsOf(batches: Uint8Array): Generator<CoordinatorRecord> {
  let bytesRead = 0;
  for (const batch of batchesIn(batches)) {
    bytesRead += batch.length;
    if (isControlAt(batch)) continue;
    for (const { key, value } of recordsIn(batch, recordsBody(batch, CONTENT_MAX_BYTES))) {
      if (key !== null) yield { key, value };
    }
  }
  // Leaving something out would bring back what it overwrote.
  if (bytesRead !== batches.length) {
    throw new ProtocolError('truncated', `${batches.length - bytesRead} bytes behind the last whole batch`);
  }
}
