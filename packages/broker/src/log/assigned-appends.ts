import { ErrorCode } from '../protocol/errors.ts';
import {
  baseOffsetAt,
  isControlAt,
  isTransactionalAt,
  NO_PRODUCER_ID,
  producerIdAt,
} from '../protocol/record-batch.ts';
import type { AppendOrigin } from './append-outcome.ts';
import { producerAppendOf, transactionMarkerAt } from './producer-append.ts';
import {
  duplicateOf,
  markerRefusalOf,
  newProducerEntry,
  type ProducerAppend,
  type ProducerBatch,
  type ProducerEntry,
  refusalOf,
  type SequenceRejection,
  takeBatch,
  takeMarker,
} from './producer-entry.ts';
import type { ProducerState } from './producer-state.ts';
import { TransactionVerifications, type VerificationGuard } from './transaction-verifications.ts';

/** The log as far as it is written. */
interface WrittenLog {
  readonly producers: ProducerState;
  readonly logEndOffset: number;
}

/** What the log has to say to a batch before it takes it. */
export type Admission =
  | { readonly kind: 'admitted' }
  | { readonly kind: 'repeats'; readonly batch: ProducerBatch; readonly completion: Promise<number> }
  | ({ readonly kind: 'refused' } & SequenceRejection);

const ADMITTED: Admission = { kind: 'admitted' };

/** Who appends, and in which transaction. */
export interface AdmissionTerms {
  readonly origin: AppendOrigin;
  /** By which the batch may begin a transaction; `waived` where nobody is to be asked. */
  readonly verification?: VerificationGuard | 'waived' | undefined;
  /** Of the coordinator that writes a marker. */
  readonly transactionVersion?: number | undefined;
}

/** A producer as it will be when everything queued is written. */
interface QueuedProducer {
  readonly entry: ProducerEntry;
  /** How many of its appends are on their way. */
  appends: number;
}

/**
 * The end of a log and its producers as they will be when everything queued is written: what a new batch is checked
 * against, and where it will lie. Of producers it holds only those with appends on their way; all others are as the
 * written log says.
 */
