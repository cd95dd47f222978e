import { ErrorCode } from '../protocol/errors.ts';
import { NO_PRODUCER_ID, producerIdAt } from '../protocol/record-batch.ts';
import type { AppendOrigin } from './append-outcome.ts';
import { producerAppendOf } from './producer-append.ts';
import type { ProducerAppend, ProducerBatch, ProducerState, SequenceRejection } from './producer-state.ts';

/** What the log has to say to a batch before it takes it. */
export type Admission =
  | { readonly kind: 'admitted' }
  | { readonly kind: 'repeats'; readonly batch: ProducerBatch; readonly completion: Promise<number> }
  | ({ readonly kind: 'refused' } & SequenceRejection);

const ADMITTED: Admission = { kind: 'admitted' };

/**
 * The end of a log and its producers as they will be when everything queued is written: what a new batch is checked
 * against, and where it will lie.
 */
export class AssignedAppends {
  #producers: ProducerState;
  #endOffset: number;
  /** By first offset: appends whose completion is still open, for their duplicates. */
  readonly #pending = new Map<number, Promise<number>>();

  /** Begins with nothing queued behind what is `written`. */
  constructor(written: ProducerState, endOffset: number) {
    this.#producers = written.clone();
    this.#endOffset = endOffset;
  }

  /** The offset that the next batch gets. */
  get endOffset(): number {
    return this.#endOffset;
  }

  /** Checks a batch, whose offsets are not assigned yet, against its producer; an admitted one is counted in. */
  admit(bytes: Uint8Array, origin: AppendOrigin): Admission {
    if (producerIdAt(bytes) === NO_PRODUCER_ID) return ADMITTED;
    const append = producerAppendOf(bytes, 0, this.#endOffset);
    const batch = origin === 'client' ? this.#producers.duplicateOf(append) : null;
    if (batch !== null) {
      const completion = this.#pending.get(batch.firstOffset) ?? Promise.resolve(ErrorCode.NONE);
      return { kind: 'repeats', batch, completion };
    }
    const refusal = this.#refusalOf(append, origin);
    if (refusal !== null) return { kind: 'refused', ...refusal };
    this.#producers.append(append);
    return ADMITTED;
  }

  #refusalOf(append: ProducerAppend, origin: AppendOrigin): SequenceRejection | null {
    const refusal = this.#producers.epochRefusalOf(append);
    return refusal ?? (origin === 'client' ? this.#producers.sequenceRefusalOf(append) : null);
  }

  /** Counts in a batch that was admitted, has its offsets and is on its way. */
  take(bytes: Uint8Array, lastOffset: number, completion: Promise<number>): void {
    const firstOffset = this.#endOffset;
    this.#endOffset = lastOffset + 1;
    if (producerIdAt(bytes) === NO_PRODUCER_ID) return;
    this.#pending.set(firstOffset, completion);
    void completion.then(() => this.#pending.delete(firstOffset));
  }

  removeExpired(nowMs: number, expirationMs: number): void {
    this.#producers.removeExpired(nowMs, expirationMs);
  }
}
