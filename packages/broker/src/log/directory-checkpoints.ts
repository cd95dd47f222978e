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

const FILES = {
  recoveryPoint: 'recovery-point-offset-checkpoint',
  logStart: 'log-start-offset-checkpoint',
  highWatermark: 'replication-offset-checkpoint',
} as const;

export type CheckpointKind = keyof typeof FILES;

/** The offset of a log that goes into the file. */
export function checkpointedOffset(
  log: Pick<PartitionLog, 'recoveryPoint' | 'beginsInsideSegment' | 'logStartOffset' | 'highWatermark'>,
  kind: CheckpointKind,
): number {
  switch (kind) {
    case 'recoveryPoint':
      return log.recoveryPoint;
    case 'logStart':
      // The beginning of the first segment tells as much.
      return log.beginsInsideSegment ? log.logStartOffset : 0;
    case 'highWatermark':
      return log.highWatermark;
  }
}

const KINDS = Object.keys(FILES) as CheckpointKind[];

/** What one of the files says, by the name of the partition's directory. */
type Lines = Map<string, PartitionOffset>;

/**
 * The three files in which a log directory keeps an offset of each of its partitions, also of those that could not be
 * opened: without its recovery point a damaged log would be taken for one that a crash has cut short.
 */
export class DirectoryCheckpoints {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #lines: Record<CheckpointKind, Lines>;
  /** Partitions that left; the files still name them. */
  readonly #departed = new Set<string>();
  #last: Promise<void> = Promise.resolve();
  /** Files that are there, be it without a line, and of which it is known what they say. */
  readonly #isThere: Set<CheckpointKind>;
  /** Partitions that were here when the file of the recovery points was not: it tells nothing of them. */
  readonly #untold = new Map<string, TopicPartition>();

  private constructor(
    disk: Disk,
    directory: string,
    { lines, isThere }: { lines: Record<CheckpointKind, Lines>; isThere: Set<CheckpointKind> },
  ) {
    this.#disk = disk;
    this.#directory = directory;
    this.#lines = lines;
    this.#isThere = isThere;
  }

  /** Reads all three. One that is damaged counts as empty: recovery then reads more than it had to. */
  static async read(disk: Disk, directory: string, logger: Logger): Promise<DirectoryCheckpoints> {
    const isThere = new Set<CheckpointKind>();
    const readOne = async (kind: CheckpointKind): Promise<Lines> => {
      try {
        const offsets = await readOffsetCheckpoint(disk, `${directory}/${FILES[kind]}`);
        if (offsets !== null) isThere.add(kind);
        return byName(offsets ?? []);
      } catch (error) {
        if (!(error instanceof DamagedFileError)) throw error;
        logger.warn({ path: error.path, reason: error.message }, 'Ignoring a damaged checkpoint');
        return new Map();
      }
    };
    const lines = {
      recoveryPoint: await readOne('recoveryPoint'),
      logStart: await readOne('logStart'),
      highWatermark: await readOne('highWatermark'),
    };
    return new DirectoryCheckpoints(disk, directory, { lines, isThere });
  }

  /** What the files say about a partition; 0 where they say nothing. */
  of(partition: TopicPartition) {
    const name = partitionDirectoryName(partition);
    const offsetIn = (kind: CheckpointKind) =>
      this.#departed.has(name) ? 0 : Math.max(0, this.#lines[kind].get(name)?.offset ?? 0);
    return {
      recoveryPoint: offsetIn('recoveryPoint'),
      isRecoveryPointLost: this.#untold.has(name),
      logStartOffset: offsetIn('logStart'),
      highWatermark: offsetIn('highWatermark'),
    };
  }

  /** A partition was deleted, or set aside: its line goes with the next writing. */
  forget(partition: TopicPartition): void {
    this.#departed.add(partitionDirectoryName(partition));
  }

  /** The partitions that lie here, before any is opened: the lines of others go with the next writing. */
  keepOnly(partitions: readonly TopicPartition[]): void {
    const names = new Set(partitions.map(partitionDirectoryName));
    for (const partition of partitions) {
      const name = partitionDirectoryName(partition);
      const line = this.#lines.recoveryPoint.get(name);
      const isUntold = line === undefined ? !this.#isThere.has('recoveryPoint') : line.offset < 0;
      if (isUntold) this.#untold.set(name, partition);
    }
    for (const kind of KINDS) {
      for (const name of this.#lines[kind].keys()) if (!names.has(name)) this.#departed.add(name);
    }
  }

  /** A partition begins here: the lines of an earlier one of its name do not count for it. They are gone durably. */
  begin(partition: TopicPartition): Promise<void> {
    const name = partitionDirectoryName(partition);
    return this.#inTurn(async () => {
      for (const kind of KINDS) {
        // Thousands may begin one after the other: the lines are copied only for one that has any.
        if (!this.#lines[kind].has(name)) continue;
        const lines = new Map(this.#lines[kind]);
        lines.delete(name);
        await this.#replace(kind, lines);
      }
      // Where the file is missing while logs are there, it has been lost.
      const isFirst = !this.#isThere.has('recoveryPoint') && this.#untold.size === 0;
      if (isFirst) await this.#replace('recoveryPoint', this.#lines.recoveryPoint);
      this.#departed.delete(name);
      this.#untold.delete(name);
    });
  }

  /** Notes the offsets of the open logs durably, unless this has written the same already. */
  write(kind: CheckpointKind, offsets: readonly PartitionOffset[]): Promise<void> {
    return this.#inTurn(() => this.#write(kind, offsets));
  }

  async #write(kind: CheckpointKind, offsets: readonly PartitionOffset[]): Promise<void> {
    const before = this.#lines[kind];
    const lines = byName(offsets);
    for (const [name, line] of before) {
      if (!lines.has(name) && !this.#departed.has(name)) lines.set(name, line);
    }
    if (kind === 'logStart') {
      for (const [name, { offset }] of lines) if (offset === 0) lines.delete(name);
    }
    if (kind === 'recoveryPoint') this.#keepUntold(lines);
    if (this.#isThere.has(kind) && isSame(before, lines)) return;
    await this.#replace(kind, lines);
  }

  /** A file that is there, and says nothing of a partition, would say that nothing of it was ever synced. */
  #keepUntold(lines: Lines): void {
    for (const [name, partition] of this.#untold) {
      if (!lines.has(name) && !this.#departed.has(name)) lines.set(name, { ...partition, offset: -1 });
    }
  }

  /** Partitions begin side by side, and each file is replaced by one after the other. */
  async #inTurn(task: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(task);
    this.#last = turn.catch(() => {});
    await turn;
  }

  async #replace(kind: CheckpointKind, lines: Lines): Promise<void> {
    // One that could not be replaced may say the one or the other.
    this.#isThere.delete(kind);
    await writeOffsetCheckpoint(this.#disk, `${this.#directory}/${FILES[kind]}`, [...lines.values()]);
    this.#lines[kind] = lines;
    this.#isThere.add(kind);
  }
}

function byName(offsets: readonly PartitionOffset[]): Lines {
  return new Map(offsets.map((line) => [partitionDirectoryName(line), line]));
}

function isSame(left: Lines, right: Lines): boolean {
  if (left.size !== right.size) return false;
  for (const [name, { offset }] of left) if (right.get(name)?.offset !== offset) return false;
  return true;
}
