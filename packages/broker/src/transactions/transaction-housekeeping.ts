import type { Instant } from '../coordination/coordinator-machine.ts';
import { Deadlines } from '../coordination/deadlines.ts';
import type { TransactionConfig } from './transaction-config.ts';
import type { TransactionMetadata } from './transaction-metadata.ts';

/** About as many ids, and characters of them, as one look takes: tombstones must fit a batch, and others want their turn. */
const IDS_AT_ONCE = 500;
const CHARACTERS_AT_ONCE = 100_000;

/** What is due without anybody asking. */
export type Due =
  /** The transaction of this id may have been open for too long. */
  | { readonly kind: 'timeout'; readonly transactionalId: string }
  /** These ids may not have been used for too long. */
  | { readonly kind: 'expiry'; readonly transactionalIds: readonly string[] };

/** When open transactions are looked at for their time-out, and ids for theirs. Without either there is nothing to wake for. */
export class TransactionHousekeeping {
  readonly #config: TransactionConfig;
  readonly #timeouts = new Deadlines<string>();
  /** Since when (monotonic) this coordinator knows of the open transaction that began at `startMs`. */
  readonly #seenOpen = new Map<string, { readonly startMs: number; readonly sinceMs: number }>();
  /** Ids that the look under way has yet to take. */
  #expiring: string[] = [];
  #nextExpiryCheckMs: number | null = null;
  #begunMs = 0;

  constructor(config: TransactionConfig) {
    this.#config = config;
  }

  begin(now: Instant): void {
    this.#begunMs = now.monotonicMs;
    this.#nextExpiryCheckMs = now.monotonicMs + this.#config.idExpirationCheckIntervalMs;
  }

  /** The transaction is open. */
  opened({ startMs, timeoutMs, transactionalId }: TransactionMetadata, now: Instant): void {
    let seen = this.#seenOpen.get(transactionalId);
    if (seen?.startMs !== startMs) {
      seen = { startMs, sinceMs: now.monotonicMs };
      this.#seenOpen.set(transactionalId, seen);
    }
    const leftMs = Math.min(startMs - now.wallMs, seen.sinceMs - now.monotonicMs) + timeoutMs + 1;
    this.#timeouts.schedule(transactionalId, now.monotonicMs + leftMs);
  }

  /** Nothing is open of this id. */
  closed(transactionalId: string): void {
    this.#seenOpen.delete(transactionalId);
  }

  /** By the wall clock, which all coordinators have; or by this one's own, should the other have been turned back. */
  isOverdue({ startMs, timeoutMs, transactionalId }: TransactionMetadata, now: Instant): boolean {
    const seen = this.#seenOpen.get(transactionalId);
    const sinceMs = seen?.startMs === startMs ? seen.sinceMs : now.monotonicMs;
    return startMs + timeoutMs < now.wallMs || sinceMs + timeoutMs < now.monotonicMs;
  }

  /** What was due could not be done. */
  again(transactionalId: string, now: Instant): void {
    this.#timeouts.schedule(transactionalId, now.monotonicMs + 1);
  }

  nextMs(): number | null {
    if (this.#expiring.length > 0) return Number.NEGATIVE_INFINITY;
    const timeoutMs = this.#timeouts.nextMs();
    if (timeoutMs === null) return this.#nextExpiryCheckMs;
    return Math.min(this.#checkAfter(timeoutMs), this.#nextExpiryCheckMs ?? Number.POSITIVE_INFINITY);
  }

  /** One portion of what is due; null when there was nothing after all. `allIds` are those that may expire. */
  take(now: Instant, allIds: () => readonly string[]): Due | null {
    const timeoutMs = this.#timeouts.nextMs();
    if (timeoutMs !== null && this.#checkAfter(timeoutMs) <= now.monotonicMs) {
      const transactionalId = this.#timeouts.takeDue(now.monotonicMs);
      if (transactionalId !== undefined) return { kind: 'timeout', transactionalId };
    }
    if (this.#nextExpiryCheckMs !== null && this.#nextExpiryCheckMs <= now.monotonicMs) {
      this.#nextExpiryCheckMs = now.monotonicMs + this.#config.idExpirationCheckIntervalMs;
      this.#expiring = [...allIds()];
    }
    const transactionalIds = this.#takeExpiring();
    return transactionalIds.length === 0 ? null : { kind: 'expiry', transactionalIds };
  }

  #takeExpiring(): string[] {
    const taken: string[] = [];
    for (let characters = 0; characters < CHARACTERS_AT_ONCE && taken.length < IDS_AT_ONCE; ) {
      const transactionalId = this.#expiring.pop();
      if (transactionalId === undefined) break;
      taken.push(transactionalId);
      characters += transactionalId.length;
    }
    return taken;
  }

  /** Time-outs are looked at in the rhythm of their config. */
  #checkAfter(atMs: number): number {
    const { timeoutCheckIntervalMs: everyMs } = this.#config;
    const checks = Math.max(1, Math.ceil((atMs - this.#begunMs) / everyMs));
    return this.#begunMs + checks * everyMs;
  }
}
