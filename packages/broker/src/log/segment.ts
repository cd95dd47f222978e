import { BATCH_HEADER_BYTES, lastOffsetAt } from '../protocol/record-batch.ts';
import { invariant } from '../runtime/invariant.ts';
import { writeRebuildableFile } from '../runtime/whole-file.ts';
import type { BatchPlace } from './batch-headers.ts';
import { DamagedLogError } from './damaged-log-error.ts';
import { IndexBuilder } from './index-builder.ts';
import type { SegmentIndexes } from './index-cache.ts';
import { type LogConfig, longestSegmentMs } from './log-config.ts';
import type { LogEnvironment } from './log-environment.ts';
import { LogFile } from './log-file.ts';
import type { OffsetIndex } from './offset-index.ts';
import { DELETED_SUFFIX, renameIfThere, type SegmentSuffix, segmentFile } from './segment-files.ts';
import { ClosedIndexes } from './segment-indexes.ts';
import type { BatchVisitor, ScanEnd, ScannedRange } from './segment-scan.ts';
import type { TimeIndex, TimestampOffset } from './time-index.ts';
import { TransactionIndex } from './transaction-index.ts';

/** What decides whether a batch goes into the active segment or into a new one. */
export interface IncomingBatch {
  readonly sizeInBytes: number;
  readonly lastOffset: number;
  readonly maxTimestamp: number;
}

/** What is known of a `.log` file without reading it. */
export interface SegmentFile {
  readonly baseOffset: number;
  readonly sizeInBytes: number;
  readonly modifiedMs: number;
  /** Whether a `.txnindex` lies beside it. */
  readonly hasTransactions: boolean;
}

/** Batches on their way to the end of the active segment. */
export interface PendingBatches {
  readonly count: number;
  readonly sizeInBytes: number;
  /** The largest timestamp of the first of them, -1 without one. */
  readonly firstTimestamp: number;
}

const NOTHING_PENDING: PendingBatches = { count: 0, sizeInBytes: 0, firstTimestamp: -1 };

/** Bytes of the index files of the active segment that a recovery may trust. */
export interface IntactIndexes {
  readonly offsets: number;
  readonly times: number;
  readonly transactions: number;
}

const NOTHING_INTACT: IntactIndexes = { offsets: 0, times: 0, transactions: 0 };

/** Between the entries of an index that is built anew, where nobody says otherwise. */
const REBUILT_INTERVAL_BYTES = 4096;

