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
  /** The partition's own. */
  readonly directory: string;
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

  /** Deletes the segments that the topic no longer keeps, so that they stay deleted. Returns how many. */
  apply(nowMs: number): Promise<number> {
    const { writer } = this.#options;
    return writer.queue.exclusively(async () => {
      if (!writer.isOpen) return 0;
      try {
        return await this.#deleteExpired(nowMs);
      } catch (error) {
        writer.fail(error);
        return 0;
      }
    });
  }

  async #deleteExpired(nowMs: number): Promise<number> {
    const { environment, directory, writer, reader, removals } = this.#options;
    const { segments, snapshots } = writer.loaded;
    const { config } = writer;
    const all = segments.all;
    const { logStartOffset, highWatermark } = this.#log;
    const count = await countExpired(all, {
      ...{ nowMs, config, logStartOffset, highWatermark },
      logEndOffset: writer.logEndOffset,
      sizeInBytes: segments.sizeInBytes,
    });
    if (count === 0) return 0;
    const expired = all.slice(0, count);
    if (count === all.length) await writer.roll(writer.logEndOffset);
    await writer.flusher.betweenFlushes(async () => {
      // No reader may look for a record where it no longer is.
      this.#log.advanceLogStartOffset(segments.all[count]?.baseOffset ?? writer.logEndOffset);
      segments.remove(expired);
    });
    reader.reset();
    const renamed: string[] = [];
    try {
      for (const segment of expired) {
        renamed.push(...(await segment.renameToDeleted()));
        renamed.push(...(await snapshots.renameToDeleted(segment.baseOffset)));
      }
    } finally {
      removals.add(renamed, config.fileDeleteDelayMs);
    }
    await environment.disk.syncDirectory(directory);
    environment.logger.info(
      { ...this.#log.topicPartition, segments: expired.length, logStartOffset: this.#log.logStartOffset },
      'Deleted segments that are no longer retained',
    );
    return expired.length;
  }
}
