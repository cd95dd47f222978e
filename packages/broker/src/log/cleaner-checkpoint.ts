import type { Disk } from '../runtime/disk.ts';
import type { Logger } from '../runtime/logger.ts';
import {
  DamagedFileError,
  type PartitionOffset,
  readOffsetCheckpoint,
  writeOffsetCheckpoint,
} from './checkpoint-files.ts';
import type { TopicPartition } from './log-environment.ts';
import { partitionDirectoryName } from './partition-directory.ts';
import type { PartitionLog } from './partition-log.ts';

const FILE = 'cleaner-offset-checkpoint';

/** What the file says, by the name of the partition's directory. */
type Lines = Map<string, PartitionOffset>;

/**
 * The file of a log directory that says how far each compacted log is clean. The logs themselves know while they are
 * open: a log that is deleted and made again begins without a past.
 */
export class CleanerCheckpoint {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #logger: Logger;
  /** Null before it was read. */
  #lines: Lines | null = null;
  #isRestored = false;
  #last: Promise<void> = Promise.resolve();

  constructor(disk: Disk, directory: string, logger: Logger) {
    this.#disk = disk;
    this.#path = `${directory}/${FILE}`;
    this.#logger = logger;
  }

  /** What the file says of a log; 0 where it says nothing. Rejects with a `DiskError`. */
  async cleanedTo(partition: TopicPartition): Promise<number> {
    let offset = 0;
    await this.#inTurn(async () => {
      offset = (await this.#known()).get(partitionDirectoryName(partition))?.offset ?? 0;
    });
    return offset;
  }

  /** Tells the logs what the file says of them. To be called when all logs of the directory are open. */
  restore(logs: Iterable<PartitionLog>): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#isRestored) return;
      const lines = await this.#known();
      this.#isRestored = true;
      for (const log of logs) {
        if (log.isUnused) continue;
        const line = lines.get(partitionDirectoryName(log.topicPartition));
        if (line !== undefined) log.compaction.cleanedTo = line.offset;
      }
    });
  }

  /** Writes how far the logs are clean, unless the file says so already. Rejects with a `DiskError`. */
  write(logs: Iterable<PartitionLog>): Promise<void> {
    return this.#inTurn(async () => {
      const lines: Lines = new Map();
      for (const log of logs) {
        const cleanedTo = log.isUnused ? null : log.compaction.cleanedTo;
        if (cleanedTo === null) continue;
        const { topicPartition } = log;
        lines.set(partitionDirectoryName(topicPartition), { ...topicPartition, offset: cleanedTo });
      }
      if (!isSame(await this.#known(), lines)) await this.#replace(lines);
    });
  }

  /** A log is about to be cut off at `offset`: beyond, nothing is clean. Durable. Rejects with a `DiskError`. */
  lower(partition: TopicPartition, offset: number): Promise<void> {
    return this.#inTurn(async () => {
      const name = partitionDirectoryName(partition);
      const lines = await this.#known();
      const line = lines.get(name);
      if (line === undefined || line.offset <= offset) return;
      await this.#replace(new Map(lines).set(name, { ...line, offset }));
    });
  }

  async #known(): Promise<Lines> {
    this.#lines ??= await this.#read();
    return this.#lines;
  }

  async #read(): Promise<Lines> {
    try {
      const offsets = (await readOffsetCheckpoint(this.#disk, this.#path)) ?? [];
      return new Map(offsets.map((entry) => [partitionDirectoryName(entry), entry]));
    } catch (error) {
      if (!(error instanceof DamagedFileError)) throw error;
      this.#logger.warn({ path: error.path, reason: error.message }, 'Ignoring a damaged checkpoint');
      return new Map();
    }
  }

  async #replace(lines: Lines): Promise<void> {
    // One that could not be replaced may say the one or the other.
    this.#lines = null;
    await writeOffsetCheckpoint(this.#disk, this.#path, [...lines.values()]);
    this.#lines = lines;
  }

  /** The cleaner's threads and the logs come side by side, and the file is replaced by one after the other. */
  async #inTurn(task: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(task);
    this.#last = turn.catch(() => {});
    await turn;
  }
}

function isSame(left: Lines, right: Lines): boolean {
  if (left.size !== right.size) return false;
  for (const [name, { offset }] of left) if (right.get(name)?.offset !== offset) return false;
  return true;
}
