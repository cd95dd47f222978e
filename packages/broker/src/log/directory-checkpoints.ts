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

const FILES = {
  recoveryPoint: 'recovery-point-offset-checkpoint',
  logStart: 'log-start-offset-checkpoint',
  highWatermark: 'replication-offset-checkpoint',
} as const;

export type CheckpointKind = keyof typeof FILES;

/** The three files in which a log directory keeps an offset of each of its partitions. */
export class DirectoryCheckpoints {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #read: Record<CheckpointKind, Map<string, number>>;
  /** What was written last, so that nothing is synced for nothing. */
  readonly #written = new Map<CheckpointKind, string>();

  private constructor(disk: Disk, directory: string, read: Record<CheckpointKind, Map<string, number>>) {
    this.#disk = disk;
    this.#directory = directory;
    this.#read = read;
  }

  /** Reads all three. One that is damaged counts as empty: recovery then reads more than it had to. */
  static async read(disk: Disk, directory: string, logger: Logger): Promise<DirectoryCheckpoints> {
    const readOne = async (kind: CheckpointKind) => {
      try {
        const offsets = await readOffsetCheckpoint(disk, `${directory}/${FILES[kind]}`);
        return new Map(offsets.map((entry) => [partitionDirectoryName(entry), entry.offset]));
      } catch (error) {
        if (!(error instanceof DamagedFileError)) throw error;
        logger.warn({ path: error.path, reason: error.message }, 'Ignoring a damaged checkpoint');
        return new Map<string, number>();
      }
    };
    return new DirectoryCheckpoints(disk, directory, {
      recoveryPoint: await readOne('recoveryPoint'),
      logStart: await readOne('logStart'),
      highWatermark: await readOne('highWatermark'),
    });
  }

  /** What the files said about a partition at the start; 0 where they say nothing. */
  of(partition: TopicPartition) {
    const name = partitionDirectoryName(partition);
    return {
      recoveryPoint: this.#read.recoveryPoint.get(name) ?? 0,
      logStartOffset: this.#read.logStart.get(name) ?? 0,
      highWatermark: this.#read.highWatermark.get(name) ?? 0,
    };
  }

  /** A partition was deleted: a later one of its name begins without a past. */
  forget(partition: TopicPartition): void {
    for (const offsets of Object.values(this.#read)) offsets.delete(partitionDirectoryName(partition));
  }

  /** Writes one of the files, durably, unless it says the same already. */
  async write(kind: CheckpointKind, offsets: readonly PartitionOffset[]): Promise<void> {
    const text = JSON.stringify(offsets);
    if (this.#written.get(kind) === text) return;
    await writeOffsetCheckpoint(this.#disk, `${this.#directory}/${FILES[kind]}`, offsets);
    this.#written.set(kind, text);
  }
}
