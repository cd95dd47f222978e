import { ErrorCode } from '../../protocol/errors.ts';
import type { BeginQuorumEpochRequest, BeginQuorumEpochResponse } from '../raft-messages.ts';
import { leaderKnown, type Turn } from '../turn.ts';
import { claimError, isMeantForUs, isOfOtherCluster, learnFrom, learnLeader } from './request-checks.ts';

export function answerBeginQuorumEpoch(
  turn: Turn,
  requestId: number,
  request: BeginQuorumEpochRequest,
): void {
  if (isOfOtherCluster(turn.state, request)) {
    turn.refuse(requestId, ErrorCode.INCONSISTENT_CLUSTER_ID);
    return;
  }
  const { epoch, leaderId, leaderEndpoints: endpoints, voter } = request;
  let errorCode = claimError(turn.state, { epoch, id: leaderId });
  if (errorCode === ErrorCode.NONE && !learnLeader(turn, { epoch, leaderId, endpoints })) {
    errorCode = ErrorCode.INVALID_REQUEST;
  }
  if (errorCode === ErrorCode.NONE && !isMeantForUs(turn.state, voter)) {
    errorCode = ErrorCode.INVALID_VOTER_KEY;
  }
  turn.answer(requestId, { api: 'beginQuorumEpoch', errorCode, ...leaderKnown(turn.state) });
}

export function takeBeginQuorumEpoch(turn: Turn, from: number, response: BeginQuorumEpochResponse): void {
  if (learnFrom(turn, response)) becomeAware(turn, from);
}

/** The voter knows the epoch, or the leader from whom this one hears that it has one. */
export function becomeAware(turn: Turn, voterId: number): void {
  const { role } = turn.state;
  if (role.name !== 'leader' && role.name !== 'resigned') return;
  turn.update({ role: { ...role, unaware: role.unaware.filter((id) => id !== voterId) } });
}
