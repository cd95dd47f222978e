import type { DelayedRemovals } from './delayed-removals.ts';
import type { LogEnvironment, TopicPartition } from './log-environment.ts';
import type { LogReader } from './log-reader.ts';
import type { LogWriter } from './log-writer.ts';
import { countExpired } from './retention.ts';

/** The log that segments are deleted from. */
interface RetainedLog {
  readonly topicPartition: TopicPartition;
  readonly logStartOffset: number;
  readonly highWatermark: number;
  advanceLogStartOffset(offset: number): void;
}

export interface LogRetentionOptions {
  readonly environment: LogEnvironment;
  readonly writer: LogWriter;
  readonly reader: LogReader;
  readonly removals: DelayedRemovals;
}

/** Takes those segments away from a log that its topic no longer keeps. */
export class LogRetention {
  readonly #log: RetainedLog;
  readonly #options: LogRetentionOptions;

  constructor(log: RetainedLog, options: LogRetentionOptions) {
    this.#log = log;
    this.#options = options;
  }

  /** Deletes the segments that the topic no longer keeps. Returns how many. */
  apply(nowMs: number): Promise<number> {
    const { writer } = this.#options;
    return writer.queue.exclusively(async () => {
      if (writer.failure !== null) return 0;
      try {
        return await this.#deleteExpired(nowMs);
      } catch (error) {
        writer.fail(error);
        return 0;
      }
    });
  }

  async #deleteExpired(nowMs: number): Promise<number> {
    const { environment, writer, reader, removals } = this.#options;
    const { segments, snapshots } = writer.loaded;
    const { config } = writer;
    const all = segments.all;
    const retained = all.map((segment, index) => ({
      sizeInBytes: segment.sizeInBytes,
      endOffset: all[index + 1]?.baseOffset ?? writer.logEndOffset,
      newestMs: () => segment.newestMs(),
    }));
    const { logStartOffset, highWatermark } = this.#log;
    const limits = { nowMs, logStartOffset, highWatermark, config };
    const expired = all.slice(0, await countExpired(retained, limits));
    if (expired.length === 0) return 0;
    if (expired.length === all.length) await writer.roll(writer.logEndOffset);
    await writer.flusher.betweenFlushes(async () => segments.remove(expired));
    const firstKept = segments.first.baseOffset;
    this.#log.advanceLogStartOffset(firstKept);
    reader.reset();
    for (const segment of expired) removals.add(await segment.renameToDeleted(), config.fileDeleteDelayMs);
    await snapshots.remove((offset) => offset < firstKept);
    environment.logger.info(
      { ...this.#log.topicPartition, segments: expired.length, logStartOffset: this.#log.logStartOffset },
      'Deleted segments that are no longer retained',
    );
    return expired.length;
  }
}
