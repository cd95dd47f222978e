import { buildTransactionMarker } from '../protocol/control-records.ts';
import type { CompressionType } from '../protocol/record-batch.ts';
import type { Timer } from '../runtime/clock.ts';
import { recordBatchOf } from './coordinator-batch.ts';
import type { TransactionTerms } from './coordinator-log.ts';
import type {
  CoordinatorRecord,
  DecidedTransaction,
  Decision,
  TransactionEnd,
} from './coordinator-machine.ts';
import type { PendingDecision } from './decision-queue.ts';

/** A decision that may be the end of a transaction, which is a batch of its own. */
export interface ShardDecision extends Decision {
  readonly end?: TransactionEnd;
}

/** The header of a batch. */
const BATCH_BYTES = 61;
/** What a record takes beside its key and value, at most: lengths, deltas and the count of its headers. */
const RECORD_BYTES = 36;
/** What a header takes beside its key and value, at most. */
const HEADER_BYTES = 10;

/** Decisions whose records are to lie in the log as one batch: all are committed, or none. */
export class GatheredBatch {
  readonly decisions: PendingDecision[] = [];
  /** When it goes to the log, where that has been given a time. */
  linger: Timer | null = null;
  readonly #wallMs: number;
  readonly #records: CoordinatorRecord[] = [];
  #transaction: DecidedTransaction | undefined;
  #end: TransactionEnd | undefined;
  #sizeInBytes = BATCH_BYTES;

  constructor(wallMs: number) {
    this.#wallMs = wallMs;
  }

  /** No less than it takes in the log when it is not compressed. */
  get sizeInBytes(): number {
    return this.#sizeInBytes;
  }

  /** What the log is told of a transaction that the batch belongs to, or ends. */
  get terms(): TransactionTerms {
    return { ...this.#transaction, ...this.#end };
  }

  /** A decision in a transaction, or which ends one, is in a batch alone. */
  add(pending: PendingDecision, { records, transaction, end }: ShardDecision): void {
    this.decisions.push(pending);
    this.#transaction = transaction;
    this.#end = end;
    for (const record of records) this.#records.push(record);
    this.#sizeInBytes += sizeOf(records);
  }

  hasRoomFor(records: readonly CoordinatorRecord[], maxBytes: number): boolean {
    return this.#sizeInBytes + sizeOf(records) <= maxBytes;
  }

  bytes(compression: CompressionType): Uint8Array {
    const timestamp = this.#wallMs;
    if (this.#end === undefined) {
      const of = this.#transaction;
      const producer = of && { producerId: of.producerId, producerEpoch: of.producerEpoch };
      return recordBatchOf(this.#records, { compression, timestamp, producer });
    }
    const outcome = this.#end.isCommitted ? 'commit' : 'abort';
    return buildTransactionMarker({ ...this.#end, outcome, timestamp });
  }
}

function sizeOf(records: readonly CoordinatorRecord[]): number {
  let bytes = 0;
  for (const { key, value, headers = [] } of records) {
    bytes += RECORD_BYTES + key.length + (value?.length ?? 0);
    for (const header of headers) {
      bytes += HEADER_BYTES + Buffer.byteLength(header.key) + (header.value?.length ?? 0);
    }
  }
  return bytes;
}
