import type { Clock } from '../runtime/clock.ts';
import type { MetadataLog } from './metadata-log.ts';

/** What was in the log when a flush was asked for. */
export interface FlushTarget {
  readonly endOffset: number;
  readonly truncations: number;
}

/** Flushes the metadata log, one sync at a time: whatever was asked for meanwhile shares the next one. */
export class LogFlusher {
  readonly #log: MetadataLog;
  readonly #clock: Clock;
  readonly #onFlushed: (target: FlushTarget, tookMs: number) => void;
  readonly #onFailed: (reason: unknown) => void;
  #lastWritten: Promise<void> = Promise.resolve();
  #target: FlushTarget | null = null;
  #underWay: Promise<void> | null = null;
  #isClosed = false;

  constructor(
    { log, clock }: { readonly log: MetadataLog; readonly clock: Clock },
    on: { flushed: (target: FlushTarget, tookMs: number) => void; failed: (reason: unknown) => void },
  ) {
    this.#log = log;
    this.#clock = clock;
    this.#onFlushed = on.flushed;
    this.#onFailed = on.failed;
  }

  noteWrite(written: Promise<void>): void {
    this.#lastWritten = written;
    // Only the newest write is waited for, by the flush: once one fails, all later ones do.
    written.catch(() => {});
  }

  flush(target: FlushTarget): void {
    this.#target = target;
    this.#underWay ??= this.#flushAll();
  }

  /** Resolves when no sync is under way. Nothing is flushed after it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#underWay;
  }

  /** Everything appended so far is written, or the log has failed. */
  async written(): Promise<void> {
    await this.#lastWritten;
  }

  async #flushAll(): Promise<void> {
    try {
      while (this.#target !== null && !this.#isClosed) {
        const target = await this.#allWritten(this.#target);
        this.#target = null;
        const sinceMs = this.#clock.monotonicMs();
        await this.#log.flush();
        if (!this.#isClosed) this.#onFlushed(target, this.#clock.monotonicMs() - sinceMs);
      }
    } catch (reason) {
      // The seam of the metadata log: a write or sync that failed may have lost pages, so this node stops voting.
      this.#onFailed(reason);
    } finally {
      this.#underWay = null;
    }
  }

  /**
   * The newest target, once nothing is being written: whatever is appended meanwhile shares the flush. That ends,
   * because whoever appends waits for the commit.
   */
  async #allWritten(asked: FlushTarget): Promise<FlushTarget> {
    for (;;) {
      const target = this.#target ?? asked;
      const written = this.#lastWritten;
      await written;
      if (written === this.#lastWritten) return target;
    }
  }
}