export class AssignedAppends {
  readonly #written: WrittenLog;
  #endOffset: number;
  #holds = 0;
  readonly #producers = new Map<number, QueuedProducer>();
  /** By first offset: appends whose completion is still open, for their duplicates. */
  readonly #pending = new Map<number, Promise<number>>();
  /** Transactions that are about to begin. */
  readonly verifications = new TransactionVerifications((producerId) => this.#entryOf(producerId));

  /** Begins with nothing queued behind what is `written`. */
  constructor(written: WrittenLog) {
    this.#written = written;
    this.#endOffset = written.logEndOffset;
  }

  /** The offset that the next batch gets. */
  get endOffset(): number {
    return this.#endOffset;
  }

  /** Whether nothing is taken at the moment: the log is being cut off. */
  get isHeld(): boolean {
    return this.#holds > 0;
  }

  /** Nothing is taken until {@link release} was called as often. */
  hold(): void {
    this.#holds++;
  }

  /** All that was queued is written or gone: the log goes on at its end. */
  release(): void {
    this.#holds--;
    this.verifications.clear();
    this.rollBackToWritten();
  }

  /** Counts in the producer of a leader's batch, which is the next one to be taken. */
  follow(bytes: Uint8Array): void {
    const firstOffset = baseOffsetAt(bytes);
    this.#endOffset = firstOffset;
    const producerId = producerIdAt(bytes);
    if (producerId === NO_PRODUCER_ID) return;
    const entry = this.#entryOf(producerId);
    this.verifications.noteRecords(producerId);
    if (!isControlAt(bytes)) {
      takeBatch(this.#queue(producerId, entry), producerAppendOf(bytes, 0, firstOffset));
      return;
    }
    const marker = transactionMarkerAt(bytes, 0, firstOffset);
    if (marker !== null) takeMarker(this.#queue(producerId, entry), marker);
  }

  /** Checks a batch, whose offsets are not assigned yet, against its producer; an admitted one is counted in. */
  admit(bytes: Uint8Array, terms: AdmissionTerms): Admission {
    if (this.isHeld) {
      const message = 'The log is being cut off';
      return { kind: 'refused', errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER, message };
    }
    const producerId = producerIdAt(bytes);
    if (producerId === NO_PRODUCER_ID) return ADMITTED;
    const entry = this.#entryOf(producerId);
    if (isControlAt(bytes)) return this.#admitMarker(bytes, entry, terms.transactionVersion ?? 0);
    const append = producerAppendOf(bytes, 0, this.#endOffset);
    const batch = terms.origin === 'client' ? duplicateOf(entry, append) : null;
    if (batch !== null) {
      const completion = this.#pending.get(batch.firstOffset) ?? Promise.resolve(ErrorCode.NONE);
      return { kind: 'repeats', batch, completion };
    }
    const refusal = this.#refusalOf(entry, append, terms);
    if (refusal !== null) return { kind: 'refused', ...refusal };
    if (isTransactionalAt(bytes)) this.verifications.noteRecords(producerId);
    takeBatch(this.#queue(producerId, entry), append);
    return ADMITTED;
  }

  #refusalOf(
    entry: ProducerEntry | undefined,
    append: ProducerAppend,
    { origin, verification: given }: AdmissionTerms,
  ): SequenceRejection | null {
    const verification = this.verifications.of(append.producerId);
    const isVerified = given === 'waived' || (given !== undefined && given === verification?.guard);
    return refusalOf(entry, append, { origin, isVerified, verification });
  }

  #admitMarker(bytes: Uint8Array, entry: ProducerEntry | undefined, transactionVersion: number): Admission {
    const marker = transactionMarkerAt(bytes, 0, this.#endOffset);
    if (marker === null) return ADMITTED;
    const refusal = markerRefusalOf(entry, marker, transactionVersion);
    if (refusal !== null) return { kind: 'refused', ...refusal };
    this.verifications.noteMarker(marker.producerId, marker.epoch);
    takeMarker(this.#queue(marker.producerId, entry), marker);
    return ADMITTED;
  }

  #entryOf(producerId: number): ProducerEntry | undefined {
    return this.#producers.get(producerId)?.entry ?? this.#written.producers.entry(producerId);
  }

  #queue(producerId: number, entry: ProducerEntry | undefined): ProducerEntry {
    let queued = this.#producers.get(producerId);
    if (queued === undefined) {
      queued = { entry: entry === undefined ? newProducerEntry(producerId) : { ...entry }, appends: 0 };
      this.#producers.set(producerId, queued);
    }
    return queued.entry;
  }

  /** Counts in a batch that was admitted just now, has its offsets and is on its way. */
  take(bytes: Uint8Array, lastOffset: number, completion: Promise<number>): void {
    const firstOffset = this.#endOffset;
    this.#endOffset = lastOffset + 1;
    const producerId = producerIdAt(bytes);
    const queued = this.#producers.get(producerId);
    if (queued === undefined) return;
    queued.appends++;
    this.#pending.set(firstOffset, completion);
    void completion.then(() => this.#settled(queued, firstOffset, completion));
  }

  /** What was written is part of the written log's own state; what failed was rolled back, and others are in its place. */
  #settled(queued: QueuedProducer, firstOffset: number, completion: Promise<number>): void {
    const { producerId } = queued.entry;
    if (this.#pending.get(firstOffset) === completion) this.#pending.delete(firstOffset);
    queued.appends--;
    if (queued.appends === 0 && this.#producers.get(producerId) === queued)
      this.#producers.delete(producerId);
  }

  /**
   * Forgets everything queued: the next batch gets the offset behind the written ones, and producers go on from
   * there. To be called in the turn in which all queued appends fail.
   */
  rollBackToWritten(): void {
    this.#endOffset = this.#written.logEndOffset;
    this.#producers.clear();
  }
}
