import { ErrorCode } from '../../src/protocol/errors.ts';

/** One batch of the log, as its header and its control record say. */
export interface ModelBatch {
  readonly producerId: number;
  readonly epoch: number;
  readonly firstSequence: number;
  readonly count: number;
  readonly timestamp: number;
  readonly isTransactional: boolean;
  /** Not null for a marker. */
  readonly ends: { readonly isAbort: boolean; readonly coordinatorEpoch: number } | null;
}

export type ModelAnswer =
  | { readonly kind: 'appended' | 'duplicate'; readonly firstOffset: number }
  | { readonly kind: 'rejected'; readonly errorCode: number };

interface Remembered {
  epoch: number;
  coordinatorEpoch: number;
  lastTimestamp: number;
  transactionStart: number;
  batches: { first: number; last: number; offset: number; count: number; timestamp: number }[];
}

interface Aborted {
  readonly producerId: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
}

/** What is remembered of each producer at one moment. */
export type Picture = ReadonlyMap<number, Remembered>;

const SEQUENCES = 2 ** 31;

/**
 * What a partition knows of its producers, written down as plainly as Kafka's documentation has it: a list of all
 * batches, and a table of what is remembered of each producer.
 */
export class ProducerModel {
  /** All batches there are, with their first offsets. */
  readonly log: { readonly offset: number; readonly batch: ModelBatch }[] = [];
  readonly aborted: Aborted[] = [];
  endOffset = 0;
  #producers = new Map<number, Remembered>();
  /** Transactions that ended, by producer, whose marker is not replicated. */
  #unreplicated: { firstOffset: number; lastOffset: number }[] = [];

  /** What a leader answers to the batch; an appended one is taken in. */
  append(batch: ModelBatch, isClient: boolean): ModelAnswer {
    const known = this.#producers.get(batch.producerId);
    const refusal = batch.ends === null ? this.#judge(known, batch, isClient) : judgeMarker(known, batch);
    if (refusal !== null) return refusal;
    const firstOffset = this.endOffset;
    this.take(batch, firstOffset);
    return { kind: 'appended', firstOffset };
  }

  #judge(known: Remembered | undefined, batch: ModelBatch, isClient: boolean): ModelAnswer | null {
    const last = (batch.firstSequence + batch.count - 1) % SEQUENCES;
    if (isClient && known?.epoch === batch.epoch) {
      const same = known.batches.find(
        ({ first, last: end }) => first === batch.firstSequence && end === last,
      );
      if (same !== undefined) return { kind: 'duplicate', firstOffset: same.offset };
    }
    if (known !== undefined && batch.epoch < known.epoch) return rejected(ErrorCode.INVALID_PRODUCER_EPOCH);
    const isOpen = known !== undefined && known.transactionStart >= 0;
    if (batch.isTransactional && !(isOpen && known.epoch === batch.epoch))
      return rejected(ErrorCode.INVALID_TXN_STATE);
    if (isClient && known !== undefined) {
      const before = known.epoch === batch.epoch ? (known.batches.at(-1)?.last ?? -1) : -1;
      if (batch.firstSequence !== (before + 1) % SEQUENCES)
        return rejected(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    }
    return isOpen && !batch.isTransactional ? rejected(ErrorCode.INVALID_TXN_STATE) : null;
  }

  /** A batch that is in the log, whoever has put it there. */
  take(batch: ModelBatch, offset: number): void {
    this.log.push({ offset, batch });
    this.endOffset = offset + batch.count;
    this.#remember(batch, offset);
  }

