import { type RaftState, votersOf } from './raft-state.ts';
import type { ReplicaKey } from './replica-key.ts';

/** How far a replica of the metadata log is, as the leader knows it; -1 for what it does not. */
export interface QuorumReplica {
  readonly key: ReplicaKey;
  readonly logEndOffset: number;
  readonly lastFetchMs: number;
  readonly lastCaughtUpMs: number;
}

/** Null on a node that does not lead: only the leader is fetched from. */
export function quorumReplicas(
  state: RaftState,
  nowMs: number,
): { readonly voters: readonly QuorumReplica[]; readonly observers: readonly QuorumReplica[] } | null {
  const { role, log, identity } = state;
  if (role.name !== 'leader') return null;
  const voters = votersOf(state).map((voter): QuorumReplica => {
    if (voter.id === identity.self.id) {
      return { key: voter, logEndOffset: log.endOffset, lastFetchMs: nowMs, lastCaughtUpMs: nowMs };
    }
    const { endOffset = -1, lastFetchMs = -1, lastCaughtUpMs = -1 } = role.followers.get(voter.id) ?? {};
    return { key: voter, logEndOffset: endOffset, lastFetchMs, lastCaughtUpMs };
  });
  const observers = [...role.observers.values()].map(
    ({ key, endOffset, lastFetchMs, lastCaughtUpMs }): QuorumReplica => ({
      key,
      logEndOffset: endOffset,
      lastFetchMs,
      lastCaughtUpMs,
    }),
  );
  return { voters, observers };
}
