import { describe, expect, it } from 'vitest';
import { commitOf, sampleOf } from '../../test/sample-of.ts';
import { watchedCluster } from '../../test/watched-cluster.ts';
import type { ClusterTopology } from '../cluster-client/read-topology.ts';
import type { ClusterSample } from '../sampler/cluster-sample.ts';
import { brokerList } from './broker-view.ts';
import { overviewOf } from './cluster-view.ts';

const ends = { orders: [5, 5, 5], __internal: [1] };

/** The healthy sample with some partitions of `orders` changed. */
function withPartitions(
  change: (partition: number) => object,
  rest: Partial<ClusterSample> = {},
): ClusterSample {
  const sample = sampleOf({ at: 10_000, ends, change: rest });
  const orders = sample.metadata.topics.get('orders');
  if (orders === undefined) {
    throw new Error('the sample has the topic');
  }
  const partitions = orders.partitions.map((partition) => ({ ...partition, ...change(partition.partition) }));
  const topics = new Map([...sample.metadata.topics, ['orders', { ...orders, partitions }]]);
  return { ...sample, metadata: { ...sample.metadata, topics } };
}

const conditionsOf = (sample: ClusterSample) => overviewOf(watchedCluster([sample])).conditions;

describe('the overview', () => {
  it('finds nothing wrong with a healthy cluster, and says when it looked', () => {
    expect(overviewOf(watchedCluster([sampleOf({ at: 10_000, ends })]))).toMatchObject({
      conditions: [],
      checkedAt: 10_000,
      counts: { brokers: 1, topics: 1, internalTopics: 1, partitions: 4, groups: 0 },
      totalLag: 0,
    });
  });

  it('has checked nothing before the first sample', () => {
    expect(overviewOf(watchedCluster([]))).toMatchObject({ conditions: [], checkedAt: null, totalLag: null });
  });

  it('puts what is critical first and names the partitions', () => {
    const sample = withPartitions((partition) => {
      return partition === 0 ? { leader: null, isr: [] } : { replicas: [1, 1], isr: [1] };
    });
    expect(conditionsOf(sample)).toEqual([
      {
        kind: 'leaderless-partitions',
        severity: 'critical',
        total: 1,
        partitions: [{ topic: 'orders', partition: 0 }],
      },
      {
        kind: 'under-replicated-partitions',
        severity: 'warning',
        total: 3,
        partitions: [0, 1, 2].map((partition) => ({ topic: 'orders', partition })),
      },
    ]);
  });

  it('puts a group in error before partitions that merely lack a replica', () => {
    const sample = withPartitions(() => ({ replicas: [1, 1], isr: [1] }), {
      offsetEvents: [commitOf(3, 5_000)],
    });
    expect(conditionsOf(sample).map(({ kind }) => kind)).toEqual(['group', 'under-replicated-partitions']);
  });

  it('misses a broker that has replicas and is not listed, and one that does not answer', () => {
    const unreachableBrokers = new Map([[1, '127.0.0.1:9 did not answer in time.']]);
    const sample = withPartitions(() => ({ replicas: [1, 2], isr: [1, 2] }), { unreachableBrokers });
    expect(conditionsOf(sample)).toMatchObject(
      [
        { kind: 'broker-unreachable', brokerId: 1, address: '127.0.0.1:9', message: /in time/ },
        { kind: 'broker-unreachable', brokerId: 2, address: null },
      ].map(({ message: _, ...condition }) => condition),
    );
    expect(brokerList(watchedCluster([sample])).brokers).toMatchObject([
      { id: 1, reachable: false, isController: true, leaders: 4, replicas: 4 },
      { id: 2, reachable: false, isController: false, leaders: 0, replicas: 3, host: '' },
    ]);
  });

  it('tells a cluster without a controller from one that does not say', () => {
    const sample = sampleOf({ at: 10_000, ends });
    const watched = watchedCluster([sample]);
    const partition = { leaderId: null, leaderEpoch: 3, highWatermark: 9, voters: [], observers: [] };
    const notTold = { state: 'not-told', error: 'CLUSTER_AUTHORIZATION_FAILED' } as const;
    const conditionsWith = (change: Partial<ClusterTopology>) => {
      watched.state.applyTopology({ ...watched.state.topology, controllerId: null, ...change }, 11_000);
      return overviewOf(watched).conditions;
    };
    expect(conditionsWith({ quorum: notTold })).toEqual([]);
    expect(conditionsWith({ quorum: { state: 'no-leader', partition } })).toMatchObject([
      { kind: 'no-controller', severity: 'critical' },
    ]);
  });

  it('names each group that is not well, with the worst partition and the rule in words', () => {
    const commits = [
      commitOf(3, 5_000),
      commitOf(1, 1_000, { group: 'idle', topic: 'orders', partition: 2 }),
    ];
    const [first, second, ...rest] = conditionsOf(sampleOf({ at: 10_000, ends, events: commits }));
    expect(rest).toEqual([]);
    expect(first).toMatchObject({ kind: 'group', group: 'idle', verdict: 'ERR', totalLag: 4 });
    expect(second).toMatchObject({ kind: 'group', group: 'g', verdict: 'ERR', totalLag: 2 });
    expect(first).toHaveProperty(
      'explanation',
      'orders-2 STOP: The last commit was 9 s ago, longer than the 0 s that the window of 1 commit spans; 4 records wait.',
    );
  });
});
