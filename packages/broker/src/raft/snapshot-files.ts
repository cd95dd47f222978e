import { isCrcValidAt, batchesIn as slicesIn } from '../protocol/record-batch.ts';
import type { Disk, File } from '../runtime/disk.ts';
import { readWholeFile } from '../runtime/whole-file.ts';
import type { OffsetAndEpoch, StoredSnapshot } from './epoch-log.ts';
import { batchesIn, type MetadataBatch, votersIn } from './loaded-batch.ts';
import type { VoterNode } from './voter-set.ts';

const NAME = /^(\d{20})-(\d{10})\.checkpoint$/;
const PART = /^\d{20}-\d{10}\.checkpoint\.part$/;

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

  /** Those that are whole, oldest first. What a crash left of others is removed. */
  async list(): Promise<StoredSnapshot[]> {
    const found: StoredSnapshot[] = [];
    for (const { name } of await this.#disk.list(this.#directory)) {
      if (PART.test(name)) await this.#disk.remove(`${this.#directory}/${name}`);
      const [, offset, epoch] = NAME.exec(name) ?? [];
      if (offset === undefined || epoch === undefined) continue;
      const { sizeInBytes } = await this.#disk.stat(`${this.#directory}/${name}`);
      found.push({ offset: Number(offset), epoch: Number(epoch), sizeInBytes });
    }
    return found.sort((left, right) => left.offset - right.offset || left.epoch - right.epoch);
  }

  /** Writes a snapshot as a whole; durable when it resolves. */
  async write(id: OffsetAndEpoch, batches: Iterable<Uint8Array>): Promise<StoredSnapshot> {
    let position = 0;
    await this.#withPart(id, async (file) => {
      await file.truncate(0);
      for (const batch of batches) {
        await file.write([batch], position);
        position += batch.length;
      }
    });
    return this.complete(id);
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

  /** Makes a snapshot of what was stored; durable when it resolves. Rejects where it is damaged, and removes it. */
  async complete(id: OffsetAndEpoch): Promise<StoredSnapshot> {
    const path = this.#path(id);
    try {
      await this.#batchesAt(`${path}.part`);
    } catch (error) {
      await this.#disk.remove(`${path}.part`);
      throw error;
    }
    await this.#withPart(id, (file) => file.sync());
    await this.#disk.rename(`${path}.part`, path);
    await this.#disk.syncDirectory(this.#directory);
    const { sizeInBytes } = await this.#disk.stat(path);
    return { ...id, sizeInBytes };
  }

  async read(id: OffsetAndEpoch, position: number, maxBytes: number): Promise<Uint8Array> {
    const file = await this.#disk.open(this.#path(id), 'read');
    try {
      const size = await file.size();
      const bytes = new Uint8Array(Math.max(0, Math.min(maxBytes, size - position)));
      const count = await file.read(bytes, position);
      return bytes.subarray(0, count);
    } finally {
      await file.close();
    }
  }

  /** Whom the snapshot names as voters. Rejects where it is damaged. */
  async votersOf(id: OffsetAndEpoch): Promise<readonly VoterNode[] | null> {
    const batches = await this.#batchesAt(this.#path(id));
    return batches.reduce<readonly VoterNode[] | null>((voters, batch) => votersIn(batch) ?? voters, null);
  }

  /** All of them, each checked. */
  async #batchesAt(path: string): Promise<MetadataBatch[]> {
    const bytes = (await readWholeFile(this.#disk, path)) ?? new Uint8Array(0);
    const batches: MetadataBatch[] = [];
    let checked = 0;
    for (const slice of slicesIn(bytes)) {
      if (!isCrcValidAt(slice)) break;
      checked += slice.length;
      batches.push(...batchesIn(slice));
    }
    if (checked === 0 || checked < bytes.length) {
      throw new Error(`${path} is damaged from byte ${checked} on`);
    }
    return batches;
  }

  async removeBelow(offset: number): Promise<void> {
    for (const snapshot of await this.list()) {
      if (snapshot.offset < offset) await this.#disk.remove(this.#path(snapshot));
    }
  }

  #path({ offset, epoch }: OffsetAndEpoch): string {
    const name = `${String(offset).padStart(20, '0')}-${String(epoch).padStart(10, '0')}.checkpoint`;
    return `${this.#directory}/${name}`;
  }
}
