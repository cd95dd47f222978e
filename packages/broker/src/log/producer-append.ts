import { ProtocolError } from '../protocol/protocol-error.ts';
import {
  BATCH_HEADER_BYTES,
  baseOffsetAt,
  baseSequenceAt,
  batchSizeAt,
  isControlAt,
  isTransactionalAt,
  lastOffsetAt,
  lastOffsetDeltaAt,
  lastSequenceAt,
  maxTimestampAt,
  NO_PRODUCER_ID,
  producerEpochAt,
  producerIdAt,
  recordCountAt,
} from '../protocol/record-batch.ts';
import { RecordCursor } from '../protocol/records.ts';
import type { ProducerAppend, TransactionMarker } from './producer-entry.ts';
import type { ProducerState } from './producer-state.ts';
import type { AbortedTransaction } from './transaction-index.ts';

const ABORT = 0;
const COMMIT = 1;

/** What a batch with a producer id says; `firstOffset` because the one in the header may not be assigned yet. */
export function producerAppendOf(bytes: Uint8Array, at: number, firstOffset: number): ProducerAppend {
  return {
    producerId: producerIdAt(bytes, at),
    epoch: producerEpochAt(bytes, at),
    firstSequence: baseSequenceAt(bytes, at),
    lastSequence: lastSequenceAt(bytes, at),
    firstOffset,
    lastOffset: firstOffset + lastOffsetDeltaAt(bytes, at),
    timestamp: maxTimestampAt(bytes, at),
    isTransactional: isTransactionalAt(bytes, at),
  };
}

/**
 * Takes a batch of the log into the state of its producers. Returns what the transaction index must hold, or null
 * if the batch aborted nothing.
 */
export function applyBatch(state: ProducerState, bytes: Uint8Array, at: number): AbortedTransaction | null {
  let aborted: AbortedTransaction | null = null;
  if (producerIdAt(bytes, at) !== NO_PRODUCER_ID) {
    if (isControlAt(bytes, at)) {
      const marker = transactionMarkerAt(bytes, at, baseOffsetAt(bytes, at));
      if (marker !== null) aborted = state.endTransaction(marker);
    } else {
      state.append(producerAppendOf(bytes, at, baseOffsetAt(bytes, at)));
    }
  }
  state.endOffset = lastOffsetAt(bytes, at) + 1;
  return aborted;
}

/** The marker at `offset` that a control batch holds; null when the cleaner has emptied it. Throws a ProtocolError. */
export function transactionMarkerAt(bytes: Uint8Array, at: number, offset: number): TransactionMarker | null {
  const body = bytes.subarray(at + BATCH_HEADER_BYTES, at + batchSizeAt(bytes, at));
  const cursor = new RecordCursor(body, recordCountAt(bytes, at));
  if (!cursor.next()) return null;
  const key = cursor.key();
  const value = cursor.value();
  if (key === null || key.length < 4 || value === null || value.length < 6) {
    throw new ProtocolError('malformed', 'a control record that is no transaction marker');
  }
  const type = viewOf(key).getInt16(2);
  if (type !== ABORT && type !== COMMIT) return null;
  return {
    producerId: producerIdAt(bytes, at),
    epoch: producerEpochAt(bytes, at),
    coordinatorEpoch: viewOf(value).getInt32(2),
    offset,
    timestamp: maxTimestampAt(bytes, at),
    isAbort: type === ABORT,
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
