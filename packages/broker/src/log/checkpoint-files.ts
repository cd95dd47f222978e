import type { Disk } from '../runtime/disk.ts';
import { readWholeFile, replaceFile } from '../runtime/whole-file.ts';
import type { EpochEntry } from './leader-epoch-cache.ts';

/** One partition's offset in a checkpoint of a log directory. */
export interface PartitionOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

const CHECKPOINT_VERSION = '0';

/** A checkpoint that cannot be read: it is not what this broker, or Kafka, would have written. */
export class DamagedFileError extends Error {
  readonly path: string;

  constructor(path: string, reason: string) {
    super(`${path}: ${reason}`);
    this.name = 'DamagedFileError';
    this.path = path;
  }
}

/**
 * Reads `recovery-point-offset-checkpoint` and its like: version, count, then `topic partition offset` per line.
 * Null when the file is not there; rejects with a {@link DamagedFileError}.
 */
export async function readOffsetCheckpoint(disk: Disk, path: string): Promise<PartitionOffset[] | null> {
  const lines = await readCheckpoint(disk, path);
  if (lines === null) return null;
  return lines.map(([topic, partition, offset], index) => {
    if (topic === undefined || !isInteger(partition) || !isInteger(offset)) {
      throw new DamagedFileError(path, `line ${index + 3} is not "topic partition offset"`);
    }
    return { topic, partition: Number(partition), offset: Number(offset) };
  });
}

export async function writeOffsetCheckpoint(disk: Disk, path: string, offsets: readonly PartitionOffset[]) {
  await writeCheckpoint(
    disk,
    path,
    offsets.map(({ topic, partition, offset }) => `${topic} ${partition} ${offset}`),
  );
}

/** Reads a partition's `leader-epoch-checkpoint`: version, count, then `epoch startOffset` per line. */
export async function readLeaderEpochs(disk: Disk, path: string): Promise<EpochEntry[]> {
  const lines = (await readCheckpoint(disk, path)) ?? [];
  const entries = lines.map(([epoch, startOffset], index) => {
    if (!isInteger(epoch) || !isInteger(startOffset)) {
      throw new DamagedFileError(path, `line ${index + 3} is not "epoch startOffset"`);
    }
    return { epoch: Number(epoch), startOffset: Number(startOffset) };
  });
  for (const [index, entry] of entries.entries()) {
    const before = entries[index - 1];
    if (before !== undefined && (entry.epoch <= before.epoch || entry.startOffset <= before.startOffset))
      throw new DamagedFileError(path, `line ${index + 3} does not follow the one before`);
  }
  return entries;
}

export async function writeLeaderEpochs(disk: Disk, path: string, entries: readonly EpochEntry[]) {
  await writeCheckpoint(
    disk,
    path,
    entries.map(({ epoch, startOffset }) => `${epoch} ${startOffset}`),
  );
}

async function readCheckpoint(disk: Disk, path: string): Promise<string[][] | null> {
  const bytes = await readWholeFile(disk, path);
  if (bytes === null) return null;
  const [version, count, ...lines] = new TextDecoder().decode(bytes).trimEnd().split('\n');
  if (version !== CHECKPOINT_VERSION) throw new DamagedFileError(path, `unknown version "${version}"`);
  if (!isInteger(count) || Number(count) !== lines.length) {
    throw new DamagedFileError(path, `${lines.length} entries where ${count} are announced`);
  }
  return lines.map((line) => line.split(' '));
}

function writeCheckpoint(disk: Disk, path: string, lines: readonly string[]): Promise<void> {
  const text = [CHECKPOINT_VERSION, lines.length, ...lines, ''].join('\n');
  return replaceFile(disk, path, new TextEncoder().encode(text));
}

function isInteger(text: string | undefined): text is string {
  return text !== undefined && /^-?\d+$/.test(text);
}
