import { describe, expect, it } from 'vitest';
import { topologyOf } from '../../test/sample-of.ts';
import { ClusterState } from '../sampler/cluster-state.ts';
import { TopicPartitionMap } from '../topic-partition-map.ts';
import { planReassignment } from './plan-reassignment.ts';

/** Topic `t`, whose partition n has the size 100 × (n + 1); brokers 1 to 4, in racks if they are given. */
function stateOf(replicas: readonly (readonly number[])[], racks: readonly string[] = []): ClusterState {
  const state = new ClusterState();
  const partitions = replicas.map((ids, partition) => ({
    ...{ partition, leader: ids[0] ?? null, leaderEpoch: 0, replicas: ids, isr: ids, error: null },
    ...{ offlineReplicas: [], adding: [], removing: [] },
  }));
  const brokers = [1, 2, 3, 4].map((id, index) => ({ id, host: 'h', port: id, rack: racks[index] ?? null }));
  const topic = { name: 't', topicId: null, internal: false, partitions };
  state.applyTopology(
    topologyOf({
      clusterId: 'c',
      brokers: new Map(brokers.map((broker) => [broker.id, broker])),
      topics: new Map([['t', topic]]),
    }),
    1,
  );
  const leaders = new TopicPartitionMap<number>();
  for (const index of replicas.keys()) leaders.set('t', index, 100 * (index + 1));
  state.logDirectories = { leaders, brokers: new Map() };
  return state;
}

const goal = { topics: null, partitions: null, brokers: [1, 2, 3, 4], replicationFactor: null };

describe('planReassignment', () => {
  it('says what moves, how much of it is copied, and what each broker has before and after', () => {
    const state = stateOf([
      [1, 2],
      [2, 1],
    ]);
    const outcome = planReassignment(state, { ...goal, brokers: [2, 3] });
    expect(outcome).toMatchObject({
      kind: 'plan',
      plan: {
        partitions: 2,
        replicasToCopy: 2,
        bytesToCopy: 300,
        unknownSizes: 0,
        rackViolations: null,
        moves: [
          { partition: 0, before: [1, 2], after: [3, 2], bytesToCopy: 100 },
          { partition: 1, before: [2, 1], after: [2, 3], bytesToCopy: 200 },
        ],
      },
    });
    expect(outcome.kind === 'plan' && outcome.plan.brokers).toMatchObject([
      { id: 1, replicas: { before: 2, after: 0 }, leaders: { before: 1, after: 0 }, bytesIn: 0 },
      { id: 2, replicas: { before: 2, after: 2 }, leaders: { before: 1, after: 1 }, bytesIn: 0 },
      { id: 3, replicas: { before: 0, after: 2 }, leaders: { before: 0, after: 1 }, bytesIn: 300 },
      { id: 4, replicas: { before: 0, after: 0 }, leaders: { before: 0, after: 0 }, bytesIn: 0 },
    ]);
  });

  it('counts partitions whose replicas share a rack', () => {
    const state = stateOf([[1, 2]], ['a', 'a', 'b', 'b']);
    const outcome = planReassignment(state, { ...goal, brokers: [1, 3], replicationFactor: 2 });
    expect(outcome).toMatchObject({ plan: { rackViolations: { before: 1, after: 0 } } });
  });

  it('says how many sizes it does not know instead of taking them for nothing', () => {
    const state = stateOf([[1]]);
    state.logDirectories = null;
    const outcome = planReassignment(state, { ...goal, replicationFactor: 2 });
    expect(outcome).toMatchObject({
      plan: { bytesToCopy: 0, unknownSizes: 1, replicasToCopy: 1, moves: [{ bytesToCopy: null }] },
    });
  });

  it.each([
    [{ ...goal, topics: ['gone'] }, 'topics', 'No topic is called gone.'],
    [{ ...goal, brokers: [1, 9] }, 'brokers', 'Broker 9 is not part of the cluster at the moment.'],
    [{ ...goal, brokers: [1] }, 'brokers', '2 replicas need 2 brokers; 1 is chosen.'],
    [{ ...goal, replicationFactor: 5 }, 'replicationFactor', '5 replicas need 5 brokers; 4 are chosen.'],
  ])('refuses %o', (asked, field, reason) => {
    expect(planReassignment(stateOf([[1, 2]]), asked)).toEqual({ kind: 'refused', field, reason });
  });
});
