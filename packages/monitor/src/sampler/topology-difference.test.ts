import { describe, expect, it } from 'vitest';
import { topologyOf } from '../../test/sample-of.ts';
import type { ClusterMetadata, PartitionMetadata } from '../cluster-client/cluster-metadata.ts';
import type { ClusterTopology } from '../cluster-client/read-topology.ts';
import { topologyDifference } from './topology-difference.ts';

const healthy: Omit<PartitionMetadata, 'partition'> = {
  leader: 1,
  leaderEpoch: 4,
  replicas: [1, 2, 3],
  isr: [1, 2, 3],
  offlineReplicas: [],
  adding: [],
  removing: [],
  error: null,
};

const brokersUp = (...ids: number[]): ClusterMetadata['brokers'] =>
  new Map(ids.map((id) => [id, { id, host: '127.0.0.1', port: 9090 + id, rack: null }]));

/** Topic `t` with these partitions, healthy but for what is said. */
function cluster(
  partitions: readonly Partial<PartitionMetadata>[],
  {
    up = [1, 2, 3],
    topicId = 't-id',
    ...change
  }: Partial<ClusterTopology> & { up?: number[]; topicId?: string } = {},
): ClusterTopology {
  const topic = {
    name: 't',
    topicId,
    internal: false,
    partitions: partitions.map((some, partition) => ({ ...healthy, ...some, partition })),
  };
  return topologyOf({ clusterId: 'c', brokers: brokersUp(...up), topics: new Map([['t', topic]]) }, change);
}

const difference = (before: ClusterTopology, after: ClusterTopology) => topologyDifference(before, after);
const named = (...partitions: number[]) => ({
  total: partitions.length,
  partitions: partitions.map((partition) => ({ topic: 't', partition })),
});

