import { ErrorCode } from '../protocol/errors.ts';
import {
  baseOffsetAt,
  batchesIn,
  lastOffsetAt,
  maxTimestampAt,
  NO_TIMESTAMP,
} from '../protocol/record-batch.ts';
import { type AppendOutcome, rejected } from './append-outcome.ts';
import type { AssignedAppends } from './assigned-appends.ts';
import type { LogCompaction } from './log-compaction.ts';
import { LogCut, type LogCutOptions } from './log-cut.ts';
import type { PendingAppend } from './log-writer.ts';
import { flawOf } from './segment-scan.ts';

/** The log as its follower sees it. */
interface FollowedLog {
  readonly logStartOffset: number;
}

export interface FollowerLogOptions extends LogCutOptions {
  readonly assigned: AssignedAppends;
  readonly compaction: LogCompaction;
  /** Queues a batch that has its offsets. */
  readonly queue: (append: Omit<PendingAppend, 'completion'>) => Promise<number>;
}

/** What a follower does with its log: takes over the leader's batches, and cuts off what the leader does not have. */
export class FollowerLog {
  readonly #log: FollowedLog;
  readonly #options: FollowerLogOptions;
  readonly #cut: LogCut;
  #cuts: Promise<unknown> = Promise.resolve();

  constructor(log: FollowedLog, options: FollowerLogOptions) {
    this.#log = log;
    this.#options = options;
    const { compaction, lowerCheckpoints } = options;
    this.#cut = new LogCut({
      ...options,
      lowerCheckpoints: async (offset) => {
        const { cleanedTo } = compaction;
        compaction.noteCutOff(offset);
        try {
          await lowerCheckpoints(offset);
        } catch (error) {
          compaction.cleanedTo = cleanedTo;
          throw error;
        }
      },
    });
  }

  /** Whether the end of the log is being cut off. */
  get isCutting(): boolean {
    return this.#options.assigned.isHeld;
  }

  /** Resolves when what is being cut off is. */
  async whenCut(): Promise<void> {
    while (this.isCutting) await this.#cuts;
  }

  /**
   * Queues batches as they lie in the leader's log, with its offsets and epochs; what is cut off at their end is left
   * out. All or none are taken: each must be whole and begin at or behind the end of the one before, the first at or
   * behind the end of the log, for where the leader has cleaned its log offsets are missing. The buffer is given
   * away. The completion is that of the last batch.
   */
  append(bytes: Uint8Array): AppendOutcome {
    const { writer, assigned, queue } = this.#options;
    if (!writer.isOpen) return rejected(ErrorCode.KAFKA_STORAGE_ERROR, 'The log is offline');
    if (assigned.isHeld) return rejected(ErrorCode.NOT_LEADER_OR_FOLLOWER, 'The log is being cut off');
    const batches = [...batchesIn(bytes)];
    const first = batches[0];
    if (first === undefined) return rejected(ErrorCode.CORRUPT_MESSAGE, 'There is no whole batch');
    const firstOffset = baseOffsetAt(first);
    let endOffset = assigned.endOffset;
    if (firstOffset < endOffset) {
      const text = `The batch at ${firstOffset} does not follow: the log ends at ${endOffset}`;
      return rejected(ErrorCode.OFFSET_OUT_OF_RANGE, text);
    }
    for (const batch of batches) {
      const flaw = flawOf(batch, 0, endOffset);
      if (flaw !== null) return rejected(ErrorCode.CORRUPT_MESSAGE, `The batch at ${endOffset}: ${flaw}`);
      endOffset = lastOffsetAt(batch) + 1;
    }
    let completion = Promise.resolve<number>(ErrorCode.NONE);
    let maxTimestamp = NO_TIMESTAMP;
    for (const batch of batches) {
      maxTimestamp = Math.max(maxTimestamp, maxTimestampAt(batch));
      const append = { bytes: batch, firstOffset: baseOffsetAt(batch), lastOffset: lastOffsetAt(batch) };
      assigned.follow(batch);
      completion = queue({ ...append, isFollowed: true, maxTimestamp: maxTimestampAt(batch) });
    }
    const info = { firstOffset, lastOffset: endOffset - 1, maxTimestamp, logAppendTimeMs: NO_TIMESTAMP };
    const { logStartOffset } = this.#log;
    const sizeInBytes = batches.reduce((sum, batch) => sum + batch.length, 0);
    return { kind: 'appended', info: { ...info, logStartOffset, sizeInBytes }, completion };
  }

  /**
   * Cuts off every batch that ends above `offset`, behind all that is queued. It is durable when this resolves: not
   * even a power loss brings back what was cut off. Until then appends are refused. Rejects with a `DiskError`; unless
   * the disk is only full the log is offline then.
   */
  truncateTo(offset: number): Promise<void> {
    return this.#whileHeld(() => this.#cut.truncateTo(offset));
  }

  /** Removes all records and begins anew at `offset`; see {@link truncateTo}. */
  startAt(offset: number): Promise<void> {
    return this.#whileHeld(() => this.#cut.startAt(offset));
  }

  #whileHeld(cut: () => Promise<void>): Promise<void> {
    const done = this.#holdFor(cut);
    this.#cuts = Promise.allSettled([this.#cuts, done]);
    return done;
  }

  async #holdFor(cut: () => Promise<void>): Promise<void> {
    const { assigned, compaction, writer } = this.#options;
    assigned.hold();
    await compaction.pause();
    try {
      await writer.queue.exclusively(cut);
    } finally {
      compaction.resume();
      assigned.release();
    }
  }
}
