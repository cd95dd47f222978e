import type { Disk } from '../runtime/disk.ts';
import type { Random } from '../runtime/random.ts';
import { readTopicId } from './directory-files.ts';
import type { TopicPartition } from './log-environment.ts';
import {
  type DELETE_SUFFIX,
  departedDirectoryName,
  futureDirectoryName,
  partitionDirectoryName,
  type STRAY_SUFFIX,
} from './partition-directory.ts';

/** The folders of partitions in one log directory: which of them are being filled, and how they get other names. */
export class PartitionFolders {
  readonly #disk: Disk;
  readonly #random: Random;
  readonly #path: string;
  /** The folders of future replicas, by the name that each is to get. */
  readonly #futures = new Map<string, string>();

  constructor({
    disk,
    random,
    path,
  }: { readonly disk: Disk; readonly random: Random; readonly path: string }) {
    this.#disk = disk;
    this.#random = random;
    this.#path = path;
  }

  /** Where a partition lies, or is to lie. */
  pathOf(partition: TopicPartition): string {
    const name = partitionDirectoryName(partition);
    return `${this.#path}/${this.#futures.get(name) ?? name}`;
  }

  /** Makes the folder of a partition where there is none; returns the topic id in it, if it says one. */
  async begin(partition: TopicPartition): Promise<string | null> {
    await this.#disk.makeDirectory(this.pathOf(partition));
    return readTopicId(this.#disk, this.pathOf(partition));
  }

  isFuture(partition: TopicPartition): boolean {
    return this.#futures.has(partitionDirectoryName(partition));
  }

  /** From here on the partition lies in a folder that is being filled: the one that was found, or a new one. */
  beginFuture(partition: TopicPartition, found: string | null = null): void {
    const folder = found ?? futureDirectoryName(partition, this.#hex());
    if (folder === null) throw new Error(`the name of ${partition.topic} is too long to be moved`);
    this.#futures.set(partitionDirectoryName(partition), folder);
  }

  /** The future replica takes its place, durably. Rejects with a `DiskError`. */
  async promote(partition: TopicPartition): Promise<void> {
    const name = partitionDirectoryName(partition);
    await this.#rename(this.pathOf(partition), `${this.#path}/${name}`);
    this.#futures.delete(name);
  }

  /** Gives a folder the name under which it leaves, durably; returns its path. Rejects with a `DiskError`. */
  async depart(
    partition: TopicPartition,
    suffix: typeof DELETE_SUFFIX | typeof STRAY_SUFFIX,
  ): Promise<string> {
    const departed = `${this.#path}/${departedDirectoryName(partition, this.#hex(), suffix)}`;
    await this.#rename(this.pathOf(partition), departed);
    this.#futures.delete(partitionDirectoryName(partition));
    return departed;
  }

  async #rename(from: string, to: string): Promise<void> {
    await this.#disk.rename(from, to);
    await this.#disk.syncDirectory(this.#path);
  }

  #hex(): string {
    return Array.from({ length: 4 }, () => this.#random.uint32().toString(16).padStart(8, '0')).join('');
  }
}