describe('topologyDifference', () => {
  it('finds nothing where nothing changed', () => {
    const same = () => cluster([{}, { leader: null, isr: [] }]);
    expect(difference(same(), same())).toEqual({ changed: [], removed: [], changes: [] });
  });

  it('tells the end of a broker as a person would: the broker, the leaders that moved, the ISR that shrank', () => {
    const after = cluster(
      [
        { leader: 2, leaderEpoch: 5, isr: [2, 3] },
        { leader: 2, leaderEpoch: 7, isr: [2, 3] },
        { leader: 3, isr: [2, 3] },
      ],
      { up: [2, 3], fenced: brokersUp(1), controllerId: 2 },
    );
    const { changes, changed } = difference(cluster([{}, {}, { leader: 3 }]), after);
    expect(changes).toEqual([
      { kind: 'broker-down', brokerId: 1, isFenced: true },
      { kind: 'controller-moved', from: 1, to: 2, epoch: 1 },
      { kind: 'leader-moved', from: 1, to: 2, partitions: named(0, 1), leaderEpoch: 7 },
      { kind: 'isr-shrunk', brokers: [1], partitions: named(0, 1, 2) },
    ]);
    expect(changed).toHaveLength(3);
  });

  it('tells its return', () => {
    const { changes } = difference(cluster([{ isr: [2, 3] }], { up: [2, 3] }), cluster([{}]));
    expect(changes).toEqual([
      { kind: 'broker-up', brokerId: 1, address: '127.0.0.1:9091' },
      { kind: 'isr-expanded', brokers: [1], partitions: named(0) },
    ]);
  });

  it('names a lost leader, and one that was elected again', () => {
    const { changes } = difference(
      cluster([{}, {}]),
      cluster([{ leader: null, leaderEpoch: 5 }, { leaderEpoch: 6 }]),
    );
    expect(changes).toMatchObject([
      { kind: 'leader-moved', from: 1, to: null, leaderEpoch: 5 },
      { kind: 'leader-moved', from: 1, to: 1, leaderEpoch: 6 },
    ]);
  });

  it('counts all partitions of a change and names the first twenty', () => {
    const { changes } = difference(
      cluster(Array.from({ length: 100 }, () => ({}))),
      cluster(Array.from({ length: 100 }, () => ({ isr: [1, 2] }))),
    );
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({ kind: 'isr-shrunk', partitions: { total: 100 } });
    expect(changes[0]).toHaveProperty('partitions.partitions.length', 20);
  });

  it('keeps apart what happened to different brokers', () => {
    const { changes } = difference(cluster([{}, {}]), cluster([{ isr: [1, 2] }, { isr: [1] }]));
    expect(changes.map((change) => 'brokers' in change && change.brokers)).toEqual([[3], [2, 3]]);
  });

  describe('of a reassignment', () => {
    const moving = { replicas: [4, 2, 3, 1], isr: [1, 2, 3], adding: [4], removing: [1] };

    it('tells the beginning', () => {
      expect(difference(cluster([{}]), cluster([moving])).changes).toEqual([
        { kind: 'reassignment-began', adding: [4], removing: [1], partitions: named(0) },
      ]);
    });

    it('tells the end, and the replica that is in sync', () => {
      const ended = { replicas: [4, 2, 3], isr: [2, 3, 4], leader: 4, leaderEpoch: 5 };
      expect(difference(cluster([moving]), cluster([ended])).changes).toMatchObject([
        { kind: 'leader-moved', from: 1, to: 4 },
        { kind: 'isr-shrunk', brokers: [1] },
        { kind: 'isr-expanded', brokers: [4] },
        { kind: 'reassignment-ended', added: [4], removed: [1], partitions: named(0) },
      ]);
    });

    it('tells that it was given up', () => {
      expect(difference(cluster([moving]), cluster([{}])).changes).toEqual([
        { kind: 'reassignment-cancelled', adding: [4], removing: [1], partitions: named(0) },
      ]);
    });

    it('tells the end though the replicas were still those of before while it ran', () => {
      const late = { replicas: [1, 2, 3], adding: [4], removing: [1] };
      const ended = { replicas: [4, 2, 3], isr: [2, 3, 4] };
      expect(difference(cluster([late]), cluster([ended])).changes.at(-1)).toMatchObject({
        kind: 'reassignment-ended',
        added: [4],
        removed: [1],
      });
    });

    it('tells the end though the replicas were already those of after while it ran', () => {
      const replicas = [4, 2, 3];
      const { changes } = difference(
        cluster([{ replicas, adding: [4], removing: [1] }]),
        cluster([{ replicas }]),
      );
      expect(changes).toMatchObject([{ kind: 'reassignment-ended', added: [4], removed: [1] }]);
    });

    it('does not take one for given up whose replicas are not told yet', () => {
      const untold = { ...moving, adding: [], removing: [] };
      expect(difference(cluster([moving]), cluster([untold])).changes).toEqual([]);
    });

    it('tells the end of one that began and ended between two samples', () => {
      const { changes } = difference(cluster([{}]), cluster([{ replicas: [1, 2, 4], isr: [1, 2, 4] }]));
      expect(changes.at(-1)).toMatchObject({ kind: 'reassignment-ended', added: [4], removed: [3] });
    });
  });

  it('takes a topic made again under its name for a new one', () => {
    const { changes, changed } = difference(
      cluster([{}]),
      cluster([{ leader: 2, leaderEpoch: 0 }], { topicId: 'other' }),
    );
    expect(changes).toEqual([]);
    expect(changed).toEqual([{ topic: 't', partition: 0 }]);
  });

  it('lists partitions that are gone', () => {
    const none = topologyOf({ clusterId: 'c', brokers: brokersUp(1, 2, 3), topics: new Map() });
    expect(difference(cluster([{}, {}]), none).removed).toEqual(named(0, 1).partitions);
  });

  it('says nothing of the controller while the quorum does not answer', () => {
    const silent = {
      quorum: { state: 'not-told', error: 'NOT_LEADER_OR_FOLLOWER' },
      controllerId: null,
    } as const;
    expect(difference(cluster([{}]), cluster([{}], silent)).changes).toEqual([]);
  });
});

describe('a cluster of 10,000 partitions', () => {
  const many = (change: Partial<PartitionMetadata>) => cluster(Array.from({ length: 10_000 }, () => change));
  const cpuMs = (work: () => unknown): number => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };

  it('is compared in a moment, also when every partition changed', () => {
    const [before, same, after] = [many({}), many({}), many({ leader: 2, leaderEpoch: 5, isr: [2, 3] })];
    expect(cpuMs(() => difference(before, same))).toBeLessThan(300);
    expect(cpuMs(() => difference(before, after))).toBeLessThan(800);
    expect(difference(before, after).changes).toHaveLength(2);
  });
});
