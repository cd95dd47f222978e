import { lastOffsetAt } from '../protocol/record-batch.ts';
import { DiskError } from '../runtime/disk.ts';
import { isPassing } from '../runtime/passing-error.ts';
import type { DelayedRemovals } from './delayed-removals.ts';
import type { LogEnvironment } from './log-environment.ts';
import type { LogReader } from './log-reader.ts';
import type { LogWriter } from './log-writer.ts';
import { applyBatch } from './producer-append.ts';
import { producersAt } from './producer-replay.ts';
import { ProducerState } from './producer-state.ts';
import { Segment } from './segment.ts';
import { readEnd, readThrough } from './segment-reading.ts';
import type { SegmentSwaps } from './segment-swaps.ts';
import type { LogTail } from './tail-cache.ts';

/** Where a log begins, and what of it is replicated, may have to move back with its end. */
export interface MovableOffsets {
  logStartOffset: number;
  highWatermark: number;
}

export interface LogCutOptions {
  readonly environment: LogEnvironment;
  readonly directory: string;
  readonly writer: LogWriter;
  readonly reader: LogReader;
  readonly tail: LogTail;
  readonly swaps: SegmentSwaps;
  readonly removals: DelayedRemovals;
  readonly offsets: MovableOffsets;
  /**
   * Makes the checkpoints of recovery point and log start say no more than the log does, and that of the cleaner no more
   * than `offset`. Rejects with a `DiskError`.
   */
  readonly lowerCheckpoints: (offset: number) => Promise<void>;
}

/** The end of the last batch that stays. */
interface CutPoint {
  readonly offset: number;
  readonly position: number;
}

/** Takes the end of a log away, or all of it, for its queue; nobody reads or syncs meanwhile. */
export class LogCut {
  readonly #options: LogCutOptions;

  constructor(options: LogCutOptions) {
    this.#options = options;
  }

