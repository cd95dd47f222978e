import type { TransactionMetadata } from './transaction-metadata.ts';

/** A transaction whose end is decided and committed. */
export interface EndedTransaction {
  readonly prepared: TransactionMetadata;
  /** The partition of `__transaction_state` that it lies in. */
  readonly statePartition: number;
  /** The leader epoch of that partition in which this broker is its coordinator. */
  readonly coordinatorEpoch: number;
}

export interface EndedPartition {
  readonly topic: string;
  readonly index: number;
}

/** A transaction on its way from its decision to its last marker. */
export class Ending {
  readonly end: EndedTransaction;
  /** Nobody here is to care for it any more. */
  isDropped = false;
  /** All markers are written, which is being written down. */
  isCompleting = false;
  readonly #outstanding: Map<string, Set<number>>;

  constructor(end: EndedTransaction) {
    this.end = end;
    this.#outstanding = new Map(
      [...end.prepared.partitions].map(([topic, indexes]) => [topic, new Set(indexes)]),
    );
  }

  get isDone(): boolean {
    return this.#outstanding.size === 0;
  }

  *outstanding(): Generator<EndedPartition> {
    for (const [topic, indexes] of this.#outstanding) {
      for (const index of indexes) yield { topic, index };
    }
  }

  settle({ index, topic }: EndedPartition): void {
    const indexes = this.#outstanding.get(topic);
    indexes?.delete(index);
    if (indexes?.size === 0) this.#outstanding.delete(topic);
  }
}
