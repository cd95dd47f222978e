import { controlRecordTypeOf } from '../protocol/control-records.ts';
import {
  batchSizeAt,
  isTransactionalAt,
  lastOffsetAt,
  producerIdAt,
  recordCountAt,
} from '../protocol/record-batch.ts';
import { RecordCursor, recordsBody } from '../protocol/records.ts';
import type { AbortedTransaction } from './transaction-index.ts';

/** A control batch holds one small record. */
const CONTROL_BATCH_BYTES_MAX = 64 * 1024;

interface OngoingAbort {
  readonly transaction: AbortedTransaction;
  /** Whether a batch of it is still in the log. */
  hasData: boolean;
}

/**
 * Follows the transactions of a log through a cleaning, batch after batch in the order of their offsets: what was
 * aborted goes at once, a marker may go when nothing of its transaction is left.
 */
export class CleanedTransactions {
  /** Aborted ones that begin further on, by first offset, last first. */
  readonly #upcoming: AbortedTransaction[] = [];
  readonly #aborting = new Map<number, OngoingAbort>();
  /** Producers with data of a transaction that was not aborted. */
  readonly #committing = new Set<number>();
  readonly #retained: (transaction: AbortedTransaction) => void;

  /** `retained` is told of each aborted transaction whose marker and data are still both there. */
  constructor(retained: (transaction: AbortedTransaction) => void = () => {}) {
    this.#retained = retained;
  }

  /** Adds what the transaction index says of the offsets that come next; what is known already does no harm. */
  expect(aborted: readonly AbortedTransaction[]): void {
    if (aborted.length === 0) return;
    this.#upcoming.push(...aborted);
    this.#upcoming.sort((left, right) => right.firstOffset - left.firstOffset);
  }

  /** Goes on to a data batch. True when it belongs to an aborted transaction. */
  passData(bytes: Uint8Array, at: number): boolean {
    this.#beginUpTo(lastOffsetAt(bytes, at));
    if (!isTransactionalAt(bytes, at)) return false;
    const producerId = producerIdAt(bytes, at);
    const aborting = this.#aborting.get(producerId);
    if (aborting === undefined) {
      this.#committing.add(producerId);
      return false;
    }
    aborting.hasData = true;
    return true;
  }

  /** Goes on to a control batch. True when nothing of its transaction is left. Throws a ProtocolError. */
  passControl(bytes: Uint8Array, at: number): boolean {
    this.#beginUpTo(lastOffsetAt(bytes, at));
    const batch = bytes.subarray(at, at + batchSizeAt(bytes, at));
    const cursor = new RecordCursor(recordsBody(batch, CONTROL_BATCH_BYTES_MAX), recordCountAt(batch));
    // An earlier cleaning took the marker out.
    if (!cursor.next()) return true;
    const producerId = producerIdAt(batch);
    switch (controlRecordTypeOf(cursor.key())) {
      case 'abort':
        return this.#endAborted(producerId);
      case 'commit':
        return !this.#committing.delete(producerId);
      default:
        return false;
    }
  }

  #endAborted(producerId: number): boolean {
    const aborting = this.#aborting.get(producerId);
    this.#aborting.delete(producerId);
    if (aborting === undefined || !aborting.hasData) return true;
    this.#retained(aborting.transaction);
    return false;
  }

  #beginUpTo(offset: number): void {
    for (;;) {
      const next = this.#upcoming.at(-1);
      if (next === undefined || next.firstOffset > offset) return;
      this.#upcoming.pop();
      if (!this.#aborting.has(next.producerId)) {
        this.#aborting.set(next.producerId, { transaction: next, hasData: false });
      }
    }
  }
}
