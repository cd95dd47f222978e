import { ErrorCode } from '../protocol/errors.ts';
import { noteDiskTime } from './disk-pace.ts';
import { restartedAt, trimmedTo, withBatch } from './epoch-log.ts';
import { flushLog } from './leader-change.ts';
import { loadState } from './loaded-state.ts';
import type { Moment, RaftEffect, RaftEvent } from './raft-event.ts';
import type { RaftRequest, RaftResponse } from './raft-messages.ts';
import { hardStateOf, type RaftState } from './raft-state.ts';
import { deadlinesOf } from './role.ts';
import { hearAgain, stayFollower } from './roles/follower.ts';
import { answerServedFetches, raiseHighWatermark, stayLeader, turnAway } from './roles/leader.ts';
import { stayCandidate, stayProspective } from './roles/nominee.ts';
import { stayResigned } from './roles/resigned.ts';
import { stayUnattached } from './roles/unattached.ts';
import { answerBeginQuorumEpoch, takeBeginQuorumEpoch } from './rpc/begin-quorum-epoch.ts';
import { answerEndQuorumEpoch, takeEndQuorumEpoch } from './rpc/end-quorum-epoch.ts';
import { answerFetch, takeFetch } from './rpc/fetch.ts';
import { answerFetchSnapshot, takeFetchSnapshot } from './rpc/fetch-snapshot.ts';
import { answerVote, takeVote } from './rpc/vote.ts';
import { becomeResigned } from './transitions.ts';
import { Turn } from './turn.ts';

export interface RaftStep {
  readonly state: RaftState;
  readonly effects: readonly RaftEffect[];
}

/**
 * The state after an event and what is to be done for it, in order. First comes, where it changed, what must never be
 * forgotten (epoch, vote, leader): nothing that rests on it may leave the node before it is on disk.
 */
export function raftStep(state: RaftState, event: RaftEvent, moment: Moment): RaftStep {
  const turn = new Turn(state, moment);
  if (state.role.name === 'stopped') refuseWhenStopped(turn, event);
  else if (state.role.name === 'loading' && event.kind !== 'loaded' && event.kind !== 'failed') {
    refuseWhenStopped(turn, event);
  } else {
    take(turn, event);
    goOn(turn);
  }
  sayWhatChanged(turn, state);
  return { state: turn.state, effects: turn.effects };
}

function take(turn: Turn, event: RaftEvent): void {
  switch (event.kind) {
    case 'loaded':
      loadState(turn, event.found);
      break;
    case 'time':
      break;
    case 'request':
      answerRequest(turn, event.requestId, event.request);
      break;
    case 'response':
      if (!turn.takesAnswer(event.from, event.requestId)) break;
      turn.release(event.from, { pauseMs: pauseAfter(turn.state, event.response) });
      takeResponse(turn, event.from, event.response);
      break;
    case 'unanswered':
      if (turn.takesAnswer(event.from, event.requestId)) turn.giveUpOn(event.from);
      break;
    case 'append':
      append(turn, event);
      break;
    case 'flushed':
      noteDiskTime(turn, event.tookMs);
      noteFlush(turn, event);
      break;
    case 'stored':
      noteDiskTime(turn, event.tookMs);
      break;
    case 'snapshotInstalled':
      startBehindSnapshot(turn, event);
      break;
    case 'snapshotTaken':
      turn.update({
        log: { ...turn.state.log, snapshots: [...turn.state.log.snapshots, event.snapshot] },
      });
      break;
    case 'logTrimmed':
      turn.update({ log: trimmedTo(turn.state.log, event.startOffset) });
      break;
    case 'resign':
      if (turn.state.role.name === 'leader') becomeResigned(turn, turn.state.role);
      break;
    case 'failed':
      turn.stop(event.reason);
      break;
  }
}

function answerRequest(turn: Turn, requestId: number, request: RaftRequest): void {
  switch (request.api) {
    case 'vote':
      answerVote(turn, requestId, request);
      break;
    case 'beginQuorumEpoch':
      answerBeginQuorumEpoch(turn, requestId, request);
      break;
    case 'endQuorumEpoch':
      answerEndQuorumEpoch(turn, requestId, request);
      break;
    case 'fetch':
      answerFetch(turn, requestId, request);
      break;
    case 'fetchSnapshot':
      answerFetchSnapshot(turn, requestId, request);
      break;
  }
}

/** Whoever answers with an error is not asked again at once; who refuses on principle, not for long. */
function pauseAfter({ identity }: RaftState, response: RaftResponse): number {
  const { retryBackoffMs, requestTimeoutMs } = identity.timing;
  if (response.errorCode === ErrorCode.NONE) return 0;
  return isOnPrinciple(response) ? requestTimeoutMs : retryBackoffMs;
}

function isOnPrinciple({ api, errorCode }: RaftResponse): boolean {
  return api === 'refused' && errorCode !== ErrorCode.BROKER_NOT_AVAILABLE;
}

