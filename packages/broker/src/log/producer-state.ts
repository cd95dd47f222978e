import { ErrorCode } from '../protocol/errors.ts';
import { addToSequence } from '../protocol/record-batch.ts';
import type { AbortedTransaction } from './transaction-index.ts';

/** What the log knows of one batch of a producer, to tell a repetition from a new one. */
export interface ProducerBatch {
  readonly lastSequence: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly timestamp: number;
}

/** The state of one producer in one partition. */
export interface ProducerEntry {
  readonly producerId: number;
  epoch: number;
  /** The epoch of the coordinator that wrote the last marker, -1 without one. */
  coordinatorEpoch: number;
  lastTimestamp: number;
  /** Where its open transaction begins in this log, -1 without one. */
  currentTxnFirstOffset: number;
  /** The last batches of this epoch, oldest first. */
  batches: ProducerBatch[];
}

/** A batch with a producer id, as its header says. */
export interface ProducerAppend {
  readonly producerId: number;
  readonly epoch: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly timestamp: number;
  readonly isTransactional: boolean;
}

/** A transaction's end in this partition, as its control batch says. */
export interface TransactionMarker {
  readonly producerId: number;
  readonly epoch: number;
  readonly coordinatorEpoch: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly isAbort: boolean;
}

export interface SequenceRejection {
  readonly errorCode: number;
  readonly message: string;
}

/** Where a transaction began and ended in this log. */
interface TransactionRange {
  readonly producerId: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
}

/** How many batches of a producer are remembered; a client has at most so many in flight (KIP-98). */
const BATCHES_REMEMBERED = 5;

/**
 * The producers of one partition: epochs, sequences and open transactions (KIP-98, KIP-360). It is what the log
 * up to {@link endOffset} says; `snapshot` files only spare reading it again.
 */
export class ProducerState {
  readonly #producers = new Map<number, ProducerEntry>();
  /** Open transactions by first offset; iterates in ascending order, since offsets are appended. */
  readonly #ongoing = new Map<number, TransactionRange>();
  /** Ended ones whose marker is not yet below the high watermark. */
  readonly #unreplicated = new Map<number, TransactionRange>();
  endOffset: number;

  constructor(endOffset: number, entries: Iterable<ProducerEntry> = []) {
    this.endOffset = endOffset;
    const open: TransactionRange[] = [];
    for (const entry of entries) {
      this.#producers.set(entry.producerId, { ...entry, batches: [...entry.batches] });
      const { producerId, currentTxnFirstOffset: firstOffset } = entry;
      if (firstOffset >= 0) open.push({ producerId, firstOffset, lastOffset: -1 });
    }
    open.sort((left, right) => left.firstOffset - right.firstOffset);
    for (const transaction of open) this.#ongoing.set(transaction.firstOffset, transaction);
  }

  /** All producers, as a snapshot holds them. */
  entries(): IterableIterator<ProducerEntry> {
    return this.#producers.values();
  }

  entry(producerId: number): ProducerEntry | undefined {
    return this.#producers.get(producerId);
  }

  /** The batch that `append` repeats, or null. */
  duplicateOf(append: ProducerAppend): ProducerBatch | null {
    const entry = this.#producers.get(append.producerId);
    if (entry === undefined || entry.epoch !== append.epoch) return null;
    return entry.batches.find((batch) => repeats(append, batch)) ?? null;
  }

  /** Why the producer may not write in this epoch or transaction, or null. Holds for clients and coordinators. */
  epochRefusalOf(append: ProducerAppend): SequenceRejection | null {
    const entry = this.#producers.get(append.producerId);
    if (entry !== undefined && append.epoch < entry.epoch) return fencedEpoch(append, entry.epoch);
    const isOngoing = entry !== undefined && entry.currentTxnFirstOffset >= 0;
    if (append.isTransactional && !(isOngoing && entry.epoch === append.epoch)) {
      return {
        errorCode: ErrorCode.INVALID_TXN_STATE,
        message: 'The transactional batch is not part of an ongoing transaction',
      };
    }
    if (isOngoing && !append.isTransactional) {
      return {
        errorCode: ErrorCode.INVALID_TXN_STATE,
        message: `Producer ${append.producerId} sent a batch outside of its open transaction`,
      };
    }
    return null;
  }

