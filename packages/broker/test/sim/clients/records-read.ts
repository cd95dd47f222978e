import { ErrorCode } from '../../../src/protocol/errors.ts';
import { batchesIn } from '../../../src/protocol/record-batch.ts';
import { recordsBody, recordsIn } from '../../../src/protocol/records.ts';
import { fetch } from './apis.ts';
import type { ClientProcess } from './client-process.ts';

export interface FetchPosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** What a fetch brought, or why it brought nothing; null when there was no answer, or nobody to ask. */
export interface FetchedRecords {
  readonly errorCode: number;
  readonly records: readonly { readonly offset: number; readonly value: string }[];
  readonly highWatermark: number;
}

const BODY_BYTES_MAX = 1024 * 1024;
const PARTITION_BYTES_MAX = 8 * 1024;
const REQUEST_TIMEOUT_MS = 2000;

/** Reads one partition from a position on, waiting for new records for `maxWaitMs`. */
export async function fetchFrom(
  client: ClientProcess,
  { topic, partition, offset }: FetchPosition,
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
    return { errorCode, records: [], highWatermark: -1 };
  }
  const bytes = Buffer.concat([data.records ?? new Uint8Array(0)].flat());
  const records = [...batchesIn(bytes)].flatMap((batch) =>
    [...recordsIn(batch, recordsBody(batch, BODY_BYTES_MAX))]
      .filter((record) => record.offset >= offset)
      .map((record) => ({ offset: record.offset, value: Buffer.from(record.value ?? []).toString() })),
  );
  return { errorCode: data.errorCode, records, highWatermark: data.highWatermark };
}