  /** Cuts off every batch that ends above `offset`. */
  truncateTo(offset: number): Promise<void> {
    return this.#alone(async () => {
      const { writer } = this.#options;
      const { segments, epochs } = writer.loaded;
      // A leader that appended nothing has an epoch without records.
      if (offset >= writer.logEndOffset) return epochs.truncateFromEnd(writer.logEndOffset);
      if (offset < segments.first.baseOffset) return this.#startAt(offset);
      const [segment] = segments.from(offset);
      if (segment === undefined) return;
      const point = await cutPoint(segment, offset);
      const { offsets } = this.#options;
      await this.#moveMarks({
        logStartOffset: Math.min(offsets.logStartOffset, point.offset),
        highWatermark: Math.min(offsets.highWatermark, point.offset),
        recoveryPoint: Math.min(writer.flusher.recoveryPoint, point.offset),
        cleanedTo: point.offset,
      });
      await this.#afterChange(() => this.#truncate(segment, point));
    });
  }

  /** Removes everything; the log goes on at `offset`. */
  startAt(offset: number): Promise<void> {
    return this.#alone(() => this.#startAt(offset));
  }

  async #alone(task: () => Promise<void>): Promise<void> {
    const { writer, swaps } = this.#options;
    if (writer.failure !== null) throw writer.failure;
    try {
      await swaps.swap(() => writer.flusher.betweenFlushes(task));
    } catch (error) {
      writer.fail(error);
      throw error;
    }
  }

  /** What was begun must be ended: a log that is cut off by half is none. */
  async #afterChange(change: () => Promise<void>): Promise<void> {
    try {
      await change();
    } catch (error) {
      if (error instanceof DiskError && isPassing(error)) this.#options.writer.giveUp(error);
      throw error;
    }
  }

  /** First of all, and durably: a start must not miss records where there are none any more. */
  async #moveMarks(marks: MovableOffsets & { recoveryPoint: number; cleanedTo: number }): Promise<void> {
    const { writer, offsets, lowerCheckpoints } = this.#options;
    const { logStartOffset, highWatermark } = offsets;
    const { recoveryPoint } = writer.flusher;
    writer.flusher.recoveryPoint = marks.recoveryPoint;
    offsets.logStartOffset = marks.logStartOffset;
    offsets.highWatermark = marks.highWatermark;
    try {
      await lowerCheckpoints(marks.cleanedTo);
    } catch (error) {
      // Nothing of the log has changed, and nobody has synced it meanwhile.
      writer.flusher.recoveryPoint = recoveryPoint;
      Object.assign(offsets, { logStartOffset, highWatermark });
      throw error;
    }
  }

  async #truncate(segment: Segment, { offset, position }: CutPoint): Promise<void> {
    const { environment, writer, offsets } = this.#options;
    const { segments, snapshots, epochs } = writer.loaded;
    this.#forgetRead(offset);
    await snapshots.remove((candidate) => candidate > offset);
    await this.#remove(segments.all.filter(({ baseOffset }) => baseOffset > segment.baseOffset));
    await segment.truncateFile(position);
    const { config } = writer;
    if ((await readEnd(segment, config, { upToOffset: offset, take: () => null })) === null) {
      const before = segments.all.slice(0, -1);
      const producers = await producersAt(snapshots, before, segment.baseOffset);
      await readThrough(segment, config, (bytes, at) => applyBatch(producers, bytes, at));
    }
    const producers = await producersAt(snapshots, segments.all, offset);
    producers.onReplicatedUpTo(offsets.highWatermark);
    epochs.truncateFromEnd(offset);
    writer.continueFrom(offset, producers);
    environment.logger.info({ segment: segment.path, logEndOffset: offset }, 'Cut off the end of a log');
  }

  async #startAt(offset: number): Promise<void> {
    const { environment, directory, writer } = this.#options;
    const { segments, snapshots, epochs } = writer.loaded;
    // Where the start is known to be here, a start after a crash in between does the rest.
    const marks = { logStartOffset: offset, highWatermark: offset, cleanedTo: offset };
    await this.#moveMarks({ ...marks, recoveryPoint: 0 });
    await this.#afterChange(async () => {
      this.#forgetRead(offset);
      await this.#remove(segments.all, false);
      await snapshots.remove(() => true);
      const { config } = writer;
      segments.replaceAll(await Segment.create(environment, directory, { baseOffset: offset, config }));
      await environment.disk.syncDirectory(directory);
      epochs.clear();
      writer.flusher.recoveryPoint = offset;
      writer.continueFrom(offset, new ProducerState(offset));
      environment.logger.info({ directory, logEndOffset: offset }, 'Began a log anew');
    });
  }

  /** Nobody finds any more what lies behind `offset`. */
  #forgetRead(offset: number): void {
    const { writer, tail, reader } = this.#options;
    writer.logEndOffset = offset;
    tail.clear();
    reader.reset();
  }

  /** The newest first: what a crash leaves of them is a log. Durable when this resolves. */
  async #remove(removed: readonly Segment[], takesOut = true): Promise<void> {
    const { environment, directory, writer, removals } = this.#options;
    if (removed.length === 0) return;
    if (takesOut) writer.loaded.segments.remove(removed);
    for (const segment of removed.toReversed())
      removals.add(await segment.renameToDeleted(), writer.config.fileDeleteDelayMs);
    // A name that comes back with a power loss would bring its records back behind newer ones.
    await environment.disk.syncDirectory(directory);
  }
}

/** The end of the last batch of a segment that does not end above `offset`. */
async function cutPoint(segment: Segment, offset: number): Promise<CutPoint> {
  let end = segment.baseOffset;
  const place = await segment.findBatch(await segment.startFor(offset - 1), (bytes, at) => {
    if (lastOffsetAt(bytes, at) >= offset) return true;
    end = lastOffsetAt(bytes, at) + 1;
    return false;
  });
  return { offset: end, position: place?.position ?? segment.sizeInBytes };
}
