import { batchSizeAt, isCrcValidAt, batchesIn as slicesIn } from '../protocol/record-batch.ts';
import { type Disk, DiskError, type File } from '../runtime/disk.ts';
import type { OffsetAndEpoch, StoredSnapshot } from './epoch-log.ts';
import { batchesIn, type MetadataBatch, votersIn } from './loaded-batch.ts';
import type { VoterNode } from './voter-set.ts';

const NAME = /^(\d{20})-(\d{10})\.checkpoint$/;
const PART = /^\d{20}-\d{10}\.checkpoint\.part$/;

/** So much is read and decoded in one turn of the event loop. */
const CHUNK_BYTES = 64 * 1024;

/** Enough of a batch to know its size. */
const SIZE_BYTES = 12;

/** A snapshot is not as it was written; what it stood for has to be had elsewhere. */
export class DamagedSnapshotError extends Error {
  constructor(path: string, position: number) {
    super(`${path} is damaged from byte ${position} on`);
    this.name = 'DamagedSnapshotError';
  }
}

/**
 * The snapshots of the metadata log in its directory, by Kafka's names: `<offset>-<epoch>.checkpoint`. One that is being
 * written has `.part` behind its name and is no snapshot before it was synced and renamed.
 */
export class SnapshotFiles {
  readonly #disk: Disk;
  readonly #directory: string;

  constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
  }

  /** Those that are whole, oldest first. */
  async list(): Promise<StoredSnapshot[]> {
    const found: StoredSnapshot[] = [];
    for (const name of await this.#names()) {
      const [, offset, epoch] = NAME.exec(name) ?? [];
      if (offset === undefined || epoch === undefined) continue;
      const { sizeInBytes } = await this.#disk.stat(`${this.#directory}/${name}`);
      found.push({ offset: Number(offset), epoch: Number(epoch), sizeInBytes });
    }
    return found.sort((left, right) => left.offset - right.offset || left.epoch - right.epoch);
  }

  /** Removes what a crash left half written. Only while nothing is being written. */
  async removeParts(): Promise<void> {
    for (const name of await this.#names()) {
      if (PART.test(name)) await this.#disk.remove(`${this.#directory}/${name}`);
    }
  }

  async #names(): Promise<string[]> {
    try {
      return (await this.#disk.list(this.#directory)).map(({ name }) => name);
    } catch (error) {
      if (error instanceof DiskError && error.code === 'ENOENT') return [];
      throw error;
    }
  }

  /** Writes a snapshot as a whole, a batch at a time; durable when it resolves. */
  async write(id: OffsetAndEpoch, batches: Iterable<Uint8Array>): Promise<StoredSnapshot> {
    let position = 0;
    await this.#withPart(id, async (file) => {
      await file.truncate(0);
      for (const batch of batches) {
        await file.write([batch], position);
        position += batch.length;
      }
    });
    return this.#accept(id);
  }

  /** A part of a snapshot that is had from the leader; the first begins the file anew. */
  async storeChunk(id: OffsetAndEpoch, position: number, bytes: Uint8Array): Promise<void> {
    await this.#withPart(id, async (file) => {
      await file.truncate(position);
      await file.write([bytes], position);
    });
  }

  async #withPart(id: OffsetAndEpoch, write: (file: File) => Promise<void>): Promise<void> {
    const file = await this.#disk.open(`${this.#path(id)}.part`, 'create');
    try {
      await write(file);
    } finally {
      await file.close();
    }
  }

  /**
   * Makes a snapshot of what was stored; durable when it resolves. Rejects with a {@link DamagedSnapshotError} where it
   * is not whole, and removes it.
   */
  async complete(id: OffsetAndEpoch): Promise<StoredSnapshot> {
    const path = `${this.#path(id)}.part`;
    try {
      for await (const _ of this.#batchesAt(path));
    } catch (error) {
      await this.#disk.remove(path);
      throw error;
    }
    return this.#accept(id);
  }

  async #accept(id: OffsetAndEpoch): Promise<StoredSnapshot> {
    const path = this.#path(id);
    await this.#withPart(id, (file) => file.sync());
    await this.#disk.rename(`${path}.part`, path);
    await this.#disk.syncDirectory(this.#directory);
    const { sizeInBytes } = await this.#disk.stat(path);
    return { ...id, sizeInBytes };
  }

  /** A part of a snapshot as it lies in the file; null where there is none any more. */
  async read(id: OffsetAndEpoch, position: number, maxBytes: number): Promise<Uint8Array | null> {
    let file: File;
    try {
      file = await this.#disk.open(this.#path(id), 'read');
    } catch (error) {
      if (error instanceof DiskError && error.code === 'ENOENT') return null;
      throw error;
    }
    try {
      return await readAt(file, position, Math.min(maxBytes, (await file.size()) - position));
    } finally {
      await file.close();
    }
  }

  /** Whom the snapshot names as voters, as {@link votersOf}. Rejects where any part of it is not as it was written. */
  async check(id: OffsetAndEpoch): Promise<readonly VoterNode[] | null> {
    let voters: readonly VoterNode[] | null = null;
    for await (const batch of this.batches(id)) voters = votersIn(batch) ?? voters;
    return voters;
  }

  /** Whom the snapshot names as voters; null where it names none. */
  async votersOf(id: OffsetAndEpoch): Promise<readonly VoterNode[] | null> {
    for await (const batch of this.batches(id)) return votersIn(batch);
    return null;
  }

  /** The time of the last record that the snapshot stands for. */
  async timestampOf(id: OffsetAndEpoch): Promise<number | null> {
    for await (const { controlRecords } of this.batches(id)) {
      for (const record of controlRecords) {
        if (record.kind === 'snapshotHeader') return record.lastContainedLogTimestamp;
      }
      return null;
    }
    return null;
  }

  /** What is in a snapshot, some of it in a turn. Rejects with a {@link DamagedSnapshotError} where it is not whole. */
  batches(id: OffsetAndEpoch): AsyncGenerator<MetadataBatch> {
    return this.#batchesAt(this.#path(id));
  }

  async *#batchesAt(path: string): AsyncGenerator<MetadataBatch> {
    const file = await this.#disk.open(path, 'read');
    try {
      const size = await file.size();
      let isWhole = false;
      let position = 0;
      while (position < size) {
        const bytes = await readWhole(file, { path, position, size });
        const begin = position;
        for (const slice of slicesIn(bytes)) {
          if (!isCrcValidAt(slice)) throw new DamagedSnapshotError(path, position);
          position += slice.length;
          for (const batch of batchesIn(slice)) {
            isWhole = batch.controlRecords.some(({ kind }) => kind === 'snapshotFooter');
            yield batch;
          }
        }
        if (position === begin) throw new DamagedSnapshotError(path, position);
      }
      if (!isWhole) throw new DamagedSnapshotError(path, position);
    } finally {
      await file.close();
    }
  }

  /** Those that end below the offset go. */
  async removeBelow(offset: number): Promise<void> {
    for (const snapshot of await this.list()) {
      if (snapshot.offset < offset) await this.remove(snapshot);
    }
  }

  remove(id: OffsetAndEpoch): Promise<void> {
    return this.#disk.remove(this.#path(id));
  }

  #path({ offset, epoch }: OffsetAndEpoch): string {
    const name = `${String(offset).padStart(20, '0')}-${String(epoch).padStart(10, '0')}.checkpoint`;
    return `${this.#directory}/${name}`;
  }
}

/** A chunk from the position on in which at least the first batch is whole. */
async function readWhole(
  file: File,
  { path, position, size }: { readonly path: string; readonly position: number; readonly size: number },
): Promise<Uint8Array> {
  const left = size - position;
  const chunk = await readAt(file, position, Math.min(CHUNK_BYTES, left));
  const first = chunk.length < SIZE_BYTES ? Infinity : batchSizeAt(chunk);
  if (first <= 0 || first > left) throw new DamagedSnapshotError(path, position);
  return first <= chunk.length ? chunk : readAt(file, position, first);
}

async function readAt(file: File, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.max(0, length));
  const count = await file.read(bytes, position);
  return bytes.subarray(0, count);
}
