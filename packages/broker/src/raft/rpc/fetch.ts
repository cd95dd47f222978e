import { ErrorCode } from '../../protocol/errors.ts';
import {
  fetchPosition,
  lastEpochOf,
  type OffsetAndEpoch,
  truncatedTo,
  truncationPoint,
  withBatch,
} from '../epoch-log.ts';
import { flushLog } from '../leader-change.ts';
import type { FetchRequest, FetchResponse, LogBatch } from '../raft-messages.ts';
import { isVoter } from '../raft-state.ts';
import type { Follower } from '../role.ts';
import { answerWithRecords, hasNews, raiseHighWatermark } from '../roles/leader.ts';
import type { Turn } from '../turn.ts';
import { fetchAnswer } from './fetch-answer.ts';
import { noteFetch } from './replica-progress.ts';
import { isOfOtherCluster, leadershipError, learnFrom } from './request-checks.ts';

export function answerFetch(turn: Turn, requestId: number, request: FetchRequest): void {
  if (isOfOtherCluster(turn.state, request)) {
    turn.refuse(requestId, ErrorCode.INCONSISTENT_CLUSTER_ID);
    return;
  }
  const errorCode = isImpossible(request)
    ? ErrorCode.INVALID_REQUEST
    : leadershipError(turn.state, request.epoch);
  if (errorCode !== ErrorCode.NONE) {
    turn.answer(requestId, fetchAnswer(turn.state, { errorCode }));
    return;
  }
  const position = fetchPosition(turn.state.log, request.from);
  if (position.kind === 'valid') serve(turn, requestId, request);
  else {
    const diverging = position.kind === 'diverging' ? position.end : null;
    const snapshotId = position.kind === 'snapshot' ? position.id : null;
    turn.answer(requestId, fetchAnswer(turn.state, { errorCode, diverging, snapshotId }));
  }
}

function isImpossible({ maxWaitMs, from, epoch }: FetchRequest): boolean {
  return maxWaitMs < 0 || from.offset < 0 || from.epoch < 0 || from.epoch > epoch;
}

/** By asking from there the follower acknowledges all that is below. It waits while there is nothing to tell it. */
function serve(turn: Turn, requestId: number, request: FetchRequest): void {
  noteFetch(turn, request);
  raiseHighWatermark(turn);
  const { role } = turn.state;
  if (role.name !== 'leader' || request.maxWaitMs === 0 || hasNews(turn.state, request)) {
    answerWithRecords(turn, requestId, request);
    return;
  }
  const waiting = { requestId, request, expiresMs: turn.nowMs + request.maxWaitMs };
  turn.update({ role: { ...role, waitingFetches: [...role.waitingFetches, waiting] } });
}

export function takeFetch(turn: Turn, response: FetchResponse): void {
  if (!learnFrom(turn, response)) return;
  const { role } = turn.state;
  if (role.name !== 'follower' || turn.state.leaderId !== response.leaderId) return;
  hearLeader(turn, role);
  const { diverging, snapshotId } = response;
  if (diverging !== null) truncate(turn, diverging);
  else if (snapshotId !== null) beginSnapshot(turn, snapshotId);
  else if (appendBatches(turn, response.batches)) followHighWatermark(turn, response.highWatermark);
}

/** Every answer of the leader is a sign of life. */
export function hearLeader(turn: Turn, role: Follower): void {
  turn.update({
    role: { ...role, fetchDeadlineMs: turn.fetchDeadline(), hasFetched: true },
    lostElections: 0,
  });
}

/** Never below what is committed: a leader that asks for that has lost what a majority had on disk. */
function truncate(turn: Turn, diverging: OffsetAndEpoch): void {
  const { log, highWatermark, voterSets } = turn.state;
  const offset = truncationPoint(log, diverging);
  if (offset < highWatermark) {
    turn.stop(
      new Error(`the leader asks to cut the metadata log at ${offset}, below ${highWatermark} committed`),
    );
    return;
  }
  turn.update({
    log: truncatedTo(log, offset),
    voterSets: voterSets.filter((set) => set.offset < offset),
  });
  turn.report('cuts its log where it differs from the leader', { offset, end: log.endOffset });
  turn.emit({ kind: 'truncate', offset });
  // A flush that is under way counts for nothing any more.
  if (turn.state.log.flushedOffset < offset) flushLog(turn);
}

/** It takes the place of the whole log, also of a longer one whose end was never committed. */
function beginSnapshot(turn: Turn, id: OffsetAndEpoch): void {
  const { role, log, highWatermark } = turn.state;
  if (id.offset < highWatermark) {
    turn.stop(new Error(`the leader sends a snapshot up to ${id.offset}, below ${highWatermark} committed`));
    return;
  }
  if (role.name !== 'follower' || isBehind(id, { offset: log.endOffset, epoch: lastEpochOf(log) })) return;
  turn.update({ role: { ...role, snapshot: { id, position: 0, isInstalling: false } } });
}

function isBehind(left: OffsetAndEpoch, right: OffsetAndEpoch): boolean {
  return left.epoch < right.epoch || (left.epoch === right.epoch && left.offset <= right.offset);
}

/** False where they do not follow on what is here, as no leader of this epoch would send them. */
function appendBatches(turn: Turn, batches: readonly LogBatch[]): boolean {
  let { log, voterSets } = turn.state;
  for (const batch of batches) {
    const lastEpoch = lastEpochOf(log);
    const follows =
      batch.baseOffset === log.endOffset && batch.epoch >= lastEpoch && batch.epoch <= turn.state.epoch;
    if (!follows) {
      turn.report('was sent records that do not follow on its log', {
        end: log.endOffset,
        sent: batch.baseOffset,
      });
      return false;
    }
    log = withBatch(log, batch);
    if (batch.voters !== null) {
      voterSets = [...voterSets, { offset: batch.lastOffset, voters: batch.voters }];
    }
  }
  if (batches.length === 0) return true;
  turn.update({ log, voterSets });
  turn.emit({ kind: 'appendAsFollower', batches });
  if (isVoter(turn.state)) flushLog(turn);
  return true;
}

function followHighWatermark(turn: Turn, leaderHighWatermark: number): void {
  const { highWatermark, log } = turn.state;
  const known = Math.min(leaderHighWatermark, log.endOffset);
  if (known > highWatermark) turn.update({ highWatermark: known });
}
