import { ErrorCode, errorOf } from '../../../src/protocol/errors.ts';
import type { History } from '../history.ts';
import type { ClientProcess } from './client-process.ts';
import { type FetchedRecords, fetchFrom } from './records-read.ts';

const MAX_WAIT_MS = 300;
const RETRY_MS_MAX = 150;

/** While a broker starts, a leader changes, or a disk is gone. */
const PASSING: readonly number[] = [
  ErrorCode.FENCED_LEADER_EPOCH,
  ErrorCode.UNKNOWN_LEADER_EPOCH,
  ErrorCode.LEADER_NOT_AVAILABLE,
  ErrorCode.NOT_LEADER_OR_FOLLOWER,
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ErrorCode.KAFKA_STORAGE_ERROR,
];

export interface ReaderOptions {
  readonly client: ClientProcess;
  readonly topic: string;
  readonly partition: number;
  readonly history: History;
  readonly isOver: () => boolean;
}

/** Follows one partition from its start, without a group; after everything is over, to its end. */
export async function followPartition(options: ReaderOptions): Promise<void> {
  const { client, topic, partition, history, isOver } = options;
  let offset = 0;
  let losses = history.losses;
  for (let hasAll = false; !hasAll; ) {
    const fetched = await fetchFrom(client, { topic, partition, offset }, MAX_WAIT_MS);
    const hasLost = history.losses > losses;
    losses = history.losses;
    offset = nextOffset(options, { offset, fetched, hasLost });
    if (fetched === null || fetched.errorCode !== ErrorCode.NONE)
      await client.sleep(client.random.fraction() * RETRY_MS_MAX);
    else hasAll = isOver() && offset >= fetched.highWatermark;
  }
  client.disconnect();
}

function nextOffset(
  { client, topic, partition, history }: ReaderOptions,
  { offset, fetched, hasLost }: { offset: number; fetched: FetchedRecords | null; hasLost: boolean },
): number {
  if (fetched === null || PASSING.includes(fetched.errorCode)) return hasLost ? 0 : offset;
  if (fetched.errorCode !== ErrorCode.NONE) {
    // What was read already may be lost.
    if (fetched.errorCode === ErrorCode.OFFSET_OUT_OF_RANGE && history.losses > 0) return 0;
    client.violate(`${topic}-${partition} at ${offset}: ${errorOf(fetched.errorCode).name}`);
    return offset;
  }
  let next = offset;
  for (const record of fetched.records) {
    if (record.offset !== next) client.violate(`${topic}-${partition}: ${record.offset} follows ${next - 1}`);
    history.seen(`${topic}-${partition}`, record.offset, record.value);
    next = record.offset + 1;
  }
  return next;
}

/** All that a partition holds, by offset. Asks until it has the end. */
export async function readWhole(
  client: ClientProcess,
  { topic, partition }: { topic: string; partition: number },
): Promise<Map<number, string>> {
  const content = new Map<number, string>();
  let offset = 0;
  for (;;) {
    const fetched = await fetchFrom(client, { topic, partition, offset }, 0);
    if (fetched === null || fetched.errorCode !== ErrorCode.NONE) {
      await client.sleep(client.random.fraction() * RETRY_MS_MAX);
      continue;
    }
    for (const record of fetched.records) content.set(record.offset, record.value);
    offset = (fetched.records.at(-1)?.offset ?? offset - 1) + 1;
    if (offset >= fetched.highWatermark) return content;
  }
}
