import { ErrorCode } from '../../protocol/errors.ts';
import { isUpToDate } from '../epoch-log.ts';
import type { VoteRequest, VoteResponse } from '../raft-messages.ts';
import { endOf, isLeaderGone, type RaftState } from '../raft-state.ts';
import type { ReplicaKey } from '../replica-key.ts';
import { enterEpoch, giveVote, standBack } from '../transitions.ts';
import { leaderKnown, type Turn } from '../turn.ts';
import { withVote } from '../votes.ts';
import { claimError, isMeantForUs, isOfOtherCluster, learnFrom } from './request-checks.ts';

/** A higher epoch is entered whoever brings it. The vote is on disk before the answer goes out. */
export function answerVote(turn: Turn, requestId: number, request: VoteRequest): void {
  if (isOfOtherCluster(turn.state, request)) {
    turn.refuse(requestId, ErrorCode.INCONSISTENT_CLUSTER_ID);
    return;
  }
  const { epoch, candidate, voter } = request;
  const error = isImpossible(request)
    ? ErrorCode.INVALID_REQUEST
    : claimError(turn.state, { epoch, id: candidate.id });
  if (error !== ErrorCode.NONE) {
    answer(turn, requestId, { errorCode: error });
    return;
  }
  if (epoch > turn.state.epoch) enterEpoch(turn, epoch);
  if (!isMeantForUs(turn.state, voter)) {
    answer(turn, requestId, { errorCode: ErrorCode.INVALID_VOTER_KEY });
    return;
  }
  const voteGranted = canGrant(turn.state, request);
  if (voteGranted && request.preVote) letStandFirst(turn, request);
  else if (voteGranted && turn.state.votedKey === null) giveVote(turn, candidate);
  answer(turn, requestId, { errorCode: ErrorCode.NONE, voteGranted });
}

/** A log cannot end in an epoch that is yet to be decided. */
function isImpossible({ epoch, last, preVote }: VoteRequest): boolean {
  const isAhead = preVote ? last.epoch > epoch : last.epoch >= epoch;
  return last.offset < 0 || last.epoch < 0 || isAhead;
}

function canGrant(state: RaftState, { candidate, last, preVote }: VoteRequest): boolean {
  const { role, log, leaderId, votedKey } = state;
  const knowsEnough = isUpToDate(log, last);
  switch (role.name) {
    case 'unattached':
    case 'prospective':
      if (preVote) return knowsEnough;
      if (votedKey !== null) return isSame(votedKey, candidate);
      return leaderId === null && knowsEnough;
    case 'candidate':
    case 'resigned':
      return preVote && knowsEnough;
    case 'follower':
      return preVote && knowsEnough && (!role.hasFetched || isLeaderGone(state));
    default:
      return false;
  }
}

function isSame(left: ReplicaKey, right: ReplicaKey): boolean {
  return left.id === right.id && left.directoryId === right.directoryId;
}

function answer(
  turn: Turn,
  requestId: number,
  { errorCode, voteGranted = false }: { errorCode: number; voteGranted?: boolean },
): void {
  turn.answer(requestId, { api: 'vote', errorCode, ...leaderKnown(turn.state), voteGranted });
}

/**
 * Two voters that grant each other's pre-votes both stand, and neither is elected. So whoever has granted one waits for
 * that voter's election, and of two that ask each other at the same time one goes on.
 */
function letStandFirst(turn: Turn, request: VoteRequest): void {
  const { role } = turn.state;
  const untilMs = turn.yieldedUntil();
  switch (role.name) {
    case 'prospective':
      if (goesFirst(turn.state, request)) standBack(turn, untilMs);
      break;
    case 'follower':
      if (isLeaderGone(turn.state) && role.snapshot === null) standBack(turn, untilMs);
      else turn.update({ role: { ...role, fetchDeadlineMs: Math.max(role.fetchDeadlineMs, untilMs) } });
      break;
    case 'unattached':
    case 'candidate':
      turn.update({ role: { ...role, electionDeadlineMs: Math.max(role.electionDeadlineMs, untilMs) } });
      break;
    default:
      break;
  }
}

/** The longer log, then the lower id. */
function goesFirst(state: RaftState, { candidate, last }: VoteRequest): boolean {
  const end = endOf(state);
  const isLonger = last.epoch !== end.epoch || last.offset !== end.offset;
  return isLonger || candidate.id < state.identity.self.id;
}

/** Of the election timeout: after so long a voter that said no to a pre-vote is asked again. */
const ASK_AGAIN_PART = 10;

/** Answers to pre-votes and votes cannot be taken for each other: the change of role forgets the questions. */
export function takeVote(turn: Turn, from: number, response: VoteResponse): void {
  if (!learnFrom(turn, response)) return;
  const { role } = turn.state;
  if (role.name !== 'prospective' && role.name !== 'candidate') return;
  turn.update({ role: { ...role, votes: withVote(role.votes, from, response.voteGranted) } });
  if (!response.voteGranted) {
    const pauseMs = turn.state.identity.timing.electionTimeoutMs / ASK_AGAIN_PART;
    turn.release(from, { pauseMs });
  }
}
