import { ErrorCode } from '../../protocol/errors.ts';
import type { EndQuorumEpochRequest, EndQuorumEpochResponse } from '../raft-messages.ts';
import type { RaftState } from '../raft-state.ts';
import { means, type ReplicaKey } from '../replica-key.ts';
import { leaderKnown, type Turn } from '../turn.ts';
import { becomeAware } from './begin-quorum-epoch.ts';
import { claimError, isOfOtherCluster, learnFrom, learnLeader } from './request-checks.ts';

export function answerEndQuorumEpoch(turn: Turn, requestId: number, request: EndQuorumEpochRequest): void {
  if (isOfOtherCluster(turn.state, request)) {
    turn.refuse(requestId, ErrorCode.INCONSISTENT_CLUSTER_ID);
    return;
  }
  const { epoch, leaderId, leaderEndpoints: endpoints } = request;
  let errorCode = claimError(turn.state, { epoch, id: leaderId });
  if (errorCode === ErrorCode.NONE && !learnLeader(turn, { epoch, leaderId, endpoints })) {
    errorCode = ErrorCode.INVALID_REQUEST;
  }
  if (errorCode === ErrorCode.NONE) letLeaderGo(turn, request);
  turn.answer(requestId, { api: 'endQuorumEpoch', errorCode, ...leaderKnown(turn.state) });
}

/** The leader is gone by its own word: the preferred voter stands at once, the others each a little later. */
function letLeaderGo(turn: Turn, { leaderId, preferredCandidates }: EndQuorumEpochRequest): void {
  const { role, leaderId: followed } = turn.state;
  if (role.name !== 'follower' || followed !== leaderId) return;
  const fetchDeadlineMs = turn.nowMs + successionDelayMs(turn.state, preferredCandidates);
  turn.update({ role: { ...role, fetchDeadlineMs, hasFetched: false } });
}

/** None for the first, the longest for the last and for who is not named, each the double of the one before. */
function successionDelayMs({ identity }: RaftState, candidates: readonly ReplicaKey[]): number {
  const { electionBackoffMaxMs } = identity.timing;
  const position = candidates.findIndex((candidate) => means(candidate, identity.self));
  if (position === 0) return 0;
  return position === -1
    ? electionBackoffMaxMs
    : electionBackoffMaxMs / 2 ** (candidates.length - 1 - position);
}

export function takeEndQuorumEpoch(turn: Turn, from: number, response: EndQuorumEpochResponse): void {
  if (learnFrom(turn, response)) becomeAware(turn, from);
}
