import type { Disk } from '../runtime/disk.ts';
import type { Logger } from '../runtime/logger.ts';
import { DamagedFileError, readOffsetCheckpoint, writeOffsetCheckpoint } from './checkpoint-files.ts';
import { partitionDirectoryName } from './partition-directory.ts';
import type { PartitionLog } from './partition-log.ts';

const FILE = 'cleaner-offset-checkpoint';

/**
 * The file of a log directory that says how far each compacted log is clean. The logs themselves know while they are
 * open: a log that is deleted and made again begins without a past.
 */
export class CleanerCheckpoint {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #logger: Logger;
  /** What the file says of logs that have not been seen yet; null before it was read. */
  #unseen: Map<string, number> | null = null;
  #written = '';

  constructor(disk: Disk, directory: string, logger: Logger) {
    this.#disk = disk;
    this.#path = `${directory}/${FILE}`;
    this.#logger = logger;
  }

  /** Tells the logs what the file says of them. To be called when all logs of the directory are open. */
  async restore(logs: Iterable<PartitionLog>): Promise<void> {
    if (this.#unseen !== null) return;
    this.#unseen = await this.#read();
    for (const log of logs) {
      const offset = this.#unseen.get(partitionDirectoryName(log.topicPartition));
      if (offset !== undefined) log.compaction.cleanedTo = offset;
    }
  }

  /** Writes how far the logs are clean, unless the file says so already. Rejects with a `DiskError`. */
  async write(logs: Iterable<PartitionLog>): Promise<void> {
    const offsets = [...logs].flatMap(({ topicPartition, compaction: { cleanedTo } }) =>
      cleanedTo === null ? [] : [{ ...topicPartition, offset: cleanedTo }],
    );
    const text = JSON.stringify(offsets);
    if (text === this.#written || (offsets.length === 0 && this.#unseen?.size === 0)) return;
    await writeOffsetCheckpoint(this.#disk, this.#path, offsets);
    this.#written = text;
  }

  async #read(): Promise<Map<string, number>> {
    try {
      const offsets = await readOffsetCheckpoint(this.#disk, this.#path);
      return new Map(offsets.map((entry) => [partitionDirectoryName(entry), entry.offset]));
    } catch (error) {
      if (!(error instanceof DamagedFileError)) throw error;
      this.#logger.warn({ path: error.path, reason: error.message }, 'Ignoring a damaged checkpoint');
      return new Map();
    }
  }
}
