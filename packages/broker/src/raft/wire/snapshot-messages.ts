import type { Decoded, Encodable } from '../../protocol/message.ts';
import type { fetchSnapshotRequest } from '../../protocol/messages/fetch-snapshot-request.ts';
import type { fetchSnapshotResponse } from '../../protocol/messages/fetch-snapshot-response.ts';
import type { FetchSnapshotRequest, FetchSnapshotResponse, RaftResponse } from '../raft-messages.ts';
import { leaderNodes, leaderTold, METADATA_TOPIC } from './metadata-partition.ts';

const ENDPOINTS_FROM = 1;

/** Null for a request that is not about the metadata log alone. */
export function readFetchSnapshotRequest({
  clusterId,
  replicaId,
  maxBytes,
  topics,
}: Decoded<typeof fetchSnapshotRequest>): FetchSnapshotRequest | null {
  const [topic] = topics;
  const [partition] = topic?.partitions ?? [];
  const isSole = topics.length === 1 && topic?.partitions.length === 1 && topic.name === METADATA_TOPIC;
  if (!isSole || partition?.partition !== 0) return null;
  const { snapshotId, replicaDirectoryId, currentLeaderEpoch, position } = partition;
  return {
    api: 'fetchSnapshot',
    clusterId,
    replica: { id: replicaId, directoryId: replicaDirectoryId },
    epoch: currentLeaderEpoch,
    snapshotId: { offset: snapshotId.endOffset, epoch: snapshotId.epoch },
    position,
    maxBytes,
  };
}

export function writeFetchSnapshotRequest(
  request: FetchSnapshotRequest,
): Encodable<typeof fetchSnapshotRequest> {
  const { clusterId, replica, maxBytes, epoch, snapshotId, position } = request;
  const partition = {
    partition: 0,
    currentLeaderEpoch: epoch,
    snapshotId: { endOffset: snapshotId.offset, epoch: snapshotId.epoch },
    position,
    replicaDirectoryId: replica.directoryId,
  };
  return {
    clusterId,
    replicaId: replica.id,
    maxBytes,
    topics: [{ name: METADATA_TOPIC, partitions: [partition] }],
  };
}

export function writeFetchSnapshotResponse(
  response: FetchSnapshotResponse,
  apiVersion: number,
): Encodable<typeof fetchSnapshotResponse> {
  const { errorCode, epoch, leaderId, snapshotId, sizeInBytes, position, bytes } = response;
  const partition = {
    index: 0,
    errorCode,
    snapshotId: { endOffset: snapshotId?.offset ?? 0, epoch: snapshotId?.epoch ?? 0 },
    currentLeader: { leaderId: leaderId ?? -1, leaderEpoch: epoch },
    size: sizeInBytes,
    position,
    unalignedRecords: bytes,
  };
  return {
    errorCode: 0,
    topics: [{ name: METADATA_TOPIC, partitions: [partition] }],
    ...(apiVersion >= ENDPOINTS_FROM && leaderNodes(response)),
  };
}

/** Null for an answer that does not fit the question. */
export function readFetchSnapshotResponse({
  errorCode,
  topics,
  nodeEndpoints,
}: Decoded<typeof fetchSnapshotResponse>): RaftResponse | null {
  if (errorCode !== 0) return { api: 'refused', errorCode };
  const [topic] = topics;
  const [partition] = topic?.partitions ?? [];
  if (topic?.name !== METADATA_TOPIC || partition?.index !== 0) return null;
  const { currentLeader, snapshotId } = partition;
  return {
    api: 'fetchSnapshot',
    errorCode: partition.errorCode,
    epoch: currentLeader.leaderEpoch,
    ...leaderTold(currentLeader.leaderId, nodeEndpoints),
    snapshotId: { offset: snapshotId.endOffset, epoch: snapshotId.epoch },
    sizeInBytes: partition.size,
    position: partition.position,
    bytes: partition.unalignedRecords ?? new Uint8Array(0),
  };
}
