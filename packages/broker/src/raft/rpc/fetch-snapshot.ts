import { ErrorCode } from '../../protocol/errors.ts';
import type { FetchSnapshotRequest, FetchSnapshotResponse } from '../raft-messages.ts';
import { type RaftState, snapshotAt } from '../raft-state.ts';
import { leaderKnown, type Turn } from '../turn.ts';
import { hearLeader } from './fetch.ts';
import { noteSignOfLife } from './replica-progress.ts';
import { isOfOtherCluster, leadershipError, learnFrom } from './request-checks.ts';

const NO_BYTES = new Uint8Array(0);

export function answerFetchSnapshot(turn: Turn, requestId: number, request: FetchSnapshotRequest): void {
  if (isOfOtherCluster(turn.state, request)) {
    turn.refuse(requestId, ErrorCode.INCONSISTENT_CLUSTER_ID);
    return;
  }
  const { snapshotId, position, maxBytes, replica } = request;
  const errorCode = errorOf(turn.state, request);
  const sizeInBytes = snapshotAt(turn.state, snapshotId)?.sizeInBytes ?? 0;
  const isServed = errorCode === ErrorCode.NONE;
  const response: FetchSnapshotResponse = {
    api: 'fetchSnapshot',
    errorCode,
    ...leaderKnown(turn.state),
    snapshotId: isServed ? snapshotId : null,
    sizeInBytes: isServed ? sizeInBytes : 0,
    position: isServed ? position : 0,
    bytes: NO_BYTES,
  };
  if (!isServed) {
    turn.answer(requestId, response);
    return;
  }
  noteSignOfLife(turn, replica);
  turn.emit({ kind: 'replyWithSnapshot', requestId, response, maxBytes });
}

function errorOf(state: RaftState, { epoch, snapshotId, position }: FetchSnapshotRequest): number {
  const error = leadershipError(state, epoch);
  if (error !== ErrorCode.NONE) return error;
  const snapshot = snapshotAt(state, snapshotId);
  if (snapshot === null) return ErrorCode.SNAPSHOT_NOT_FOUND;
  const isInside = position >= 0 && position < snapshot.sizeInBytes;
  return isInside ? ErrorCode.NONE : ErrorCode.POSITION_OUT_OF_RANGE;
}

export function takeFetchSnapshot(turn: Turn, response: FetchSnapshotResponse): void {
  const isServed = learnFrom(turn, response);
  const { role, epoch, leaderId } = turn.state;
  if (role.name !== 'follower' || role.snapshot === null || role.snapshot.isInstalling) return;
  if (response.epoch !== epoch || response.leaderId !== leaderId) return;
  hearLeader(turn, role);
  if (!isServed || response.bytes.length === 0) startOver(turn);
  else storeChunk(turn, response);
}

/** The leader has a newer snapshot, or none: the next fetch tells which. */
function startOver(turn: Turn): void {
  const { role } = turn.state;
  if (role.name === 'follower') turn.update({ role: { ...role, snapshot: null } });
}

function storeChunk(turn: Turn, { snapshotId, position, bytes, sizeInBytes }: FetchSnapshotResponse): void {
  const { role } = turn.state;
  if (role.name !== 'follower' || role.snapshot === null) return;
  const { id, position: expected } = role.snapshot;
  const isNext = snapshotId?.offset === id.offset && snapshotId.epoch === id.epoch && position === expected;
  if (!isNext) {
    startOver(turn);
    return;
  }
  turn.emit({ kind: 'storeSnapshotChunk', id, position, bytes });
  const end = position + bytes.length;
  const isInstalling = end >= sizeInBytes;
  turn.update({ role: { ...role, snapshot: { id, position: end, isInstalling } } });
  if (isInstalling) turn.emit({ kind: 'installSnapshot', id });
}
