import type { Broker, BrokerList, BrokerProcess, BrokerStatus, QuorumRole } from '@odradek/contract';
import type { QuorumDescription } from '../cluster-client/read-quorum.ts';
import type { ClusterSampler } from '../sampler/cluster-sampler.ts';
import type { ClusterState } from '../sampler/cluster-state.ts';

/** The brokers of a cluster, with those that are registered, supervised or named by replicas and are not there. */
export function brokerList({ state, managed }: Pick<ClusterSampler, 'state' | 'managed'>): BrokerList {
  const processes = new Map(
    managed?.brokers.map(({ id, state, pid, reason }) => [id, { state, pid, reason }]) ?? [],
  );
  const ids = new Set([
    ...state.metadata.brokers.keys(),
    ...(state.topology.fenced?.keys() ?? []),
    ...state.tallies.keys(),
    ...processes.keys(),
  ]);
  const brokers = [...ids]
    .sort((one, other) => one - other)
    .map((id) => brokerOf(state, id, processes.get(id) ?? null));
  return { brokers, checkedAt: state.topologyAt };
}

/** Ids that replicas name and the cluster does not count on. */
export function missingBrokers({ metadata, tallies }: ClusterState): number[] {
  return [...tallies]
    .filter(([id, { replicas }]) => replicas > 0 && !metadata.brokers.has(id))
    .map(([id]) => id)
    .sort((one, other) => one - other);
}

const nothing = { leaders: 0, preferredLeaders: 0, replicas: 0, outOfSync: 0 };

function brokerOf(state: ClusterState, id: number, process: BrokerProcess | null): Broker {
  const known = state.knownBrokers.get(id);
  const status = brokerStatusOf(state, id);
  const directories = state.logDirectories?.brokers.get(id) ?? null;
  return {
    id,
    host: known?.host ?? '',
    port: known?.port ?? 0,
    rack: known?.rack ?? null,
    isController: state.topology.controllerId === id,
    quorumRole: quorumRoleOf(state.topology.quorum, id),
    status,
    reachable: status === 'up',
    reason: status === 'silent' ? (state.unreachableBrokers.get(id)?.message ?? null) : reasons[status],
    ...(state.tallies.get(id) ?? nothing),
    sizeBytes: directories?.reduce((total, { sizeBytes }) => total + sizeBytes, 0) ?? null,
    logDirectories: directories === null ? null : [...directories],
    process,
  };
}

const reasons: Readonly<Record<Exclude<BrokerStatus, 'silent'>, string | null>> = {
  up: null,
  fenced: 'Registered, but without heartbeats that the controller accepts.',
  absent: 'Not part of the cluster at the moment.',
};

function brokerStatusOf({ metadata, unreachableBrokers, topology }: ClusterState, id: number): BrokerStatus {
  if (metadata.brokers.has(id)) {
    return unreachableBrokers.has(id) ? 'silent' : 'up';
  }
  return topology.fenced?.has(id) === true ? 'fenced' : 'absent';
}

function quorumRoleOf(quorum: QuorumDescription, id: number): QuorumRole | null {
  if (!('partition' in quorum)) {
    return null;
  }
  const { leaderId, voters, observers } = quorum.partition;
  if (leaderId === id) {
    return 'leader';
  }
  if (voters.some((voter) => voter.id === id)) {
    return 'voter';
  }
  return observers.some((observer) => observer.id === id) ? 'observer' : null;
}
