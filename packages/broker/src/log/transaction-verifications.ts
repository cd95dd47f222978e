import { ErrorCode } from '../protocol/errors.ts';
import type { ProducerEntry } from './producer-entry.ts';

/**
 * Stands for one question to a transaction's coordinator. It lets one batch begin a transaction in this log, unless a
 * marker or another batch of the transaction has come first: which it is, is told by identity alone.
 */
export class VerificationGuard {}

/** The first batch that a producer sends to a partition in a transaction. */
export interface VerifiedBatch {
  readonly producerId: number;
  readonly epoch: number;
  /** -1 for a batch without one. */
  readonly firstSequence: number;
  /** Whether the producer has a new epoch with each of its transactions (KIP-890, transaction version 2). */
  readonly bumpsEpoch: boolean;
}

export type VerificationStart =
  /** The transaction has records here already: nobody has to be asked. */
  | { readonly kind: 'open' }
  | { readonly kind: 'asked'; readonly guard: VerificationGuard }
  | { readonly kind: 'refused'; readonly errorCode: number };

/** What is known of a producer between the question and its first batch. */
export interface Verification {
  readonly guard: VerificationGuard;
  readonly startedMs: number;
  readonly bumpsEpoch: boolean;
  /** The lowest sequence that was sent: a later batch must not overtake one that has to be sent again. */
  lowestSequence: number;
  epoch: number;
}

/** More are not kept of one log at a time; each stands for a producer that has not begun what it announced. */
const VERIFICATIONS_MAX = 10_000;

/**
 * Transactions that a log is about to hear of (KIP-890): their coordinator is asked whether they hold this partition,
 * and what it says counts only as long as nothing has come to the log meanwhile. Kept in memory alone.
 */
export class TransactionVerifications {
  readonly #entryOf: (producerId: number) => ProducerEntry | undefined;
  readonly #verifications = new Map<number, Verification>();

  /** `entryOf` says how a producer will stand when everything queued is written. */
  constructor(entryOf: (producerId: number) => ProducerEntry | undefined) {
    this.#entryOf = entryOf;
  }

  /** Those that nobody has used or given up. */
  get size(): number {
    return this.#verifications.size;
  }

  /** To be called before the coordinator is asked; the same guard goes to all that ask meanwhile. */
  start({ producerId, epoch, firstSequence, bumpsEpoch }: VerifiedBatch, nowMs: number): VerificationStart {
    const entry = this.#entryOf(producerId);
    if (entry !== undefined && epoch < entry.epoch) {
      return { kind: 'refused', errorCode: ErrorCode.INVALID_PRODUCER_EPOCH };
    }
    if (entry !== undefined && isOpenIn(entry, epoch)) return { kind: 'open' };
    const known = this.#verifications.get(producerId);
    if (known === undefined) {
      this.#makeRoom();
      const guard = new VerificationGuard();
      const verification = { guard, startedMs: nowMs, bumpsEpoch, lowestSequence: firstSequence, epoch };
      this.#verifications.set(producerId, verification);
      return { kind: 'asked', guard };
    }
    if (epoch > known.epoch || (epoch === known.epoch && firstSequence < known.lowestSequence)) {
      known.lowestSequence = firstSequence;
    }
    known.epoch = Math.max(known.epoch, epoch);
    return { kind: 'asked', guard: known.guard };
  }

  of(producerId: number): Verification | undefined {
    return this.#verifications.get(producerId);
  }

  /** Records of a transaction have come: from here on the log itself says whether it is open. */
  noteRecords(producerId: number): void {
    this.#verifications.delete(producerId);
  }

  /**
   * A marker has come: what was asked before it says nothing of what comes behind. Where each transaction has an epoch
   * of its own, a marker of the epoch that was asked for has ended the transaction before.
   */
  noteMarker(producerId: number, epoch: number): void {
    const known = this.#verifications.get(producerId);
    if (known === undefined || (known.bumpsEpoch && known.epoch === epoch)) return;
    this.#verifications.delete(producerId);
  }

  /** Forgets those whose producer has not come back for so long. */
  removeExpired(nowMs: number, expirationMs: number): void {
    for (const [producerId, { startedMs }] of this.#verifications) {
      if (nowMs - startedMs >= expirationMs) this.#verifications.delete(producerId);
    }
  }

  /** The log goes on in another directory, with the same records: what was asked for it is as good as before. */
  takeOver(former: TransactionVerifications): void {
    for (const [producerId, verification] of former.#verifications) {
      this.#verifications.set(producerId, verification);
    }
  }

  /** Whoever names ever new producers pushes out those that were asked for longest ago. */
  #makeRoom(): void {
    if (this.#verifications.size < VERIFICATIONS_MAX) return;
    for (const producerId of this.#verifications.keys()) {
      this.#verifications.delete(producerId);
      return;
    }
  }

  /** The log is not what it was when they were begun. */
  clear(): void {
    this.#verifications.clear();
  }
}

/** Whether the producer has a transaction in this log, of that epoch. */
export function isOpenIn(entry: ProducerEntry, epoch: number): boolean {
  return entry.currentTxnFirstOffset >= 0 && entry.epoch === epoch;
}
