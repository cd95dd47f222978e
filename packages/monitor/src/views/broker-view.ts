import type { Broker, BrokerList } from '@odradek/contract';
import type { ClusterState } from '../sampler/cluster-state.ts';
import { missingBrokers } from './cluster-view.ts';

/** The brokers of a cluster, with those that replicas name and that are not there. */
export function brokerList(state: ClusterState): BrokerList {
  const ids = new Set([...state.metadata.brokers.keys(), ...missingBrokers(state)]);
  const partitions = [...state.metadata.topics.values()].flatMap((topic) => topic.partitions);
  const brokers = [...ids]
    .sort((one, other) => one - other)
    .map((id): Broker => {
      const known = state.knownBrokers.get(id);
      const assigned = partitions.filter(({ replicas }) => replicas.includes(id));
      const isListed = state.metadata.brokers.has(id);
      const silence = state.unreachableBrokers.get(id)?.message ?? null;
      return {
        id,
        host: known?.host ?? '',
        port: known?.port ?? 0,
        rack: known?.rack ?? null,
        isController: state.metadata.controllerId === id,
        reachable: isListed && silence === null,
        reason: isListed ? silence : 'It has replicas but is not part of the cluster at the moment.',
        leaders: assigned.filter(({ leader }) => leader === id).length,
        replicas: assigned.length,
        outOfSync: assigned.filter(({ isr }) => !isr.includes(id)).length,
        sizeBytes: state.sizes?.brokers.get(id) ?? null,
      };
    });
  return { brokers, checkedAt: state.checkedAt };
}
