import { type Disk, DiskError } from '../runtime/disk.ts';
import type { Logger } from '../runtime/logger.ts';
import { readWholeFile, replaceFile } from '../runtime/whole-file.ts';
import type { TopicPartition } from './log-environment.ts';
import { partitionDirectoryName } from './partition-directory.ts';
import type { PartitionLog } from './partition-log.ts';

/** Written as the last act of a clean stop: every log is synced to its end. */
export const CLEAN_SHUTDOWN = '.kafka_cleanshutdown';

/** A log that never had a record. */
export interface UnusedLog extends TopicPartition {
  readonly topicId: string;
}

/** What the mark of a clean stop says. */
export interface CleanShutdown {
  /** The incarnation that stopped; -1 where the mark does not say. */
  readonly brokerEpoch: number;
  /** By the names of their folders: nothing has to be read to know these. Apache Kafka's mark names none. */
  readonly unused: Map<string, UnusedLog>;
}

/** Not null once after a clean stop: the mark is taken away before anything is opened for writing. */
export async function takeCleanShutdown(disk: Disk, directory: string): Promise<CleanShutdown | null> {
  const path = `${directory}/${CLEAN_SHUTDOWN}`;
  const bytes = await readWholeFile(disk, path);
  if (bytes === null) return null;
  await disk.remove(path);
  await disk.syncDirectory(directory);
  const text = new TextDecoder().decode(bytes);
  const match = /"brokerEpoch"\s*:\s*(\d{1,15})\b/.exec(text);
  return { brokerEpoch: match === null ? -1 : Number(match[1]), unused: unusedLogsIn(text) };
}

/**
 * Sets the mark, which is Kafka's with a field of our own that Kafka passes over. When the disk refuses it the next start
 * looks at everything.
 */
export async function markCleanShutdown(
  { disk, logger }: { readonly disk: Disk; readonly logger: Logger },
  directory: string,
  { brokerEpoch, unused }: { readonly brokerEpoch: number; readonly unused: Iterable<UnusedLog> },
): Promise<void> {
  const topics = new Map<string, { topic: string; topicId: string; partitions: number[] }>();
  for (const { topic, topicId, partition } of unused) {
    const known = topics.get(topicId);
    if (known === undefined) topics.set(topicId, { topic, topicId, partitions: [partition] });
    else known.partitions.push(partition);
  }
  const own = topics.size === 0 ? {} : { unusedLogs: [...topics.values()] };
  const content = JSON.stringify({ version: 0, brokerEpoch, ...own });
  try {
    await replaceFile(disk, `${directory}/${CLEAN_SHUTDOWN}`, new TextEncoder().encode(content));
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    logger.warn({ err: error, directory }, 'The disk refused the mark of a clean stop');
  }
}

/** Those of the logs that nobody has written to. */
export function* unusedAmong(logs: Iterable<PartitionLog>): Generator<UnusedLog> {
  for (const { isUnused, topicPartition, topicId } of logs) {
    if (isUnused) yield { ...topicPartition, topicId };
  }
}

/** None where the text is not what we write: everything is looked at then. */
function unusedLogsIn(text: string): Map<string, UnusedLog> {
  const found = new Map<string, UnusedLog>();
  for (const { topic, topicId, partitions } of unusedTopicsIn(text)) {
    if (typeof topic !== 'string' || typeof topicId !== 'string' || !Array.isArray(partitions)) continue;
    for (const partition of partitions) {
      if (!Number.isInteger(partition)) continue;
      const log = { topic, topicId, partition };
      found.set(partitionDirectoryName(log), log);
    }
  }
  return found;
}

function unusedTopicsIn(text: string): { topic?: unknown; topicId?: unknown; partitions?: unknown }[] {
  try {
    const { unusedLogs } = JSON.parse(text);
    return Array.isArray(unusedLogs) ? unusedLogs.filter((topic) => typeof topic === 'object' && topic) : [];
  } catch {
    return [];
  }
}
