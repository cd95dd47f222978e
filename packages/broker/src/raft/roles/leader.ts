import { ErrorCode } from '../../protocol/errors.ts';
import { isAtDisk } from '../disk-pace.ts';
import type { FetchRequest } from '../raft-messages.ts';
import { otherVoters, type RaftState, votersOf } from '../raft-state.ts';
import type { Leader, WaitingFetch } from '../role.ts';
import { fetchAnswer } from '../rpc/fetch-answer.ts';
import { becomeResigned } from '../transitions.ts';
import type { Turn } from '../turn.ts';
import { majorityOf } from '../voter-set.ts';

export function stayLeader(turn: Turn, role: Leader): void {
  const lateMs = turn.nowMs - role.checkQuorumDeadlineMs;
  if (lateMs >= 0 && !isAtDisk(turn.state, lateMs)) {
    turn.report('resigns: for too long no majority of the voters has fetched', { epoch: turn.state.epoch });
    becomeResigned(turn, role);
    return;
  }
  if (turn.nowMs >= role.beginEpochDueMs) noteUnaware(turn, role);
  tellUnaware(turn);
  answerWaiting(turn, ({ expiresMs }) => expiresMs <= turn.nowMs);
}

/** A voter that does not fetch may not know who leads, or may have forgotten: it is told again and again. */
function noteUnaware(turn: Turn, role: Leader): void {
  const intervalMs = turn.state.identity.timing.fetchTimeoutMs / 2;
  const unaware = [...role.followers.values()]
    .filter(({ key, lastFetchMs }) => role.unaware.includes(key.id) || lastFetchMs + intervalMs <= turn.nowMs)
    .map(({ key }) => key.id);
  turn.update({ role: { ...role, unaware, beginEpochDueMs: turn.nowMs + intervalMs } });
}

function tellUnaware(turn: Turn): void {
  const { identity, epoch, role } = turn.state;
  if (role.name !== 'leader' || role.unaware.length === 0) return;
  for (const voter of otherVoters(turn.state)) {
    if (!role.unaware.includes(voter.id)) continue;
    turn.send(voter, {
      api: 'beginQuorumEpoch',
      clusterId: identity.clusterId,
      voter: { id: voter.id, directoryId: voter.directoryId },
      epoch,
      leaderId: identity.self.id,
      leaderEndpoints: identity.self.endpoints,
    });
  }
}

/** Moves it to what a majority has on disk, and only with a record of this leader's own epoch (Raft §5.4.2). */
export function raiseHighWatermark(turn: Turn): void {
  const { role, log, highWatermark } = turn.state;
  if (role.name !== 'leader') return;
  const ends = [...role.followers.values()].map(({ endOffset }) => endOffset);
  const descending = [log.flushedOffset, ...ends].sort((left, right) => right - left);
  const onMajority = descending[majorityOf(votersOf(turn.state)) - 1] ?? -1;
  if (onMajority <= role.epochStartOffset || onMajority <= highWatermark) return;
  turn.update({ highWatermark: onMajority });
  answerServedFetches(turn);
}

/** Answers the fetches that have something to hear of: records behind their offset, or a higher watermark. */
export function answerServedFetches(turn: Turn): void {
  answerWaiting(turn, ({ request }) => hasNews(turn.state, request));
}

export function hasNews({ log, highWatermark }: RaftState, request: FetchRequest): boolean {
  const knowsLess = request.highWatermark !== null && request.highWatermark < highWatermark;
  return log.endOffset > request.from.offset || knowsLess;
}

function answerWaiting(turn: Turn, isDue: (waiting: WaitingFetch) => boolean): void {
  const { role } = turn.state;
  if (role.name !== 'leader') return;
  const due = role.waitingFetches.filter(isDue);
  if (due.length === 0) return;
  turn.update({ role: { ...role, waitingFetches: role.waitingFetches.filter((one) => !due.includes(one)) } });
  for (const { requestId, request } of due) answerWithRecords(turn, requestId, request);
}

export function answerWithRecords(turn: Turn, requestId: number, request: FetchRequest): void {
  turn.emit({
    kind: 'replyWithRecords',
    requestId,
    response: fetchAnswer(turn.state, { errorCode: ErrorCode.NONE }),
    fromOffset: request.from.offset,
    maxBytes: request.maxBytes,
  });
}

/** Whoever waited at a leader that is one no longer is sent on. */
export function turnAway(turn: Turn): void {
  for (const { requestId } of turn.turnedAway) {
    turn.answer(requestId, fetchAnswer(turn.state, { errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER }));
  }
}
