import { baseOffsetAt, batchSizeAt, lastOffsetAt } from '../protocol/record-batch.ts';
import { uninitializedBytes } from '../runtime/bytes.ts';
import type { Disk, File } from '../runtime/disk.ts';
import { directoryOf } from '../runtime/whole-file.ts';
import { type BatchPlace, findBatch } from './batch-headers.ts';
import { DamagedLogError, isUnreadable } from './damaged-log-error.ts';
import type { FilePool } from './file-pool.ts';
import { parseSegmentFileName } from './segment-files.ts';
import { type BatchVisitor, flawOf, type ScanEnd, type ScannedRange, scanChecked } from './segment-scan.ts';

/**
 * A `.log` file: batches one behind the other. What is read from it is what was written, or the reading rejects with
 * a {@link DamagedLogError}; what cannot be read is damage to this file and to no other.
 */
export class LogFile {
  readonly path: string;
  /** Whether nobody has looked for it, or made it: its log never had a record. */
  isUnmade = false;
  readonly #files: FilePool;
  readonly #baseOffset: number;

  constructor(files: FilePool, path: string, baseOffset: number) {
    this.#files = files;
    this.path = path;
    this.#baseOffset = baseOffset;
  }

  /**
   * Makes a file that is unmade, unless it is there already. Rejects with a {@link DamagedLogError} where records lie
   * that nobody knew of: they are not written over.
   */
  async make(disk: Disk): Promise<void> {
    const entries = await disk.list(directoryOf(this.path));
    const found = entries.filter(({ name }) => parseSegmentFileName(name) !== null);
    const isThere = found.some(({ name }) => this.path.endsWith(`/${name}`));
    const isEmpty = found.length === (isThere ? 1 : 0);
    if (!isEmpty || (isThere && (await disk.stat(this.path)).sizeInBytes > 0)) {
      const reason = 'the log was left without a record, and there are files of records now';
      throw new DamagedLogError(this.path, { position: 0, offset: this.#baseOffset, reason });
    }
    if (!isThere) await this.#files.create(this.path);
    this.isUnmade = false;
  }

  /** Reads batches and checks them; see {@link scanChecked}. */
  scan(range: ScannedRange, visit: BatchVisitor): Promise<ScanEnd> {
    return this.#reading(range.from, (file) => scanChecked(file, range, visit));
  }

  /** The first batch between two positions, at the first of which one begins, whose header `isSought`; or null. */
  async findBatch(
    range: { from: number; to: number },
    isSought: (bytes: Uint8Array, at: number) => boolean,
  ): Promise<BatchPlace | null> {
    let position = range.from;
    let offset = this.#baseOffset;
    const found = await this.#reading(position, (file) =>
      findBatch(file, range, (bytes, at) => {
        if (isSought(bytes, at)) return true;
        position += batchSizeAt(bytes, at);
        offset = lastOffsetAt(bytes, at) + 1;
        return false;
      }),
    );
    if (found !== null || position >= range.to) return found;
    throw new DamagedLogError(this.path, { position, offset, reason: 'it is not a whole record batch' });
  }

  /** The bytes of a batch found. */
  async readBatch({ position, sizeInBytes }: BatchPlace): Promise<Uint8Array> {
    const bytes = uninitializedBytes(sizeInBytes);
    const count = await this.read(bytes, position);
    const reason = count < sizeInBytes ? 'it is cut short' : flawOf(bytes, 0, this.#baseOffset);
    if (reason === null) return bytes;
    throw new DamagedLogError(this.path, { position, offset: baseOffsetAt(bytes), reason });
  }

  /** Fills `into` from `position`, unchecked; returns the bytes read, fewer than asked only at the end of the file. */
  read(into: Uint8Array, position: number): Promise<number> {
    return this.#reading(position, (file) => file.read(into, position));
  }

  async #reading<Result>(position: number, task: (file: File) => Promise<Result>): Promise<Result> {
    try {
      return await this.#files.use(this.path, task);
    } catch (error) {
      if (error instanceof DamagedLogError || !isUnreadable(error)) throw error;
      const flaw = { position, offset: this.#baseOffset, reason: 'it cannot be read', cause: error };
      throw new DamagedLogError(this.path, flaw);
    }
  }

  sync(): Promise<void> {
    return this.#files.use(this.path, (file) => file.sync());
  }

  /**
   * Cuts the file off at `sizeInBytes`. It is durable when this resolves: what was cut off may lie behind the recovery
   * point, where no later sync would come by.
   */
  async truncate(sizeInBytes: number): Promise<void> {
    await this.#files.use(this.path, async (file) => {
      await file.truncate(sizeInBytes);
      await file.sync();
    });
  }
}
