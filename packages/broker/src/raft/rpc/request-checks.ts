import { ErrorCode } from '../../protocol/errors.ts';
import type { RaftAnswer, RaftRequest } from '../raft-messages.ts';
import type { RaftState } from '../raft-state.ts';
import type { ReplicaKey } from '../replica-key.ts';
import { means } from '../replica-key.ts';
import { becomeFollower, enterEpoch, type KnownLeader } from '../transitions.ts';
import type { Turn } from '../turn.ts';

/** A request that names no cluster is not checked. */
export function isOfOtherCluster({ identity }: RaftState, { clusterId }: RaftRequest): boolean {
  return clusterId !== null && clusterId !== identity.clusterId;
}

/** What is wrong with a request by which somebody claims to lead, or wants to. */
export function claimError(
  { epoch }: RaftState,
  claim: { readonly epoch: number; readonly id: number },
): number {
  if (claim.epoch < epoch) return ErrorCode.FENCED_LEADER_EPOCH;
  return claim.id < 0 ? ErrorCode.INVALID_REQUEST : ErrorCode.NONE;
}

/** What is wrong with a request that only the leader of that epoch can answer. */
export function leadershipError({ epoch, role }: RaftState, askedEpoch: number): number {
  if (askedEpoch < epoch) return ErrorCode.FENCED_LEADER_EPOCH;
  if (askedEpoch > epoch) return ErrorCode.UNKNOWN_LEADER_EPOCH;
  return role.name === 'leader' ? ErrorCode.NONE : ErrorCode.NOT_LEADER_OR_FOLLOWER;
}

/** Whether a request was meant for this replica, and not for one whose disk is gone (KIP-853). */
export function isMeantForUs({ identity }: RaftState, voter: ReplicaKey | null): boolean {
  return voter === null || means(voter, identity.self);
}

/** False where two nodes are said to lead one epoch, which must not be. */
export function learnLeader(
  turn: Turn,
  { epoch, leaderId, endpoints }: Omit<KnownLeader, 'leaderId'> & { readonly leaderId: number | null },
): boolean {
  const { state } = turn;
  if (epoch < state.epoch) return true;
  if (leaderId === state.identity.self.id) {
    if (epoch > state.epoch) enterEpoch(turn, epoch);
    return true;
  }
  if (epoch > state.epoch) {
    if (leaderId === null) enterEpoch(turn, epoch);
    else becomeFollower(turn, { epoch, leaderId, endpoints });
    return true;
  }
  if (leaderId === null || leaderId === state.leaderId) return true;
  if (state.leaderId !== null) {
    turn.report('two nodes are said to lead one epoch', { epoch, known: state.leaderId, said: leaderId });
    return false;
  }
  becomeFollower(turn, { epoch, leaderId, endpoints });
  return true;
}

/**
 * Takes from an answer what every one of them tells: the epoch and its leader. True where the rest of it is still to
 * be taken, because it is of our epoch and from a node that could serve us.
 */
export function learnFrom(turn: Turn, answer: RaftAnswer): boolean {
  const { epoch, leaderId, leaderEndpoints: endpoints, errorCode } = answer;
  const before = turn.state.epoch;
  learnLeader(turn, { epoch, leaderId, endpoints });
  return epoch === before && errorCode === ErrorCode.NONE;
}
