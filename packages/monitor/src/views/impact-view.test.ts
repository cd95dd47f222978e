import { describe, expect, it } from 'vitest';
import { topologyOf } from '../../test/sample-of.ts';
import type { PartitionMetadata } from '../cluster-client/cluster-metadata.ts';
import type { QuorumNode } from '../cluster-client/read-quorum.ts';
import { ClusterState } from '../sampler/cluster-state.ts';
import { impactOfLosing } from './impact-view.ts';

const voter = (id: number): QuorumNode => ({
  id,
  directoryId: null,
  endpoints: [],
  logEndOffset: 9,
  lastFetchAt: null,
  lastCaughtUpAt: null,
});

/** Brokers 1, 2 and 3 are voters, those of `up` are there; `t` asks for two in-sync replicas. */
function stateOf(
  partitions: readonly Pick<PartitionMetadata, 'leader' | 'isr'>[],
  up = [1, 2, 3],
): ClusterState {
  const state = new ClusterState();
  const nodes = [1, 2, 3].map((id) => ({ id, host: 'h', port: id, rack: null }));
  const topic = {
    name: 't',
    topicId: null,
    internal: false,
    partitions: partitions.map((some, partition) => ({
      ...{ partition, leaderEpoch: 1, replicas: [1, 2, 3], offlineReplicas: [], adding: [], removing: [] },
      ...{ error: null, ...some },
    })),
  };
  const at = (ids: readonly number[]) =>
    topologyOf(
      {
        clusterId: 'c',
        brokers: new Map(nodes.filter(({ id }) => ids.includes(id)).map((node) => [node.id, node])),
        topics: new Map([['t', topic]]),
      },
      {
        quorum: {
          state: 'known',
          partition: {
            ...{ leaderId: 1, leaderEpoch: 1, highWatermark: 9, observers: [] },
            voters: [1, 2, 3].map(voter),
          },
        },
      },
    );
  state.applyTopology(at([1, 2, 3]), 1);
  state.applyTopology(at(up), 2);
  state.policies = { compacted: new Set(), minInsyncReplicas: new Map([['t', 2]]) };
  return state;
}

describe('impactOfLosing', () => {
  it('tells leaders that move from partitions that lose their last in-sync replica', () => {
    const state = stateOf([
      { leader: 1, isr: [1, 2, 3] },
      { leader: 1, isr: [1] },
      { leader: 2, isr: [1, 2, 3] },
    ]);
    expect(impactOfLosing(state, 1)).toMatchObject({
      leadersToMove: 1,
      leaderless: { total: 1, partitions: [{ topic: 't', partition: 1 }] },
      belowMinIsr: { total: 0 },
      replicas: 3,
      quorum: { isLeader: true, voters: 3, left: 2, majority: 2 },
    });
  });

  it('names partitions that refuse acks=all, not those that do already', () => {
    const state = stateOf([
      { leader: 2, isr: [1, 2, 3] },
      { leader: 2, isr: [1, 2] },
    ]);
    state.policies = { ...state.policies, minInsyncReplicas: new Map([['t', 3]]) };
    expect(impactOfLosing(state, 1).belowMinIsr).toEqual({
      total: 1,
      partitions: [{ topic: 't', partition: 0 }],
    });
  });

  it('does not count on a replica whose broker is gone, nor on a voter', () => {
    const impact = impactOfLosing(stateOf([{ leader: 1, isr: [1, 3] }], [1, 2]), 1);
    expect(impact.leaderless.total).toBe(1);
    expect(impact.quorum).toMatchObject({ left: 1, majority: 2 });
  });
});
