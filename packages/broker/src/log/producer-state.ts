import {
  isExpired,
  newProducerEntry,
  type ProducerAppend,
  type ProducerEntry,
  type TransactionMarker,
  takeBatch,
  takeMarker,
} from './producer-entry.ts';
import type { AbortedTransaction } from './transaction-index.ts';

/** Where a transaction began and ended in this log. */
interface TransactionRange {
  readonly producerId: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
}

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
  /** No producer without an open transaction was last heard of before; it spares looking at them all. */
  #lowestTimestamp = Number.POSITIVE_INFINITY;
  endOffset: number;

  /** The entries are taken over. */
  constructor(endOffset: number, entries: Iterable<ProducerEntry> = []) {
    this.endOffset = endOffset;
    const open: TransactionRange[] = [];
    for (const entry of entries) {
      this.#producers.set(entry.producerId, entry);
      const { producerId, currentTxnFirstOffset: firstOffset, lastTimestamp } = entry;
      this.#lowestTimestamp = Math.min(this.#lowestTimestamp, lastTimestamp);
      if (firstOffset >= 0) open.push({ producerId, firstOffset, lastOffset: -1 });
    }
    open.sort((left, right) => left.firstOffset - right.firstOffset);
    for (const transaction of open) this.#ongoing.set(transaction.firstOffset, transaction);
  }

  /** How many producers are known. */
  get size(): number {
    return this.#producers.size;
  }

  /** All producers, as a snapshot holds them. */
  entries(): IterableIterator<ProducerEntry> {
    return this.#producers.values();
  }

  entry(producerId: number): ProducerEntry | undefined {
    return this.#producers.get(producerId);
  }

  /** Takes a batch in that is in the log, whatever its origin. */
  append(append: ProducerAppend): void {
    const { producerId, firstOffset, timestamp } = append;
    this.#lowestTimestamp = Math.min(this.#lowestTimestamp, timestamp);
    if (!takeBatch(this.#entryOf(producerId), append)) return;
    this.#ongoing.set(firstOffset, { producerId, firstOffset, lastOffset: -1 });
  }

  /** Takes a marker in. Returns what the transaction index must hold, or null if nothing was aborted. */
  endTransaction(marker: TransactionMarker): AbortedTransaction | null {
    this.#lowestTimestamp = Math.min(this.#lowestTimestamp, marker.timestamp);
    const firstOffset = takeMarker(this.#entryOf(marker.producerId), marker);
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
    if (nowMs - this.#lowestTimestamp < expirationMs) return;
    this.#lowestTimestamp = Number.POSITIVE_INFINITY;
    for (const [producerId, entry] of this.#producers) {
      if (isExpired(entry, nowMs, expirationMs)) this.#producers.delete(producerId);
      else if (entry.currentTxnFirstOffset < 0)
        this.#lowestTimestamp = Math.min(this.#lowestTimestamp, entry.lastTimestamp);
    }
  }

  #firstOngoing(): number | null {
    const first = this.#ongoing.keys().next();
    return first.done ? null : first.value;
  }

  #entryOf(producerId: number): ProducerEntry {
    let entry = this.#producers.get(producerId);
    if (entry === undefined) {
      entry = newProducerEntry(producerId);
      this.#producers.set(producerId, entry);
    }
    return entry;
  }
}
