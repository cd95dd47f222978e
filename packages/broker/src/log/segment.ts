import { batchSizeAt, lastOffsetAt } from '../protocol/record-batch.ts';
import { DiskError } from '../runtime/disk.ts';
import { invariant } from '../runtime/invariant.ts';
import { readWholeFile, writeRebuildableFile } from '../runtime/whole-file.ts';
import { scanBatches } from './batch-scan.ts';
import { IndexBuilder } from './index-builder.ts';
import type { SegmentIndexes } from './index-cache.ts';
import type { LogConfig } from './log-config.ts';
import type { LogEnvironment } from './log-environment.ts';
import { OffsetIndex } from './offset-index.ts';
import { DELETED_SUFFIX, type SegmentSuffix, segmentFile } from './segment-files.ts';
import { rebuildIndexes } from './segment-rebuild.ts';
import { TimeIndex, type TimestampOffset } from './time-index.ts';
import { TransactionIndex } from './transaction-index.ts';

/** What decides whether a batch goes into the active segment or into a new one. */
export interface IncomingBatch {
  readonly sizeInBytes: number;
  readonly lastOffset: number;
  readonly maxTimestamp: number;
}

/** Indexes store offsets relative to the base offset as int32. */
const RELATIVE_OFFSET_MAX = 2 ** 31 - 1;

const LOOK_UP_CHUNK_BYTES = 16 * 1024;

/**
 * A piece of a log: one `.log` file and its indexes, named by the offset it begins at. The last segment of a log is
 * the active one, which grows and holds its indexes in memory; all others are closed and read theirs when needed.
 */
export class Segment {
  readonly baseOffset: number;
  /** Of the `.log` file. */
  readonly path: string;
  readonly #environment: LogEnvironment;
  readonly #directory: string;
  #sizeInBytes: number;
  /** When the file was last written, for retention of records without timestamps. */
  #modifiedMs: number;
  #createdMs: number;
  #rollJitterMs = 0;
  /** Not null while the segment is the active one. */
  #building: IndexBuilder | null = null;
  /** Null for a closed segment whose time index was not read yet. */
  #newest: TimestampOffset | null = null;
  #transactions: TransactionIndex | null = null;

  constructor(
    environment: LogEnvironment,
    directory: string,
    file: { baseOffset: number; sizeInBytes: number; modifiedMs: number },
  ) {
    this.#environment = environment;
    this.#directory = directory;
    this.baseOffset = file.baseOffset;
    this.path = segmentFile(directory, file.baseOffset, '.log');
    this.#sizeInBytes = file.sizeInBytes;
    this.#modifiedMs = file.modifiedMs;
    this.#createdMs = file.modifiedMs;
  }

  /** Makes the files of a new active segment. */
  static async create(
    environment: LogEnvironment,
    directory: string,
    { baseOffset, config }: { baseOffset: number; config: LogConfig },
  ): Promise<Segment> {
    const modifiedMs = environment.clock.wallMs();
    const segment = new Segment(environment, directory, { baseOffset, sizeInBytes: 0, modifiedMs });
    await environment.files.create(segment.path);
    segment.replaceTransactions(new TransactionIndex());
    segment.activate(IndexBuilder.empty(baseOffset, config.indexIntervalBytes), config);
    return segment;
  }

  get sizeInBytes(): number {
    return this.#sizeInBytes;
  }

  /** Makes this the active segment, with its indexes as they are. */
  activate(building: IndexBuilder, config: LogConfig): void {
    this.#building = building;
    this.#environment.indexes.forget(this.path);
    this.#rollJitterMs =
      config.segmentJitterMs === 0
        ? 0
        : this.#environment.random.uint32() % Math.min(config.segmentJitterMs, config.segmentMs);
  }

  /** Whether `batch` must go into a new segment; `pendingBytes` will be written before it. */
  mustRollFor(batch: IncomingBatch, config: LogConfig, pendingBytes = 0): boolean {
    const building = this.#activeBuilder();
    if (batch.lastOffset - this.baseOffset > RELATIVE_OFFSET_MAX) return true;
    const size = this.#sizeInBytes + pendingBytes;
    if (size === 0) return false;
    const first = building.firstTimestamp ?? -1;
    const waitedMs =
      first >= 0 ? batch.maxTimestamp - first : this.#environment.clock.wallMs() - this.#createdMs;
    return (
      size + batch.sizeInBytes > config.segmentBytes ||
      waitedMs > config.segmentMs - this.#rollJitterMs ||
      building.isFull(config.segmentIndexBytes)
    );
  }

  /** Notes a batch that was written at the end of the file. */
  noteWritten(batch: Uint8Array): void {
    this.#activeBuilder().add(batch, 0, this.#sizeInBytes);
    this.#sizeInBytes += batch.length;
    this.#modifiedMs = this.#environment.clock.wallMs();
  }