/** Indexes store offsets relative to the base offset as int32. */
const RELATIVE_OFFSET_MAX = 2 ** 31 - 1;

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
  readonly #log: LogFile;
  #sizeInBytes: number;
  /** When the file was last written, for retention of records without timestamps. */
  #modifiedMs: number;
  /** When it was made, or found at the start of the broker. */
  readonly #openedMs: number;
  #rollJitterMs = 0;
  /** Room for each index; as long as it is the active segment it stays what it was. */
  #indexBytesMax = 0;
  /** Not null while the segment is the active one. */
  #building: IndexBuilder | null = null;
  #intact = NOTHING_INTACT;
  /** Where the indexes of a closed segment come from. */
  readonly #closed: ClosedIndexes;
  /** Null for a closed segment whose time index was not asked yet. */
  #newest: TimestampOffset | null = null;
  /** Of the active segment; null for a closed one. */
  #transactions: TransactionIndex | null = null;
  /** Whether there is a `.txnindex`. */
  #hasTransactionFile: boolean;

  constructor(environment: LogEnvironment, directory: string, file: SegmentFile) {
    this.#environment = environment;
    this.#directory = directory;
    this.baseOffset = file.baseOffset;
    this.path = segmentFile(directory, file.baseOffset, '.log');
    this.#log = new LogFile(environment.files, this.path, file.baseOffset);
    this.#sizeInBytes = file.sizeInBytes;
    this.#modifiedMs = file.modifiedMs;
    this.#openedMs = environment.clock.wallMs();
    this.#hasTransactionFile = file.hasTransactions;
    this.#closed = new ClosedIndexes(environment, directory, file.baseOffset);
  }

  /** Makes the files of a new active segment. */
  static async create(
    environment: LogEnvironment,
    directory: string,
    { baseOffset, config }: { baseOffset: number; config: LogConfig },
  ): Promise<Segment> {
    const modifiedMs = environment.clock.wallMs();
    const file = { baseOffset, sizeInBytes: 0, modifiedMs, hasTransactions: false };
    const segment = new Segment(environment, directory, file);
    await environment.files.create(segment.path);
    segment.begin(config);
    return segment;
  }

  /** The first segment of a log that never had a record. Whether its file is there is seen by {@link make}. */
  static unmade(environment: LogEnvironment, directory: string, config: LogConfig): Segment {
    const modifiedMs = environment.clock.wallMs();
    const segment = new Segment(environment, directory, {
      ...{ baseOffset: 0, sizeInBytes: 0, modifiedMs, hasTransactions: false },
    });
    segment.begin(config);
    segment.#log.isUnmade = true;
    return segment;
  }

  /** Whether nobody has looked for its file, or made it. */
  get isUnmade(): boolean {
    return this.#log.isUnmade;
  }

  /** See {@link LogFile.make}. */
  make(): Promise<void> {
    return this.#log.make(this.#environment.disk);
  }

  /** Makes this the active segment, without a batch. */
  begin(config: LogConfig): void {
    this.replaceTransactions(TransactionIndex.empty());
    this.activate(IndexBuilder.empty(this.baseOffset, config.indexIntervalBytes), config);
  }

  get sizeInBytes(): number {
    return this.#sizeInBytes;
  }

  /** Null for a closed segment, whose index files are as they are. */
  get intactIndexes(): IntactIndexes | null {
    return this.#building === null ? null : this.#intact;
  }

  /** Makes this the active segment, with its indexes as they are; of their files `intact` is never written again. */
  activate(building: IndexBuilder, config: LogConfig, intact = NOTHING_INTACT): void {
    this.#building = building;
    this.#intact = intact;
    this.#indexBytesMax = config.segmentIndexBytes;
    this.#closed.forget();
    this.#rollJitterMs =
      config.segmentJitterMs === 0
        ? 0
        : this.#environment.random.uint32() % Math.min(config.segmentJitterMs, config.segmentMs);
  }

  /**
   * Whether `batch` must go into a new segment. With batches that are to be written before it, whether it can not
   * be said to go into this one before they are.
   */
  mustRollFor(batch: IncomingBatch, config: LogConfig, pending: PendingBatches = NOTHING_PENDING): boolean {
    const building = this.#activeBuilder();
    if (batch.lastOffset - this.baseOffset > RELATIVE_OFFSET_MAX) return true;
    const size = this.#sizeInBytes + pending.sizeInBytes;
    if (size === 0) return false;
    const first = building.firstTimestamp ?? pending.firstTimestamp;
    const waitedMs =
      first >= 0 ? batch.maxTimestamp - first : this.#environment.clock.wallMs() - this.#openedMs;
    return (
      size + batch.sizeInBytes > config.segmentBytes ||
      waitedMs > longestSegmentMs(config) - this.#rollJitterMs ||
      building.isFull(this.#indexBytesMax, pending.count)
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
    const intact = this.#intact;
    await writeRebuildableFile(disk, this.#file('.index'), offsets.bytes(), intact.offsets);
    await writeRebuildableFile(disk, this.#file('.timeindex'), times.bytes(), intact.times);
    const transactions = await this.transactions();
    if (transactions.takeChanged()) {
      const bytes = transactions.bytes();
      await writeRebuildableFile(disk, this.#file('.txnindex'), bytes, intact.transactions);
      this.#hasTransactionFile = true;
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
    this.#closed.keep(building.indexes, this.#hasTransactionFile ? this.#transactions : null);
    this.#transactions = null;
  }

  /** Makes all that was written durable; of a closed segment the indexes too. */
  async sync(): Promise<void> {
    await this.#log.sync();
    if (this.#building === null) await this.syncIndexes();
  }

  /** Makes durable what the index files were written with last. */
  async syncIndexes(): Promise<void> {
    const { disk } = this.#environment;
    const suffixes: SegmentSuffix[] = ['.index', '.timeindex'];
    if (this.#hasTransactionFile) suffixes.push('.txnindex');
    for (const suffix of suffixes) {
      const file = await disk.open(this.#file(suffix), 'write');
      try {
        await file.sync();
      } finally {
        await file.close();
      }
    }
  }

  /** Finds batches by offset. Built anew, like the time index, when its file is missing or damaged. */
  async offsetIndex(): Promise<OffsetIndex> {
    if (this.#building !== null) return this.#building.indexes.offsets;
    return (await this.#closed.offsets(this.#sizeInBytes)) ?? (await this.#rebuildClosed()).offsets;
  }

  /** Finds batches by time. */
  async timeIndex(): Promise<TimeIndex> {
    if (this.#building !== null) return this.#building.indexes.times;
    return (await this.#closed.times()) ?? (await this.#rebuildClosed()).times;
  }

  /** The indexes as their files say, or null when they are missing or are not of this segment. */
  async readIndexes(): Promise<SegmentIndexes | null> {
    if (this.#building !== null) return this.#building.indexes;
    const offsets = await this.#closed.offsets(this.#sizeInBytes);
    const times = await this.#closed.times();
    return offsets === null || times === null ? null : { offsets, times };
  }

  async #rebuildClosed(): Promise<SegmentIndexes> {
    this.#environment.logger.warn(
      { segment: this.path },
      'Indexes are missing or damaged, building them anew',
    );
    const builder = IndexBuilder.empty(this.baseOffset, REBUILT_INTERVAL_BYTES);
    const range = { from: 0, to: this.#sizeInBytes, fromOffset: this.baseOffset };
    const { flaw } = await this.scan(range, (bytes, at, position) => builder.add(bytes, at, position));
    if (flaw !== null) throw new DamagedLogError(this.path, flaw);
    const indexes = builder.seal();
    this.#closed.keep(indexes, null);
    return indexes;
  }

  /** Reads batches and checks them; see {@link scanChecked}. */
  async scan(range: ScannedRange, visit: BatchVisitor): Promise<ScanEnd> {
    const end = await this.#log.scan(range, visit);
    this.#environment.scans.add(end.position - range.from);
    return end;
  }

  /** Whether a transaction may have been aborted here. */
  get hasTransactions(): boolean {
    return this.#hasTransactionFile || !(this.#transactions?.isEmpty ?? true);
  }

  /** The transactions whose ABORT marker lies here. */
  async transactions(): Promise<TransactionIndex> {
    if (this.#transactions !== null) return this.#transactions;
    return this.#hasTransactionFile ? this.#closed.transactions() : TransactionIndex.empty();
  }

  /** Takes over an index for the active segment; it is written with the others when it differs from its file. */
  replaceTransactions(transactions: TransactionIndex): void {
    this.#transactions = transactions;
    if (this.#hasTransactionFile) transactions.noteChanged();
  }

  /** As {@link newest}, when it is known without reading. */
  get knownNewest(): TimestampOffset | null {
    return this.#building === null ? this.#newest : this.#building.newest;
  }

  /** The largest timestamp and the batch that brought it; -1 when no record has one. */
  async newest(): Promise<TimestampOffset> {
    if (this.#building !== null) return this.#building.newest;
    this.#newest ??= (await this.#closed.newest()) ?? (await this.timeIndex()).last;
    return this.#newest;
  }

  /** The records were read: none has a larger timestamp, whatever a header claims. For a closed segment. */
  correctNewest(timestamp: number): void {
    if (this.#building !== null || this.#newest === null || this.#newest.timestamp <= timestamp) return;
    this.#newest = { ...this.#newest, timestamp };
  }

  /** When the file was last written. */
  get modifiedMs(): number {
    return this.#modifiedMs;
  }

  /** Of a closed segment the size of the larger of its index files. */
  indexBytes(): Promise<number> {
    return this.#closed.sizeInBytes();
  }

  /** What retention counts from: the largest timestamp, or else the time of the last write. */
  async newestMs(): Promise<number> {
    const { timestamp } = await this.newest();
    return timestamp >= 0 ? timestamp : this.#modifiedMs;
  }

  /** Where the first batch begins that ends at or above `offset`; the end of the file when there is none. */
  async positionOf(offset: number): Promise<number> {
    const from = await this.startFor(offset);
    const found = await this.findBatch(from, (bytes, at) => lastOffsetAt(bytes, at) >= offset);
    return found?.position ?? this.#sizeInBytes;
  }

  /** Where to begin to look for `offset`: at the nearest index entry before it, which the file has borne out. */
  async startFor(offset: number): Promise<number> {
    const entry = (await this.offsetIndex()).lookup(offset);
    if (entry.position === 0 || this.#building !== null) return entry.position;
    const header = new Uint8Array(BATCH_HEADER_BYTES);
    await this.read(header, entry.position);
    if (lastOffsetAt(header) === entry.offset) return entry.position;
    return (await this.#rebuildClosed()).offsets.lookup(offset).position;
  }

  /** The first batch from position `from` on, where one begins, whose header `isSought`; null when there is none. */
  findBatch(from: number, isSought: (bytes: Uint8Array, at: number) => boolean): Promise<BatchPlace | null> {
    return this.#log.findBatch({ from, to: this.#sizeInBytes }, isSought);
  }

  /** The bytes of a batch found. */
  readBatch(place: BatchPlace): Promise<Uint8Array> {
    return this.#log.readBatch(place);
  }

  /** Fills `into` from `position`; returns the bytes read, fewer than asked only at the end of the file. */
  read(into: Uint8Array, position: number): Promise<number> {
    return this.#log.read(into, position);
  }

  /** Cuts the file off, durably, at `sizeInBytes`, which must be the end of a batch. */
  async truncateFile(sizeInBytes: number): Promise<void> {
    await this.#log.truncate(sizeInBytes);
    this.#sizeInBytes = sizeInBytes;
    this.#newest = null;
    this.#closed.forget();
  }

  /** Gives the files the names under which they wait for removal; returns those names. */
  async renameToDeleted(): Promise<string[]> {
    const { disk, files } = this.#environment;
    this.#closed.retire();
    if (this.isUnmade) return [];
    const renamed = [`${this.path}${DELETED_SUFFIX}`];
    await files.move(this.path, `${this.path}${DELETED_SUFFIX}`);
    for (const suffix of ['.index', '.timeindex', '.txnindex'] as const) {
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