function takeResponse(turn: Turn, from: number, response: RaftResponse): void {
  switch (response.api) {
    case 'vote':
      takeVote(turn, from, response);
      break;
    case 'beginQuorumEpoch':
      takeBeginQuorumEpoch(turn, from, response);
      break;
    case 'endQuorumEpoch':
      takeEndQuorumEpoch(turn, from, response);
      break;
    case 'fetch':
      takeFetch(turn, response);
      break;
    case 'fetchSnapshot':
      takeFetchSnapshot(turn, response);
      break;
    case 'refused':
      if (isOnPrinciple(response))
        turn.report('a node refused a request of the quorum', { node: from, errorCode: response.errorCode });
  }
}

function append(turn: Turn, { bytes, count }: Extract<RaftEvent, { kind: 'append' }>): void {
  const { role, log, epoch } = turn.state;
  if (role.name !== 'leader') return;
  const baseOffset = log.endOffset;
  turn.update({ log: withBatch(log, { lastOffset: baseOffset + count - 1, epoch }) });
  turn.emit({ kind: 'append', baseOffset, epoch, count, bytes });
  flushLog(turn);
  answerServedFetches(turn);
}

function noteFlush(turn: Turn, { endOffset, truncations }: Extract<RaftEvent, { kind: 'flushed' }>): void {
  const { log } = turn.state;
  if (truncations !== log.truncations || endOffset <= log.flushedOffset) return;
  turn.update({ log: { ...log, flushedOffset: endOffset } });
  raiseHighWatermark(turn);
  if (turn.state.role.name === 'follower') hearAgain(turn, turn.state.role);
}

/** What a snapshot holds is committed. The voters are those that it names. */
function startBehindSnapshot(
  turn: Turn,
  { snapshot, voters }: Extract<RaftEvent, { kind: 'snapshotInstalled' }>,
): void {
  const { role, log, highWatermark, voterSets } = turn.state;
  turn.update({
    log: restartedAt(log, snapshot),
    highWatermark: Math.max(highWatermark, snapshot.offset),
    voterSets: voters === null ? voterSets : [{ offset: snapshot.offset - 1, voters }],
    ...(role.name === 'follower' && { role: { ...role, snapshot: null } }),
  });
}

function refuseWhenStopped(turn: Turn, event: RaftEvent): void {
  if (event.kind === 'request') turn.refuse(event.requestId, ErrorCode.BROKER_NOT_AVAILABLE);
}

/** Does what is due in the role; one that ends may lead to another that ends at once, as for a voter that is alone. */
function goOn(turn: Turn): void {
  giveUpExpired(turn);
  for (;;) {
    const { role, epoch } = turn.state;
    stay(turn);
    if (turn.state.role.name === role.name && turn.state.epoch === epoch) return;
  }
}

/** What was not answered in time is given up; the answer, should it still come, is not taken. */
function giveUpExpired(turn: Turn): void {
  for (const [id, { inFlight }] of turn.state.peers) {
    if (inFlight !== null && inFlight.expiresMs <= turn.nowMs) turn.giveUpOn(id);
  }
}

function stay(turn: Turn): void {
  const { role } = turn.state;
  switch (role.name) {
    case 'unattached':
      stayUnattached(turn, role);
      break;
    case 'prospective':
      stayProspective(turn, role);
      break;
    case 'candidate':
      stayCandidate(turn, role);
      break;
    case 'follower':
      stayFollower(turn, role);
      break;
    case 'leader':
      stayLeader(turn, role);
      break;
    case 'resigned':
      stayResigned(turn, role);
      break;
    case 'loading':
    case 'stopped':
      break;
  }
}

function sayWhatChanged(turn: Turn, before: RaftState): void {
  turnAway(turn);
  const { state } = turn;
  const hard = hardStateOf(state);
  const isKept = JSON.stringify(hard) === JSON.stringify(hardStateOf(before));
  if (!isKept && state.role.name !== 'stopped') turn.emitFirst({ kind: 'persist', state: hard });
  if (state.highWatermark > before.highWatermark) {
    turn.emit({ kind: 'committed', highWatermark: state.highWatermark });
  }
  const { epoch, leaderId } = state;
  const isSelf = state.role.name === 'leader';
  const wasSelf = before.role.name === 'leader';
  if (epoch !== before.epoch || leaderId !== before.leaderId || isSelf !== wasSelf) {
    turn.emit({ kind: 'leaderChanged', epoch, leaderId, isSelf });
  }
}

/** When the state that a step at `nowMs` left wants to hear of the time; Infinity when nothing comes by itself. */
export function nextWakeMs({ role, peers }: RaftState, nowMs: number): number {
  const waits = [...peers.values()].map(({ inFlight, notBeforeMs }) => inFlight?.expiresMs ?? notBeforeMs);
  return Math.min(...[...deadlinesOf(role), ...waits].filter((ms) => ms > nowMs));
}
