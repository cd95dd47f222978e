import { controlRecordTypeOf } from '../../../src/protocol/control-records.ts';
import { ErrorCode } from '../../../src/protocol/errors.ts';
import type { Decoded } from '../../../src/protocol/message.ts';
import type { fetchResponse } from '../../../src/protocol/messages/fetch-response.ts';
import {
  batchesIn,
  isControlAt,
  isTransactionalAt,
  lastOffsetAt,
  producerIdAt,
} from '../../../src/protocol/record-batch.ts';
import { recordsBody, recordsIn } from '../../../src/protocol/records.ts';
import { fetch } from './apis.ts';
import type { ClientProcess } from './client-process.ts';

export interface FetchPosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Whether only what is committed is read, by transactions too. */
  readonly isCommittedOnly?: boolean;
}

export interface ReadRecord {
  readonly offset: number;
  readonly value: string;
}

/** What a fetch brought, or why it brought nothing; null when there was no answer, or nobody to ask. */
export interface FetchedRecords {
  readonly errorCode: number;
  readonly records: readonly ReadRecord[];
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  /** Behind everything that was fetched, also behind what is no record for anybody. */
  readonly nextOffset: number;
}

type PartitionAnswer = Decoded<typeof fetchResponse>['responses'][number]['partitions'][number];

const BODY_BYTES_MAX = 1024 * 1024;
const PARTITION_BYTES_MAX = 8 * 1024;
const REQUEST_TIMEOUT_MS = 2000;

/** Reads one partition from a position on, waiting for new records for `maxWaitMs`. */
export async function fetchFrom(
  client: ClientProcess,
  { topic, partition, offset, isCommittedOnly = false }: FetchPosition,
  maxWaitMs: number,
): Promise<FetchedRecords | null> {
  const leader = await client.leaderOf(topic, partition);
  if (leader === null) return null;
  const currentLeaderEpoch = leader.leaderEpoch;
  const answer = await client.ask(
    fetch,
    {
      maxWaitMs,
      minBytes: 1,
      maxBytes: 4 * PARTITION_BYTES_MAX,
      isolationLevel: isCommittedOnly ? 1 : 0,
      topics: [
        {
          topic,
          partitions: [
            {
              partition,
              currentLeaderEpoch,
              fetchOffset: offset,
              partitionMaxBytes: PARTITION_BYTES_MAX,
            },
          ],
        },
      ],
    },
    REQUEST_TIMEOUT_MS,
    leader.nodeId,
  );
  if (answer === null || answer.responses[0]?.partitions[0]?.errorCode !== ErrorCode.NONE)
    client.forgetLeader(topic, partition);
  if (answer === null) return null;
  const data = answer.responses[0]?.partitions[0];
  if (answer.errorCode !== ErrorCode.NONE || data === undefined) {
    const { errorCode } = answer;
    return { errorCode, records: [], highWatermark: -1, lastStableOffset: -1, nextOffset: offset };
  }
  const { errorCode, highWatermark, lastStableOffset } = data;
  if (errorCode === ErrorCode.NONE && lastStableOffset > highWatermark)
    client.violate(`${topic}-${partition} is stable to ${lastStableOffset}, committed to ${highWatermark}`);
  const { records, nextOffset } = recordsFrom(data, offset);
  if (isCommittedOnly && nextOffset > Math.max(offset, lastStableOffset))
    client.violate(`${topic}-${partition}: read to ${nextOffset}, stable to ${lastStableOffset}`);
  return { errorCode, records, highWatermark, lastStableOffset, nextOffset };
}

/** The records that count, as a consumer finds them out: without markers, and without those of aborted transactions. */
function recordsFrom(
  data: PartitionAnswer,
  offset: number,
): { readonly records: readonly ReadRecord[]; readonly nextOffset: number } {
  const bytes = Buffer.concat([data.records ?? new Uint8Array(0)].flat());
  const aborted = [...(data.abortedTransactions ?? [])].sort(
    (left, right) => left.firstOffset - right.firstOffset,
  );
  const aborting = new Set<number>();
  const records: ReadRecord[] = [];
  let nextOffset = offset;
  for (const batch of batchesIn(bytes)) {
    const lastOffset = lastOffsetAt(batch);
    const producerId = producerIdAt(batch);
    nextOffset = Math.max(nextOffset, lastOffset + 1);
    while ((aborted[0]?.firstOffset ?? Number.POSITIVE_INFINITY) <= lastOffset)
      aborting.add(aborted.shift()?.producerId ?? -1);
    const found = [...recordsIn(batch, recordsBody(batch, BODY_BYTES_MAX))];
    if (isControlAt(batch)) {
      if (controlRecordTypeOf(found[0]?.key ?? null) === 'abort') aborting.delete(producerId);
      continue;
    }
    if (isTransactionalAt(batch) && aborting.has(producerId)) continue;
    for (const record of found)
      if (record.offset >= offset)
        records.push({ offset: record.offset, value: Buffer.from(record.value ?? []).toString() });
  }
  return { records, nextOffset };
}
