import type { FetchRequest, FetchSnapshotRequest } from '../raft-messages.ts';
import { endOf, otherVoters, type RaftState } from '../raft-state.ts';
import type { SnapshotProgress } from '../role.ts';
import type { Turn } from '../turn.ts';
import type { VoterNode } from '../voter-set.ts';

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

/** An observer asks one node after another: whoever does not lead answers with who does. */
export function findLeader(turn: Turn): void {
  if (isAsking(turn)) return;
  const known = [...otherVoters(turn.state), ...bootstrapNodes(turn.state)];
  const first = turn.state.lastRequestId % Math.max(1, known.length);
  const inTurn = [...known.slice(first), ...known.slice(0, first)];
  const ready = inTurn.find(({ id }) => turn.canSendTo(id));
  if (ready !== undefined) turn.send(ready, fetchRequest(turn.state));
}

/** They are told apart by ids that no node has; nobody asks itself. */
function bootstrapNodes({ identity: { bootstrapServers, self } }: RaftState): readonly AskedNode[] {
  return bootstrapServers.flatMap(({ host, port }, index) =>
    self.endpoints.some((own) => own.host === host && own.port === port)
      ? []
      : [{ id: FIRST_BOOTSTRAP_ID - index, endpoints: [{ name: '', host, port }] }],
  );
}

type AskedNode = Pick<VoterNode, 'id' | 'endpoints'>;

const FIRST_BOOTSTRAP_ID = -2;

/** A replica has one question about the log under way, whomever it asks. */
export function isAsking({ state }: Turn): boolean {
  return [...state.peers.values()].some(({ inFlight }) => inFlight !== null);
}
