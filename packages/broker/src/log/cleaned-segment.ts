import { batchesIn } from '../protocol/record-batch.ts';
import { DiskError } from '../runtime/disk.ts';
import { writeRebuildableFile } from '../runtime/whole-file.ts';
import { IndexBuilder } from './index-builder.ts';
import type { LogConfig } from './log-config.ts';
import type { LogEnvironment } from './log-environment.ts';
import { Segment } from './segment.ts';
import { CLEANED_SUFFIX, SWAP_SUFFIX, segmentFile } from './segment-files.ts';
import { TransactionIndex } from './transaction-index.ts';

type State = typeof CLEANED_SUFFIX | typeof SWAP_SUFFIX | '';

const SUFFIXES = ['.log', '.index', '.timeindex', '.txnindex'] as const;

/**
 * A segment that is to take the place of others: written under `.cleaned`, renamed to `.swap` when it is complete and
 * durable, and to its real name when the others are out of the way. It is at any time the files of one of the three.
 */
export class CleanedSegment {
  readonly transactions = TransactionIndex.empty();
  readonly #environment: LogEnvironment;
  readonly #directory: string;
  readonly #baseOffset: number;
  readonly #builder: IndexBuilder;
  #sizeInBytes = 0;
  #state: State = CLEANED_SUFFIX;
  #hasTransactions = false;

  private constructor(environment: LogEnvironment, directory: string, baseOffset: number, config: LogConfig) {
    this.#environment = environment;
    this.#directory = directory;
    this.#baseOffset = baseOffset;
    this.#builder = IndexBuilder.empty(baseOffset, config.indexIntervalBytes);
  }

  /** Begins one; what an earlier cleaning left under its names is overwritten. Rejects with a `DiskError`. */
  static async create(
    environment: LogEnvironment,
    directory: string,
    { baseOffset, config }: { baseOffset: number; config: LogConfig },
  ): Promise<CleanedSegment> {
    const cleaned = new CleanedSegment(environment, directory, baseOffset, config);
    await environment.files.create(cleaned.#path('.log'));
    return cleaned;
  }

  get sizeInBytes(): number {
    return this.#sizeInBytes;
  }

  /** Writes whole batches behind what there is. */
  async append(bytes: Uint8Array): Promise<void> {
    await this.#environment.files.use(this.#path('.log'), (file) => file.write([bytes], this.#sizeInBytes));
    for (const batch of batchesIn(bytes)) {
      this.#builder.add(batch, 0, this.#sizeInBytes);
      this.#sizeInBytes += batch.length;
    }
  }

  /** Writes the indexes, and makes all of it durable. */
  async complete(): Promise<void> {
    const { disk, files } = this.#environment;
    const { offsets, times } = this.#builder.seal();
    const indexes: [(typeof SUFFIXES)[number], Uint8Array][] = [
      ['.index', offsets.bytes()],
      ['.timeindex', times.bytes()],
    ];
    this.#hasTransactions = !this.transactions.isEmpty;
    if (this.#hasTransactions) indexes.push(['.txnindex', this.transactions.bytes()]);
    await files.use(this.#path('.log'), (file) => file.sync());
    for (const [suffix, bytes] of indexes) {
      await writeRebuildableFile(disk, this.#path(suffix), bytes);
      const file = await disk.open(this.#path(suffix), 'write');
      try {
        await file.sync();
      } finally {
        await file.close();
      }
    }
    await disk.syncDirectory(this.#directory);
  }

  /** Renames the files, the `.log` first as Kafka does: a start finds out from the others whether all were. */
  async rename(state: typeof SWAP_SUFFIX | ''): Promise<void> {
    const { disk, files } = this.#environment;
    const from = SUFFIXES.map((suffix) => this.#path(suffix));
    this.#state = state;
    for (const [index, suffix] of SUFFIXES.entries()) {
      const source = from[index] ?? '';
      if (suffix === '.log') await files.move(source, this.#path(suffix));
      else if (suffix !== '.txnindex' || this.#hasTransactions) await disk.rename(source, this.#path(suffix));
    }
  }

  /** The segment under its real name. */
  segment(modifiedMs: number): Segment {
    return new Segment(this.#environment, this.#directory, {
      baseOffset: this.#baseOffset,
      sizeInBytes: this.#sizeInBytes,
      modifiedMs,
      hasTransactions: this.#hasTransactions,
    });
  }

  /** Removes the files: the cleaning came to nothing. What cannot be removed is removed at the next start. */
  async discard(): Promise<void> {
    const { disk, files, logger } = this.#environment;
    try {
      for (const state of [CLEANED_SUFFIX, SWAP_SUFFIX]) {
        for (const suffix of SUFFIXES.toReversed()) {
          const path = `${segmentFile(this.#directory, this.#baseOffset, suffix)}${state}`;
          await files.forget(path);
          await disk.remove(path);
        }
      }
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      logger.warn({ directory: this.#directory, error }, 'Files of an ended cleaning could not be removed');
    }
  }

  #path(suffix: (typeof SUFFIXES)[number]): string {
    return `${segmentFile(this.#directory, this.#baseOffset, suffix)}${this.#state}`;
  }
}