  /** Writes the indexes of the active segment, which goes on growing. */
  async writeIndexes(): Promise<void> {
    const { disk } = this.#environment;
    const { offsets, times } = this.#activeBuilder().seal();
    await writeRebuildableFile(disk, this.#file('.index'), offsets.bytes());
    await writeRebuildableFile(disk, this.#file('.timeindex'), times.bytes());
    const transactions = await this.transactions();
    if (transactions.takeChanged()) {
      await writeRebuildableFile(disk, this.#file('.txnindex'), transactions.bytes());
    }
  }

  /** Ends the segment's time as the active one. */
  async close(): Promise<void> {
    await this.writeIndexes();
    this.seal();
  }

  /** As {@link close}, once the indexes are written. */
  seal(): void {
    const building = this.#activeBuilder();
    this.#newest = building.newest;
    this.#building = null;
    this.#environment.indexes.add(this.path, building.indexes);
  }

  /** Makes all that was written durable; of a closed segment the indexes too. */
  async sync(): Promise<void> {
    const { files, disk } = this.#environment;
    await files.use(this.path, (file) => file.sync());
    if (this.#building !== null) return;
    const suffixes: SegmentSuffix[] = ['.index', '.timeindex'];
    if (!(await this.transactions()).isEmpty) suffixes.push('.txnindex');
    for (const suffix of suffixes) {
      const file = await disk.open(this.#file(suffix), 'write');
      try {
        await file.sync();
      } finally {
        await file.close();
      }
    }
  }

  /** Both indexes, read when they are not at hand, and built anew when their files are missing or damaged. */
  async indexes(): Promise<SegmentIndexes> {
    if (this.#building !== null) return this.#building.indexes;
    const { indexes } = this.#environment;
    const known = indexes.get(this.path);
    if (known !== undefined) return known;
    const read = (await this.readIndexes()) ?? (await this.#rebuildClosed());
    indexes.add(this.path, read);
    return read;
  }

  /** The indexes as their files say, or null when they are missing or are not of this segment. */
  async readIndexes(): Promise<SegmentIndexes | null> {
    const { disk } = this.#environment;
    const offsetBytes = await readWholeFile(disk, this.#file('.index'));
    const timeBytes = await readWholeFile(disk, this.#file('.timeindex'));
    if (offsetBytes === null || timeBytes === null) return null;
    const offsets = OffsetIndex.parse(this.baseOffset, offsetBytes, this.#sizeInBytes);
    const times = TimeIndex.parse(this.baseOffset, timeBytes);
    return offsets === null || times === null ? null : { offsets, times };
  }

  async #rebuildClosed(): Promise<SegmentIndexes> {
    this.#environment.logger.warn(
      { segment: this.path },
      'Indexes are missing or damaged, building them anew',
    );
    const rebuilt = await this.rebuild(4096, () => {});
    if (rebuilt.validBytes < this.#sizeInBytes) throw new DiskError('EIO', this.path);
    return rebuilt.builder.seal();
  }

  /** Reads the whole file; see {@link rebuildIndexes}. */
  rebuild(intervalBytes: number, visit: (bytes: Uint8Array, at: number) => void) {
    return this.#environment.files.use(this.path, (file) =>
      rebuildIndexes(file, {
        baseOffset: this.baseOffset,
        sizeInBytes: this.#sizeInBytes,
        intervalBytes,
        visit,
      }),
    );
  }

  /** The transactions whose ABORT marker lies here. */
  async transactions(): Promise<TransactionIndex> {
    this.#transactions ??= await TransactionIndex.read(this.#environment.disk, this.#file('.txnindex'));
    return this.#transactions;
  }

  /** Puts an index in the place of the one in the file, which is written with the others. */
  replaceTransactions(transactions: TransactionIndex): void {
    this.#transactions = transactions;
  }

  /** The largest timestamp and where it is; -1 when no record has one. */
  async newest(): Promise<TimestampOffset> {
    if (this.#building !== null) return this.#building.newest;
    this.#newest ??= (await this.indexes()).times.last;
    return this.#newest;
  }

  /** What retention counts from: the largest timestamp, or else the time of the last write. */
  async newestMs(): Promise<number> {
    const { timestamp } = await this.newest();
    return timestamp >= 0 ? timestamp : this.#modifiedMs;
  }

  /** Where the first batch begins that ends at or above `offset`; the end of the file when there is none. */
  async positionOf(offset: number): Promise<number> {
    const from = (await this.indexes()).offsets.lookup(offset).position;
    const range = { from, to: this.#sizeInBytes, chunkBytes: LOOK_UP_CHUNK_BYTES };
    return this.#environment.files.use(this.path, async (file) => {
      for await (const { bytes, position } of scanBatches(file, range)) {
        for (let at = 0; at < bytes.length; at += batchSizeAt(bytes, at)) {
          if (lastOffsetAt(bytes, at) >= offset) return position + at;
        }
      }
      return this.#sizeInBytes;
    });
  }

  /**
   * Cuts the file off at `sizeInBytes`, which must be the end of a batch. It is durable when this resolves: what was
   * cut off may lie behind the recovery point, where no later sync would come by.
   */
  async truncateFile(sizeInBytes: number): Promise<void> {
    await this.#environment.files.use(this.path, async (file) => {
      await file.truncate(sizeInBytes);
      await file.sync();
    });
    this.#sizeInBytes = sizeInBytes;
    this.#environment.indexes.forget(this.path);
  }

  /** Gives the files the names under which they wait for removal; returns those names. */
  async renameToDeleted(): Promise<string[]> {
    const { disk, files, indexes } = this.#environment;
    indexes.forget(this.path);
    await files.forget(this.path);
    const renamed: string[] = [];
    for (const suffix of ['.log', '.index', '.timeindex', '.txnindex'] as const) {
      const path = this.#file(suffix);
      const deleted = `${path}${DELETED_SUFFIX}`;
      if (await renameIfThere(disk, path, deleted)) renamed.push(deleted);
    }
    return renamed;
  }

  #file(suffix: SegmentSuffix): string {
    return segmentFile(this.#directory, this.baseOffset, suffix);
  }

  #activeBuilder(): IndexBuilder {
    invariant(this.#building !== null, `segment ${this.path} is not the active one`);
    return this.#building;
  }
}

async function renameIfThere(disk: LogEnvironment['disk'], from: string, to: string): Promise<boolean> {
  try {
    await disk.rename(from, to);
    return true;
  } catch (error) {
    // Indexes may be missing, and most segments have no transaction index.
    if (error instanceof DiskError && error.code === 'ENOENT') return false;
    throw error;
  }
}