  #remember(batch: ModelBatch, offset: number): void {
    const known = this.#producers.get(batch.producerId) ?? {
      ...{ epoch: -1, coordinatorEpoch: -1, lastTimestamp: -1, transactionStart: -1, batches: [] },
    };
    this.#producers.set(batch.producerId, known);
    if (known.epoch !== batch.epoch) known.batches = [];
    known.epoch = batch.epoch;
    known.lastTimestamp = batch.timestamp;
    if (batch.ends !== null) {
      this.#end(known, batch.producerId, { offset, isAbort: batch.ends.isAbort });
      known.coordinatorEpoch = batch.ends.coordinatorEpoch;
      return;
    }
    const { firstSequence: first, count, timestamp } = batch;
    known.batches.push({ first, last: (first + count - 1) % SEQUENCES, offset, count, timestamp });
    known.batches = known.batches.slice(-5);
    if (batch.isTransactional && known.transactionStart < 0) known.transactionStart = offset;
  }

  #end(
    known: Remembered,
    producerId: number,
    { offset, isAbort }: { offset: number; isAbort: boolean },
  ): void {
    const firstOffset = known.transactionStart;
    if (firstOffset < 0) return;
    known.transactionStart = -1;
    this.#unreplicated.push({ firstOffset, lastOffset: offset });
    const isKnown = this.aborted.some((aborted) => aborted.lastOffset === offset);
    if (isAbort && !isKnown) this.aborted.push({ producerId, firstOffset, lastOffset: offset });
  }

  replicatedUpTo(offset: number): void {
    this.#unreplicated = this.#unreplicated.filter(({ lastOffset }) => lastOffset >= offset);
  }

  get firstUnstableOffset(): number | null {
    const open = [...this.#producers.values()].map(({ transactionStart }) => transactionStart);
    const starts = [
      ...open.filter((start) => start >= 0),
      ...this.#unreplicated.map(({ firstOffset }) => firstOffset),
    ];
    return starts.length === 0 ? null : Math.min(...starts);
  }

  expire(nowMs: number, expirationMs: number): void {
    for (const [producerId, { transactionStart, lastTimestamp }] of this.#producers) {
      if (transactionStart < 0 && nowMs - lastTimestamp >= expirationMs) this.#producers.delete(producerId);
    }
  }

  /** The epoch and the sequence that the producer's next batch has. */
  next(producerId: number): { readonly epoch: number; readonly sequence: number } {
    const known = this.#producers.get(producerId);
    if (known === undefined) return { epoch: 0, sequence: 0 };
    return { epoch: known.epoch, sequence: ((known.batches.at(-1)?.last ?? -1) + 1) % SEQUENCES };
  }

  /** All that is remembered, as the log shows it. */
  entries(): unknown[] {
    return [...this.#producers]
      .map(([producerId, known]) => ({
        producerId,
        epoch: known.epoch,
        coordinatorEpoch: known.coordinatorEpoch,
        lastTimestamp: known.lastTimestamp,
        currentTxnFirstOffset: known.transactionStart,
        batches: known.batches.map(({ last, offset, count, timestamp }) => ({
          lastSequence: last,
          firstOffset: offset,
          lastOffset: offset + count - 1,
          timestamp,
        })),
      }))
      .toSorted((left, right) => left.producerId - right.producerId);
  }

  /** A picture of the table, as a snapshot at the present end has it. */
  snapshot(): Picture {
    return structuredClone(this.#producers);
  }

  /** Everything as it was when the picture was taken, batches from `endOffset` on never written. */
  rollBackTo(picture: Picture, endOffset: number): void {
    this.#producers = new Map(structuredClone(picture));
    this.endOffset = endOffset;
    while ((this.log.at(-1)?.offset ?? -1) >= endOffset) this.log.pop();
    this.#unreplicated = this.#unreplicated.filter(({ lastOffset }) => lastOffset < endOffset);
    while ((this.aborted.at(-1)?.lastOffset ?? -1) >= endOffset) this.aborted.pop();
  }

  /**
   * A start: the table from a snapshot at `offset`, which has the last batch of each, and the batches behind it.
   * `reached` is told before each of them.
   */
  restart(picture: Picture, offset: number, reached: (offset: number) => void): void {
    this.#producers = new Map(structuredClone(picture));
    this.#unreplicated = [];
    for (const known of this.#producers.values()) {
      // The format has one time for the producer and its batch.
      const { lastTimestamp: timestamp } = known;
      known.batches = known.batches.slice(-1).map((batch) => ({ ...batch, timestamp }));
    }
    for (const { offset: at, batch } of this.log) {
      if (at < offset) continue;
      reached(at);
      this.#remember(batch, at);
    }
  }
}

function judgeMarker(known: Remembered | undefined, batch: ModelBatch): ModelAnswer | null {
  if (known === undefined || batch.ends === null) return null;
  if (batch.epoch < known.epoch) return rejected(ErrorCode.INVALID_PRODUCER_EPOCH);
  return batch.ends.coordinatorEpoch < known.coordinatorEpoch
    ? rejected(ErrorCode.TRANSACTION_COORDINATOR_FENCED)
    : null;
}

function rejected(errorCode: number): ModelAnswer {
  return { kind: 'rejected', errorCode };
}
