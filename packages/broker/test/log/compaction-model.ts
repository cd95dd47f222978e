import type { KeyedRecord } from './compaction-history.ts';

/** A record as it was written, or a transaction marker. */
export interface ModelRecord extends KeyedRecord {
  readonly offset: number;
  readonly timestamp: number;
  /** The transaction it belongs to, or null. */
  readonly transaction: ModelTransaction | null;
}

export interface ModelTransaction {
  readonly producer: number;
  readonly firstOffset: number;
  outcome: 'open' | 'commit' | 'abort';
  /** Of the marker; the log end while it is open. */
  endOffset: number;
}

/** What an idempotent producer has written last. */
export interface ModelProducer {
  nextSequence: number;
  last: { readonly firstOffset: number; readonly sequence: number; readonly count: number } | null;
  transaction: ModelTransaction | null;
}

/** What a log without compaction would hold: everything, and what a reader of the committed makes of it. */
export class CompactionModel {
  readonly records = new Map<number, ModelRecord>();
  readonly transactions: ModelTransaction[] = [];
  readonly #producers = new Map<number, ModelProducer>();

  producer(id: number): ModelProducer {
    let producer = this.#producers.get(id);
    if (producer === undefined) {
      producer = { nextSequence: 0, last: null, transaction: null };
      this.#producers.set(id, producer);
    }
    return producer;
  }

  producers(): IterableIterator<[number, ModelProducer]> {
    return this.#producers.entries();
  }

  append(
    offset: number,
    records: readonly KeyedRecord[],
    given: { timestamp: number; producer: number | null; isTransactional: boolean },
  ): void {
    const { timestamp, producer: id, isTransactional } = given;
    let transaction: ModelTransaction | null = null;
    if (id !== null) {
      const producer = this.producer(id);
      if (isTransactional) {
        producer.transaction ??= this.#begin(id, offset);
        transaction = producer.transaction;
      }
      producer.last = { firstOffset: offset, sequence: producer.nextSequence, count: records.length };
      producer.nextSequence += records.length;
    }
    for (const [index, { key, value }] of records.entries()) {
      this.records.set(offset + index, { key, value, offset: offset + index, timestamp, transaction });
    }
  }

  #begin(producer: number, firstOffset: number): ModelTransaction {
    const transaction: ModelTransaction = {
      producer,
      firstOffset,
      outcome: 'open',
      endOffset: Number.POSITIVE_INFINITY,
    };
    this.transactions.push(transaction);
    return transaction;
  }

  end(id: number, outcome: 'commit' | 'abort', endOffset: number): void {
    const producer = this.producer(id);
    if (producer.transaction === null) return;
    producer.transaction.outcome = outcome;
    producer.transaction.endOffset = endOffset;
    producer.transaction = null;
  }

  /** The latest value of each key in what is committed in `[from, upTo)`. */
  latest(from: number, upTo: number): Map<string, string> {
    return latestOf(
      [...this.records.values()].filter(
        ({ offset, transaction }) =>
          offset >= from && offset < upTo && (transaction === null || transaction.outcome === 'commit'),
      ),
    );
  }
}

/** The value of each key when records are applied in order; a tombstone takes the key away. */
export function latestOf(records: Iterable<KeyedRecord>): Map<string, string> {
  const latest = new Map<string, string>();
  for (const { key, value } of records) {
    if (value === null) latest.delete(key);
    else latest.set(key, value);
  }
  return new Map([...latest].sort(([left], [right]) => (left < right ? -1 : 1)));
}