  /** Why a client's batch does not follow what its producer wrote before, or null. */
  sequenceRefusalOf(append: ProducerAppend): SequenceRejection | null {
    const entry = this.#producers.get(append.producerId);
    // Retention or DeleteRecords may have removed what this producer wrote: any sequence may follow (KIP-360).
    if (entry === undefined) return null;
    const last = entry.batches.at(-1)?.lastSequence ?? -1;
    const expected = append.epoch === entry.epoch ? addToSequence(last, 1) : 0;
    if (append.firstSequence === expected) return null;
    return {
      errorCode: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
      message:
        `Producer ${append.producerId} in epoch ${append.epoch} sent sequence ${append.firstSequence} ` +
        `where ${expected} follows`,
    };
  }

  /** Takes a batch in that is in the log, whatever its origin. */
  append(append: ProducerAppend): void {
    const entry = this.#entryFor(append.producerId, append.epoch);
    const { firstOffset, lastOffset, lastSequence, timestamp } = append;
    if (entry.batches.length === BATCHES_REMEMBERED) entry.batches.shift();
    entry.batches.push({ lastSequence, firstOffset, lastOffset, timestamp });
    entry.lastTimestamp = timestamp;
    if (append.isTransactional && entry.currentTxnFirstOffset < 0) {
      entry.currentTxnFirstOffset = firstOffset;
      this.#ongoing.set(firstOffset, { producerId: append.producerId, firstOffset, lastOffset: -1 });
    }
  }

  /** Takes a marker in. Returns what the transaction index must hold, or null if nothing was aborted. */
  endTransaction(marker: TransactionMarker): AbortedTransaction | null {
    const entry = this.#entryFor(marker.producerId, marker.epoch);
    const firstOffset = entry.currentTxnFirstOffset;
    entry.coordinatorEpoch = marker.coordinatorEpoch;
    entry.lastTimestamp = marker.timestamp;
    entry.currentTxnFirstOffset = -1;
    if (firstOffset < 0) return null;
    this.#ongoing.delete(firstOffset);
    const ended = { producerId: marker.producerId, firstOffset, lastOffset: marker.offset };
    this.#unreplicated.set(firstOffset, ended);
    if (!marker.isAbort) return null;
    return { ...ended, lastStableOffset: this.#firstOngoing() ?? marker.offset + 1 };
  }

  /** The first record whose fate is not decided, or is decided but not yet replicated; null without one. */
  get firstUnstableOffset(): number | null {
    let first = this.#firstOngoing();
    for (const firstOffset of this.#unreplicated.keys()) {
      if (first === null || firstOffset < first) first = firstOffset;
    }
    return first;
  }

  /** Markers below `offset` are on all in-sync replicas: their transactions no longer hold consumers back. */
  onReplicatedUpTo(offset: number): void {
    for (const [firstOffset, transaction] of this.#unreplicated) {
      if (transaction.lastOffset < offset) this.#unreplicated.delete(firstOffset);
    }
  }

  /** Forgets producers that have been silent for `expirationMs` and have no open transaction. */
  removeExpired(nowMs: number, expirationMs: number): void {
    for (const [producerId, entry] of this.#producers) {
      if (entry.currentTxnFirstOffset < 0 && nowMs - entry.lastTimestamp >= expirationMs) {
        this.#producers.delete(producerId);
      }
    }
  }

  /** An independent copy. */
  clone(): ProducerState {
    const copy = new ProducerState(this.endOffset, this.#producers.values());
    for (const [firstOffset, transaction] of this.#unreplicated)
      copy.#unreplicated.set(firstOffset, transaction);
    return copy;
  }

  #firstOngoing(): number | null {
    const first = this.#ongoing.keys().next();
    return first.done ? null : first.value;
  }

  /** The producer's entry, moved to `epoch`: sequences begin anew with each epoch. */
  #entryFor(producerId: number, epoch: number): ProducerEntry {
    let entry = this.#producers.get(producerId);
    if (entry === undefined) {
      entry = {
        producerId,
        epoch,
        coordinatorEpoch: -1,
        lastTimestamp: -1,
        currentTxnFirstOffset: -1,
        batches: [],
      };
      this.#producers.set(producerId, entry);
    } else if (entry.epoch !== epoch) {
      entry.epoch = epoch;
      entry.batches = [];
    }
    return entry;
  }
}

function repeats(append: ProducerAppend, batch: ProducerBatch): boolean {
  if (append.lastSequence !== batch.lastSequence) return false;
  const count = batch.lastOffset - batch.firstOffset;
  return addToSequence(append.firstSequence, count) === batch.lastSequence;
}

function fencedEpoch(append: ProducerAppend, current: number): SequenceRejection {
  return {
    errorCode: ErrorCode.INVALID_PRODUCER_EPOCH,
    message: `Producer ${append.producerId} wrote in epoch ${append.epoch}, but its epoch is ${current} by now`,
  };
}
