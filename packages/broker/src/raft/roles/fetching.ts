import type { FetchRequest, FetchSnapshotRequest } from '../raft-messages.ts';
import { endOf, otherVoters, type RaftState } from '../raft-state.ts';
import type { SnapshotProgress } from '../role.ts';
import type { Turn } from '../turn.ts';

const BYTES_MAX = 1024 * 1024;
const WAIT_MS_MAX = 500;

/** Asks for what lies behind this node's log. */
export function fetchRequest(state: RaftState): FetchRequest {
  return {
    api: 'fetch',
    clusterId: state.identity.clusterId,
    replica: replicaOf(state),
    epoch: state.epoch,
    from: endOf(state),
    highWatermark: state.highWatermark,
    // Well within the fetch timeout: an answer without news is a sign of life.
    maxWaitMs: Math.min(WAIT_MS_MAX, Math.floor(state.identity.timing.fetchTimeoutMs / 4)),
    maxBytes: BYTES_MAX,
  };
}

export function fetchSnapshotRequest(
  state: RaftState,
  { id, position }: SnapshotProgress,
): FetchSnapshotRequest {
  return {
    api: 'fetchSnapshot',
    clusterId: state.identity.clusterId,
    replica: replicaOf(state),
    epoch: state.epoch,
    snapshotId: id,
    position,
    maxBytes: BYTES_MAX,
  };
}

function replicaOf({ identity: { self } }: RaftState) {
  return { id: self.id, directoryId: self.directoryId };
}

/** An observer asks one voter after another: whoever does not lead answers with who does. */
export function findLeader(turn: Turn): void {
  if (isAsking(turn)) return;
  const voters = otherVoters(turn.state);
  const first = turn.state.lastRequestId % Math.max(1, voters.length);
  const inTurn = [...voters.slice(first), ...voters.slice(0, first)];
  const ready = inTurn.find(({ id }) => turn.canSendTo(id));
  if (ready !== undefined) turn.send(ready, fetchRequest(turn.state));
}

/** A replica has one question about the log under way, whomever it asks. */
export function isAsking({ state }: Turn): boolean {
  return [...state.peers.values()].some(({ inFlight }) => inFlight !== null);
}
