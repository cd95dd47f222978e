import type { Decoded, Encodable } from '../../protocol/message.ts';
import type { beginQuorumEpochRequest } from '../../protocol/messages/begin-quorum-epoch-request.ts';
import type { beginQuorumEpochResponse } from '../../protocol/messages/begin-quorum-epoch-response.ts';
import type { endQuorumEpochRequest } from '../../protocol/messages/end-quorum-epoch-request.ts';
import type { endQuorumEpochResponse } from '../../protocol/messages/end-quorum-epoch-response.ts';
import { ZERO_UUID } from '../../protocol/uuid.ts';
import type {
  BeginQuorumEpochRequest,
  BeginQuorumEpochResponse,
  EndQuorumEpochRequest,
  EndQuorumEpochResponse,
  RaftResponse,
} from '../raft-messages.ts';
import { leaderNodes, leaderTold, metadataTopics, soleMetadataPartition } from './metadata-partition.ts';

const ENDPOINTS_FROM = 1;
/** Since the one that names directories; before it a list of ids. */
const CANDIDATES_FROM = 1;

export function readBeginQuorumEpochRequest({
  clusterId,
  voterId,
  topics,
  leaderEndpoints,
}: Decoded<typeof beginQuorumEpochRequest>): BeginQuorumEpochRequest | null {
  const partition = soleMetadataPartition(topics);
  if (partition === null) return null;
  const { leaderId, leaderEpoch: epoch, voterDirectoryId: directoryId } = partition;
  const voter = voterId < 0 ? null : { id: voterId, directoryId };
  return { api: 'beginQuorumEpoch', clusterId, voter, epoch, leaderId, leaderEndpoints };
}

export function writeBeginQuorumEpochRequest(
  request: BeginQuorumEpochRequest,
): Encodable<typeof beginQuorumEpochRequest> {
  const { clusterId, voter, epoch, leaderId, leaderEndpoints } = request;
  return {
    clusterId,
    ...(voter !== null && { voterId: voter.id }),
    topics: metadataTopics({
      ...(voter !== null && { voterDirectoryId: voter.directoryId }),
      leaderId,
      leaderEpoch: epoch,
    }),
    leaderEndpoints,
  };
}

export function readEndQuorumEpochRequest({
  clusterId,
  topics,
  leaderEndpoints,
}: Decoded<typeof endQuorumEpochRequest>): EndQuorumEpochRequest | null {
  const partition = soleMetadataPartition(topics);
  if (partition === null) return null;
  const { leaderId, leaderEpoch: epoch, preferredCandidates: candidates, preferredSuccessors } = partition;
  const preferredCandidates =
    candidates.length > 0
      ? candidates.map(({ candidateId, candidateDirectoryId }) => ({
          id: candidateId,
          directoryId: candidateDirectoryId,
        }))
      : preferredSuccessors.map((id) => ({ id, directoryId: ZERO_UUID }));
  return { api: 'endQuorumEpoch', clusterId, epoch, leaderId, preferredCandidates, leaderEndpoints };
}

export function writeEndQuorumEpochRequest(
  request: EndQuorumEpochRequest,
  apiVersion: number,
): Encodable<typeof endQuorumEpochRequest> {
  const { clusterId, epoch, leaderId, preferredCandidates, leaderEndpoints } = request;
  return {
    clusterId,
    topics: metadataTopics({
      leaderId,
      leaderEpoch: epoch,
      ...(apiVersion >= CANDIDATES_FROM
        ? {
            preferredCandidates: preferredCandidates.map(({ id, directoryId }) => ({
              candidateId: id,
              candidateDirectoryId: directoryId,
            })),
          }
        : { preferredSuccessors: preferredCandidates.map(({ id }) => id) }),
    }),
    leaderEndpoints,
  };
}

/** The answers to both have the same fields. */
export function writeEpochResponse(
  response: BeginQuorumEpochResponse | EndQuorumEpochResponse,
  apiVersion: number,
): Encodable<typeof beginQuorumEpochResponse> & Encodable<typeof endQuorumEpochResponse> {
  const { errorCode, epoch, leaderId } = response;
  return {
    errorCode: 0,
    topics: metadataTopics({ errorCode, leaderId: leaderId ?? -1, leaderEpoch: epoch }),
    ...(apiVersion >= ENDPOINTS_FROM && leaderNodes(response)),
  };
}

export function readEpochResponse(
  api: 'beginQuorumEpoch' | 'endQuorumEpoch',
  response: Decoded<typeof beginQuorumEpochResponse> | Decoded<typeof endQuorumEpochResponse>,
): RaftResponse | null {
  const { errorCode, topics, nodeEndpoints } = response;
  if (errorCode !== 0) return { api: 'refused', errorCode };
  const partition = soleMetadataPartition(topics);
  if (partition === null) return null;
  const { leaderEpoch: epoch, leaderId } = partition;
  return { api, errorCode: partition.errorCode, epoch, ...leaderTold(leaderId, nodeEndpoints) };
}
