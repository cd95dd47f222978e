import type { Quorum, QuorumReplica, QuorumRole } from '@odradek/contract';
import type { QuorumNode, QuorumPartition } from '../cluster-client/read-quorum.ts';
import type { ClusterState } from '../sampler/cluster-state.ts';

/** The metadata quorum as of the last topology. */
export function quorumOf({ topology, topologyAt }: ClusterState): Quorum {
  const { quorum } = topology;
  const partition = 'partition' in quorum ? quorum.partition : null;
  return {
    state: quorum.state,
    error: quorum.state === 'not-told' ? quorum.error : null,
    leaderId: partition?.leaderId ?? null,
    leaderEpoch: partition?.leaderEpoch ?? null,
    highWatermark: partition === null || partition.highWatermark < 0 ? null : partition.highWatermark,
    replicas: partition === null ? [] : replicasOf(partition, topologyAt ?? 0),
    checkedAt: topologyAt,
  };
}

const ranks: readonly QuorumRole[] = ['leader', 'voter', 'observer'];

function replicasOf({ leaderId, voters, observers }: QuorumPartition, at: number): QuorumReplica[] {
  const leader = voters.find(({ id }) => id === leaderId) ?? null;
  // The leader is as caught up as can be: its time is when it answered, by the clock that all other times are by.
  const ahead = at - (leader?.lastCaughtUpAt ?? at);
  const ours = (time: number | null) => (time === null ? null : time + ahead);
  const replicaOf = (node: QuorumNode, role: QuorumRole): QuorumReplica => ({
    ...node,
    endpoints: [...node.endpoints],
    role,
    lag: lagOf(node, leader),
    lastFetchAt: role === 'leader' ? null : ours(node.lastFetchAt),
    lastCaughtUpAt: role === 'leader' ? null : ours(node.lastCaughtUpAt),
  });
  return [
    ...voters.map((voter) => replicaOf(voter, voter.id === leaderId ? 'leader' : 'voter')),
    ...observers.map((observer) => replicaOf(observer, 'observer')),
  ].sort((one, other) => ranks.indexOf(one.role) - ranks.indexOf(other.role) || one.id - other.id);
}

function lagOf({ logEndOffset }: QuorumNode, leader: QuorumNode | null): number | null {
  const end = leader?.logEndOffset ?? null;
  return end === null || logEndOffset === null ? null : Math.max(0, end - logEndOffset);
}
