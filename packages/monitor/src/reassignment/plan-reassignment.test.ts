import { describe, expect, it } from 'vitest';
import type { ClusterMetadata } from '../cluster-client/cluster-metadata.ts';
import { TopicPartitionMap } from '../topic-partition-map.ts';
import { planReassignment } from './plan-reassignment.ts';

/** Topic `t`; brokers 1 to 4, in racks if they are given. */
function metadataOf(
  replicas: readonly (readonly number[])[],
  racks: readonly string[] = [],
): ClusterMetadata {
  const partitions = replicas.map((ids, partition) => ({
    ...{ partition, leader: ids[0] ?? null, leaderEpoch: 0, replicas: ids, isr: ids, error: null },
    ...{ offlineReplicas: [], adding: [], removing: [] },
  }));
  const brokers = [1, 2, 3, 4].map((id, index) => ({ id, host: 'h', port: id, rack: racks[index] ?? null }));
  const topic = { name: 't', topicId: null, internal: false, partitions };
  return {
    clusterId: 'c',
    brokers: new Map(brokers.map((broker) => [broker.id, broker])),
    topics: new Map([['t', topic]]),
  };
}

/** Partition n has the size 100 × (n + 1). */
function sizes(): TopicPartitionMap<number> {
  const leaders = new TopicPartitionMap<number>();
  for (const index of [0, 1, 2]) leaders.set('t', index, 100 * (index + 1));
  return leaders;
}

const goal = { topics: null, partitions: null, brokers: [1, 2, 3, 4], replicationFactor: null };

describe('planReassignment', () => {
  it('says what moves, how much of it is copied, and what each broker has before and after', () => {
    const metadata = metadataOf([
      [1, 2],
      [2, 1],
    ]);
    const outcome = planReassignment(metadata, { ...goal, brokers: [2, 3] }, sizes());
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
    const metadata = metadataOf([[1, 2]], ['a', 'a', 'b', 'b']);
    const outcome = planReassignment(metadata, { ...goal, brokers: [1, 3], replicationFactor: 2 }, sizes());
    expect(outcome).toMatchObject({ plan: { rackViolations: { before: 1, after: 0 } } });
  });

  it('says how many sizes it does not know instead of taking them for nothing', () => {
    const unknown = new TopicPartitionMap<number>();
    const outcome = planReassignment(metadataOf([[1]]), { ...goal, replicationFactor: 2 }, unknown);
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
    expect(planReassignment(metadataOf([[1, 2]]), asked, sizes())).toEqual({
      kind: 'refused',
      field,
      reason,
    });
  });
});
