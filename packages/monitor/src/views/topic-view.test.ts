import { describe, expect, it } from 'vitest';
import { commitOf, sampleOf } from '../../test/sample-of.ts';
import { watchedCluster } from '../../test/watched-cluster.ts';
import { TopicPartitionMap } from '../topic-partition-map.ts';
import { topicDetail, topicList } from './topic-view.ts';

describe('a topic', () => {
  it('shows its size, an estimate of its records, its rate and who reads it with which lag', () => {
    const leaders = new TopicPartitionMap<number>();
    leaders.set('orders', 0, 700);
    const change = { logDirectories: { leaders, brokers: new Map() } };
    const { state } = watchedCluster([
      sampleOf({ at: 10_000, ends: { orders: [5, 0] } }),
      sampleOf({ at: 12_000, ends: { orders: [25, 0] }, events: [commitOf(20, 11_900)], change }),
    ]);
    const facts = {
      name: 'orders',
      partitions: 2,
      replicationFactor: 1,
      sizeBytes: 700,
      messageEstimate: 25,
      compacted: false,
      recordsInPerSecond: 10,
    };
    const reader = { group: 'g', state: 'Unknown', lag: 5, verdict: 'OK' };
    expect(topicList(state)).toMatchObject({ topics: [{ ...facts, readers: [reader] }], checkedAt: 12_000 });
    expect(topicDetail(state, 'orders')).toMatchObject({
      ...facts,
      partitionDetails: [
        { partition: 0, leader: 1, endOffset: 25, logStartOffset: 0, sizeBytes: 700 },
        { partition: 1, leader: 1, endOffset: 0, sizeBytes: null },
      ],
      readers: [
        {
          ...reader,
          partitions: [
            { partition: 0, committed: 20, lag: 5, verdict: 'OK' },
            { partition: 1, committed: null, lag: null, verdict: null },
          ],
        },
      ],
    });
  });

  it('does not count what retention has deleted', () => {
    const startOffsets = new TopicPartitionMap<number>();
    startOffsets.set('orders', 0, 3);
    const sample = sampleOf({ at: 10_000, ends: { orders: [5] }, change: { startOffsets } });
    expect(topicList(watchedCluster([sample]).state).topics).toMatchObject([{ messageEstimate: 2 }]);
  });

  it('has no rate before two samples, and no size where none is told', () => {
    const { state } = watchedCluster([sampleOf({ at: 10_000, ends: { orders: [5] } })]);
    expect(topicList(state).topics).toMatchObject([
      { recordsInPerSecond: null, sizeBytes: null, messageEstimate: 5 },
    ]);
  });

  it('is not there when it is not', () => {
    expect(topicDetail(watchedCluster([]).state, 'orders')).toBeNull();
  });
});
