import type { TopicPartition } from './log-environment.ts';

/** A partition that a log directory holds. */
export interface FoundPartition extends TopicPartition {
  /** Null where its directory does not say. */
  readonly topicId: string | null;
  /** Whether it was being moved into the log directory, and is not complete. */
  readonly isFuture: boolean;
}

/** A directory on its way out: the partition was deleted. */
export const DELETE_SUFFIX = '-delete';
/** A directory that the cluster knows nothing of: kept for a person to look at, never served. */
export const STRAY_SUFFIX = '-stray';

/** A directory that is filled from another of the broker's log directories, and takes its place when it is full. */
export const FUTURE_SUFFIX = '-future';

/** The longest name of a file that the usual file systems take. */
const NAME_BYTES_MAX = 255;

const UNIQUE_HEX = /^[0-9a-f]{32}$/;

/** Kafka's name for a partition's directory. */
export function partitionDirectoryName({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

/** The partition that a directory of a log directory holds, or null for one that holds none in use. */
export function parsePartitionDirectory(name: string): TopicPartition | null {
  const match = /^([A-Za-z0-9._-]+)-(\d+)$/.exec(name);
  if (match?.[1] === undefined) return null;
  return { topic: match[1], partition: Number(match[2]) };
}

/**
 * The name under which a partition's directory leaves: the old name, shortened where needed, and 32 hexadecimal
 * digits that tell it from others that left before.
 */
export function departedDirectoryName(
  partition: TopicPartition,
  uniqueHex: string,
  suffix: typeof DELETE_SUFFIX | typeof STRAY_SUFFIX,
): string {
  const end = `.${uniqueHex}${suffix}`;
  return partitionDirectoryName(partition).slice(0, NAME_BYTES_MAX - end.length) + end;
}

/** The name of a partition's directory while it is filled; null when no file system takes it. */
export function futureDirectoryName(partition: TopicPartition, uniqueHex: string): string | null {
  const name = `${partitionDirectoryName(partition)}.${uniqueHex}${FUTURE_SUFFIX}`;
  return name.length > NAME_BYTES_MAX ? null : name;
}

/** The partition whose log is being moved into the directory; null for any other. */
export function parseFutureDirectory(name: string): TopicPartition | null {
  const match = /^(.+)\.[0-9a-f]{32}-future$/.exec(name);
  return match?.[1] === undefined ? null : parsePartitionDirectory(match[1]);
}

/** Whether a directory was renamed to be removed. */
export function isDeletedDirectory(name: string): boolean {
  if (!name.endsWith(DELETE_SUFFIX)) return false;
  const unique = name.slice(0, -DELETE_SUFFIX.length).split('.').at(-1) ?? '';
  return UNIQUE_HEX.test(unique);
}
