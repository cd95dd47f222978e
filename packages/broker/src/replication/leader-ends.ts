import { ErrorCode } from '../protocol/errors.ts';
import { listOffsetsRequest } from '../protocol/messages/list-offsets-request.ts';
import { listOffsetsResponse } from '../protocol/messages/list-offsets-response.ts';
import type { PeerChannel } from '../protocol/peer-channel.ts';
import type { FollowedPartition } from './followed-partition.ts';
import type { LeaderEnds } from './follower-step.ts';
import { Timestamp } from './offset-lookup.ts';

const LIST_OFFSETS_VERSION = 10;

/** Asks a leader where its log begins and ends; null when it does not say. */
export async function leaderEnds(
  channel: PeerChannel,
  asker: {
    readonly partition: FollowedPartition;
    readonly replicaId: number;
    readonly timeoutMs: number;
  },
): Promise<LeaderEnds | null> {
  const [logStartOffset, logEndOffset] = await Promise.all(
    [Timestamp.EARLIEST, Timestamp.LATEST].map((timestamp) => offsetAt(channel, { ...asker, timestamp })),
  );
  if (logStartOffset === undefined || logEndOffset === undefined) return null;
  return logStartOffset === null || logEndOffset === null ? null : { logStartOffset, logEndOffset };
}

async function offsetAt(
  channel: PeerChannel,
  asked: {
    readonly partition: FollowedPartition;
    readonly replicaId: number;
    readonly timeoutMs: number;
    readonly timestamp: number;
  },
): Promise<number | null> {
  const { partition, replicaId, timestamp, timeoutMs } = asked;
  const answer = await channel.ask({
    request: listOffsetsRequest,
    response: listOffsetsResponse,
    version: LIST_OFFSETS_VERSION,
    body: {
      replicaId,
      timeoutMs,
      topics: [
        {
          name: partition.topic,
          partitions: [
            {
              partitionIndex: partition.partition,
              currentLeaderEpoch: partition.leaderEpoch,
              timestamp,
            },
          ],
        },
      ],
    },
    timeoutMs,
  });
  if (answer.kind === 'unanswered') return null;
  const found = answer.body.topics[0]?.partitions[0];
  return found === undefined || found.errorCode !== ErrorCode.NONE ? null : found.offset;
}
