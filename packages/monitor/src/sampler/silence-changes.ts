import type { ClusterChange } from '@odradek/contract';
import type { ClusterState } from './cluster-state.ts';

/** Which of the brokers the cluster counts on fell silent, or answer again, since `before`. */
export function silenceChanges(
  before: ClusterState['unreachableBrokers'],
  { unreachableBrokers, metadata }: Pick<ClusterState, 'unreachableBrokers' | 'metadata'>,
): ClusterChange[] {
  const isListed = (id: number) => metadata.brokers.has(id);
  const silent = [...unreachableBrokers]
    .filter(([id]) => !before.has(id) && isListed(id))
    .map(([brokerId, { message }]) => ({ kind: 'broker-silent' as const, brokerId, message }));
  const answering = [...before.keys()]
    .filter((id) => !unreachableBrokers.has(id) && isListed(id))
    .map((brokerId) => ({ kind: 'broker-answers' as const, brokerId }));
  return [...silent, ...answering];
}
