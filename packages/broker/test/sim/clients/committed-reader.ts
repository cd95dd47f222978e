import { ErrorCode, errorOf } from '../../../src/protocol/errors.ts';
import type { TransactionLedger } from '../transaction-ledger.ts';
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

export interface CommittedReaderOptions {
  readonly client: ClientProcess;
  readonly topic: string;
  readonly partition: number;
  readonly ledger: TransactionLedger;
  readonly isOver: () => boolean;
}

/** Follows one partition from its start, reading only what transactions have committed. */
export async function followCommitted(options: CommittedReaderOptions): Promise<void> {
  const { client, topic, partition, isOver } = options;
  let offset = 0;
  for (let isLast = false; !isLast; ) {
    isLast = isOver();
    const fetched = await fetchFrom(client, { topic, partition, offset, isCommittedOnly: true }, MAX_WAIT_MS);
    offset = nextOffset(options, offset, fetched);
    if (fetched === null || fetched.errorCode !== ErrorCode.NONE)
      await client.sleep(client.random.fraction() * RETRY_MS_MAX);
  }
  client.disconnect();
}

function nextOffset(
  { client, topic, partition, ledger }: CommittedReaderOptions,
  offset: number,
  fetched: FetchedRecords | null,
): number {
  if (fetched === null || PASSING.includes(fetched.errorCode)) return offset;
  if (fetched.errorCode !== ErrorCode.NONE) {
    // What was read already may be lost.
    if (fetched.errorCode === ErrorCode.OFFSET_OUT_OF_RANGE && !ledger.isJudged) return 0;
    client.violate(`${topic}-${partition} at ${offset}: ${errorOf(fetched.errorCode).name}`);
    return offset;
  }
  for (const record of fetched.records) ledger.seen(`${topic}-${partition}`, record.offset, record.value);
  return fetched.nextOffset;
}

/** All that transactions have committed to a partition, by offset. Asks until nothing in it is open any more. */
export async function readCommitted(
  client: ClientProcess,
  { topic, partition }: { topic: string; partition: number },
): Promise<Map<number, string>> {
  const content = new Map<number, string>();
  let offset = 0;
  for (;;) {
    const fetched = await fetchFrom(client, { topic, partition, offset, isCommittedOnly: true }, 0);
    if (fetched !== null && fetched.errorCode === ErrorCode.NONE) {
      for (const record of fetched.records) content.set(record.offset, record.value);
      const hasMore = fetched.nextOffset > offset;
      offset = fetched.nextOffset;
      if (offset >= fetched.highWatermark) return content;
      if (hasMore) continue;
    }
    await client.sleep(client.random.fraction() * RETRY_MS_MAX);
  }
}
