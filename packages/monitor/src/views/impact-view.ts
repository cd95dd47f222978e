import type { BrokerImpact, PartitionsNamed, TopicPartition } from '@odradek/contract';
import type { QuorumPartition } from '../cluster-client/read-quorum.ts';
import type { ClusterState } from '../sampler/cluster-state.ts';

/** How many partitions an impact names; it counts all. */
const NAMED_MAX = 20;

/** A voter that has not fetched for so long does not count among those that are left. */
const VOTER_SILENCE_MS_MAX = 10_000;

/** What the cluster would lose with a broker, as of the last sample. */
export function impactOfLosing(state: ClusterState, brokerId: number): BrokerImpact {
  const leaderless: TopicPartition[] = [];
  const belowMinIsr: TopicPartition[] = [];
  let leadersToMove = 0;
  let replicas = 0;
  for (const { name: topic, partitions } of state.metadata.topics.values()) {
    const minimum = state.policies.minInsyncReplicas.get(topic) ?? 1;
    for (const { partition, leader, isr, replicas: assigned } of partitions) {
      if (!assigned.includes(brokerId)) continue;
      replicas += 1;
      if (leader === null || !isr.includes(brokerId)) continue;
      const left = isr.filter((id) => id !== brokerId && state.metadata.brokers.has(id)).length;
      if (left === 0) {
        leaderless.push({ topic, partition });
        continue;
      }
      if (leader === brokerId) leadersToMove += 1;
      if (left < minimum && isr.length >= minimum) belowMinIsr.push({ topic, partition });
    }
  }
  return {
    leadersToMove,
    leaderless: named(leaderless),
    belowMinIsr: named(belowMinIsr),
    replicas,
    quorum: quorumImpact(state, brokerId),
  };
}

function named(partitions: readonly TopicPartition[]): PartitionsNamed {
  return { total: partitions.length, partitions: partitions.slice(0, NAMED_MAX) };
}

function quorumImpact(state: ClusterState, brokerId: number): BrokerImpact['quorum'] {
  const { quorum } = state.topology;
  if (!('partition' in quorum) || !quorum.partition.voters.some(({ id }) => id === brokerId)) {
    return null;
  }
  const { voters, leaderId } = quorum.partition;
  const left = voters.filter((voter) => voter.id !== brokerId && isAlive(state, quorum.partition, voter.id));
  return {
    isLeader: leaderId === brokerId,
    voters: voters.length,
    left: left.length,
    majority: Math.floor(voters.length / 2) + 1,
  };
}

/** A voter that is a broker is there when the cluster counts on it; another one when the leader has heard from it. */
function isAlive({ metadata, knownBrokers }: ClusterState, quorum: QuorumPartition, id: number): boolean {
  if (knownBrokers.has(id)) {
    return metadata.brokers.has(id);
  }
  const { voters, leaderId } = quorum;
  const [voter, leader] = [id, leaderId].map((wanted) => voters.find((other) => other.id === wanted));
  if (id === leaderId || leader?.lastFetchAt === undefined || leader.lastFetchAt === null) {
    return id === leaderId || voter?.lastFetchAt !== null;
  }
  return leader.lastFetchAt - (voter?.lastFetchAt ?? 0) < VOTER_SILENCE_MS_MAX;
}
