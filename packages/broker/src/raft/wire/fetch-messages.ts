import { ErrorCode } from '../../protocol/errors.ts';
import type { Decoded, Encodable } from '../../protocol/message.ts';
import type { fetchRequest } from '../../protocol/messages/fetch-request.ts';
import type { fetchResponse } from '../../protocol/messages/fetch-response.ts';
import {
  baseOffsetAt,
  isCrcValidAt,
  lastOffsetAt,
  leaderEpochAt,
  batchesIn as slicesIn,
} from '../../protocol/record-batch.ts';
import { batchesIn, votersIn } from '../loaded-batch.ts';
import type { FetchRequest, FetchResponse, LogBatch, RaftResponse } from '../raft-messages.ts';
import { leaderNodes, leaderTold, METADATA_TOPIC_ID } from './metadata-partition.ts';

const TOPIC_IDS_FROM = 13;
const REPLICA_STATE_FROM = 15;
const ENDPOINTS_FROM = 17;
const NO_POSITION = { offset: -1, epoch: -1 };

/** Null for a request that is not about the metadata log alone, or names it otherwise than by its id, as in Kafka. */
export function readFetchRequest(
  request: Decoded<typeof fetchRequest>,
  apiVersion: number,
): FetchRequest | null {
  const partition = apiVersion < TOPIC_IDS_FROM ? null : solePartition(request.topics);
  if (partition === null || partition.partition !== 0) return null;
  const { fetchOffset, lastFetchedEpoch, highWatermark } = partition;
  const id = apiVersion < REPLICA_STATE_FROM ? request.replicaId : request.replicaState.replicaId;
  return {
    api: 'fetch',
    clusterId: request.clusterId,
    replica: { id, directoryId: partition.replicaDirectoryId },
    epoch: partition.currentLeaderEpoch,
    from: { offset: fetchOffset, epoch: lastFetchedEpoch },
    // Long.MAX_VALUE stands for a follower that does not say.
    highWatermark: Number.isSafeInteger(highWatermark) ? highWatermark : null,
    maxWaitMs: request.maxWaitMs,
    maxBytes: request.maxBytes,
  };
}

function solePartition<Partition>(
  topics: readonly { readonly topicId: string; readonly partitions: readonly Partition[] }[],
): Partition | null {
  const [topic] = topics;
  const isSole = topics.length === 1 && topic?.partitions.length === 1;
  return isSole && topic.topicId === METADATA_TOPIC_ID ? (topic.partitions[0] ?? null) : null;
}

/** In a version that knows of leader epochs, directories and high watermarks: 18. */
export function writeFetchRequest(request: FetchRequest): Encodable<typeof fetchRequest> {
  const { clusterId, replica, epoch, from, highWatermark, maxWaitMs, maxBytes } = request;
  return {
    clusterId,
    replicaState: { replicaId: replica.id },
    maxWaitMs,
    minBytes: 0,
    maxBytes,
    topics: [
      {
        topicId: METADATA_TOPIC_ID,
        partitions: [
          {
            partition: 0,
            currentLeaderEpoch: epoch,
            fetchOffset: from.offset,
            lastFetchedEpoch: from.epoch,
            partitionMaxBytes: maxBytes,
            replicaDirectoryId: replica.directoryId,
            ...(highWatermark !== null && { highWatermark }),
          },
        ],
      },
    ],
  };
}

export function writeFetchResponse(
  response: FetchResponse,
  apiVersion: number,
): Encodable<typeof fetchResponse> {
  const { errorCode, epoch, leaderId, highWatermark, logStartOffset, diverging, snapshotId } = response;
  const partition = {
    partitionIndex: 0,
    errorCode,
    highWatermark,
    logStartOffset,
    currentLeader: { leaderId: leaderId ?? -1, leaderEpoch: epoch },
    ...(diverging !== null && { divergingEpoch: { epoch: diverging.epoch, endOffset: diverging.offset } }),
    ...(snapshotId !== null && { snapshotId: { epoch: snapshotId.epoch, endOffset: snapshotId.offset } }),
    abortedTransactions: [],
    records: joined(response.batches),
  };
  return {
    errorCode: 0,
    responses: [{ topicId: METADATA_TOPIC_ID, partitions: [partition] }],
    ...(apiVersion >= ENDPOINTS_FROM && leaderNodes(response)),
  };
}

function joined(batches: readonly LogBatch[]): Uint8Array {
  const [only] = batches;
  return batches.length === 1 && only !== undefined
    ? only.bytes
    : Buffer.concat(batches.map(({ bytes }) => bytes));
}

/** Null for an answer that does not fit the question. */
export function readFetchResponse({
  errorCode,
  responses,
  nodeEndpoints,
}: Decoded<typeof fetchResponse>): RaftResponse | null {
  if (errorCode !== 0) return { api: 'refused', errorCode };
  const partition = solePartition(responses);
  if (partition === null) return null;
  const { currentLeader, divergingEpoch, snapshotId } = partition;
  return {
    api: 'fetch',
    errorCode: partition.errorCode,
    epoch: currentLeader.leaderEpoch,
    ...leaderTold(currentLeader.leaderId, nodeEndpoints),
    highWatermark: partition.highWatermark,
    logStartOffset: partition.logStartOffset,
    diverging: positionOf(divergingEpoch),
    snapshotId: positionOf(snapshotId),
    batches: partition.errorCode === ErrorCode.NONE ? logBatches(partition.records) : [],
  };
}

function positionOf({ epoch, endOffset }: { epoch: number; endOffset: number }) {
  return epoch === NO_POSITION.epoch || endOffset === NO_POSITION.offset
    ? null
    : { offset: endOffset, epoch };
}

/** The whole batches in it: a leader may have cut the last one. Damaged ones, and all after them, are left out. */
export function logBatches(records: Uint8Array | null): LogBatch[] {
  const batches: LogBatch[] = [];
  for (const bytes of slicesIn(records ?? new Uint8Array(0))) {
    if (!isCrcValidAt(bytes)) break;
    const [loaded] = batchesIn(bytes);
    batches.push({
      baseOffset: baseOffsetAt(bytes),
      lastOffset: lastOffsetAt(bytes),
      epoch: leaderEpochAt(bytes),
      bytes,
      voters: loaded === undefined ? null : votersIn(loaded),
    });
  }
  return batches;
}
