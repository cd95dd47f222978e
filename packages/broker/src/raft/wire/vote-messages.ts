import type { Decoded, Encodable } from '../../protocol/message.ts';
import type { voteRequest } from '../../protocol/messages/vote-request.ts';
import type { voteResponse } from '../../protocol/messages/vote-response.ts';
import type { RaftResponse, VoteRequest, VoteResponse } from '../raft-messages.ts';
import { leaderNodes, leaderTold, metadataTopics, soleMetadataPartition } from './metadata-partition.ts';

const ENDPOINTS_FROM = 1;
const PRE_VOTE_FROM = 2;

/** Null for a request that is not about the metadata log alone. */
export function readVoteRequest({
  clusterId,
  voterId,
  topics,
}: Decoded<typeof voteRequest>): VoteRequest | null {
  const partition = soleMetadataPartition(topics);
  if (partition === null) return null;
  const { replicaId, replicaDirectoryId, voterDirectoryId, lastOffset, lastOffsetEpoch } = partition;
  return {
    api: 'vote',
    clusterId,
    voter: voterId < 0 ? null : { id: voterId, directoryId: voterDirectoryId },
    epoch: partition.replicaEpoch,
    candidate: { id: replicaId, directoryId: replicaDirectoryId },
    last: { offset: lastOffset, epoch: lastOffsetEpoch },
    preVote: partition.preVote,
  };
}

/** In a version that has the pre-vote, or is not one. */
export function writeVoteRequest(request: VoteRequest, apiVersion: number): Encodable<typeof voteRequest> {
  const { clusterId, voter, candidate, epoch, last, preVote } = request;
  return {
    clusterId,
    ...(voter !== null && { voterId: voter.id }),
    topics: metadataTopics({
      replicaEpoch: epoch,
      replicaId: candidate.id,
      replicaDirectoryId: candidate.directoryId,
      ...(voter !== null && { voterDirectoryId: voter.directoryId }),
      lastOffsetEpoch: last.epoch,
      lastOffset: last.offset,
      ...(apiVersion >= PRE_VOTE_FROM && { preVote }),
    }),
  };
}

export function writeVoteResponse(
  response: VoteResponse,
  apiVersion: number,
): Encodable<typeof voteResponse> {
  const { errorCode, epoch, leaderId, voteGranted } = response;
  return {
    errorCode: 0,
    topics: metadataTopics({ errorCode, leaderId: leaderId ?? -1, leaderEpoch: epoch, voteGranted }),
    ...(apiVersion >= ENDPOINTS_FROM && leaderNodes(response)),
  };
}

/** Null for an answer that does not fit the question. */
export function readVoteResponse({
  errorCode,
  topics,
  nodeEndpoints,
}: Decoded<typeof voteResponse>): RaftResponse | null {
  if (errorCode !== 0) return { api: 'refused', errorCode };
  const partition = soleMetadataPartition(topics);
  if (partition === null) return null;
  const { leaderEpoch: epoch, voteGranted } = partition;
  return {
    api: 'vote',
    errorCode: partition.errorCode,
    epoch,
    ...leaderTold(partition.leaderId, nodeEndpoints),
    voteGranted,
  };
}
