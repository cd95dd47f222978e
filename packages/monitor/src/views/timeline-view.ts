import type { GroupTimeline } from '@odradek/contract';
import type { ClusterSampler } from '../sampler/cluster-sampler.ts';

/** What is known of a group's rebalances; empty for a group that nothing has been seen of. */
export function timelineOf({ state }: ClusterSampler, group: string): GroupTimeline {
  const known = state.timelines.of(group);
  return {
    source: state.timelines.source,
    since: known?.since ?? null,
    rebalances: known?.watch.rebalances.toReversed() ?? [],
    checkedAt: state.checkedAt,
  };
}
