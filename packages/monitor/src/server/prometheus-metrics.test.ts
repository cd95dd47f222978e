import { describe, expect, it } from 'vitest';
import { commitOf, sampleOf } from '../../test/sample-of.ts';
import { watchedCluster } from '../../test/watched-cluster.ts';
import { prometheusMetrics } from './prometheus-metrics.ts';

describe('the metrics', () => {
  it('carry the names that dashboards of kafka-lag-exporter and Burrow know', async () => {
    const ends = { orders: [5] };
    const text = await prometheusMetrics([
      watchedCluster([
        sampleOf({ at: 8_000, ends }),
        sampleOf({ at: 10_500, ends, events: [commitOf(3, 10_000)] }),
      ]),
    ]);
    for (const line of [
      'kafka_partition_latest_offset{cluster_name="local",topic="orders",partition="0"} 5',
      'kafka_partition_earliest_offset{cluster_name="local",topic="orders",partition="0"} 0',
      'kafka_consumergroup_group_sum_lag{cluster_name="local",group="g"} 2',
      'kafka_consumergroup_group_max_lag{cluster_name="local",group="g"} 2',
      'kafka_consumergroup_group_topic_sum_lag{cluster_name="local",group="g",topic="orders"} 2',
      'burrow_kafka_consumer_lag_total{cluster="local",consumer_group="g"} 2',
      'burrow_kafka_consumer_status{cluster="local",consumer_group="g"} 3',
      'burrow_kafka_topic_partition_offset{cluster="local",topic="orders",partition="0"} 5',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
    expect(text).toMatch(/kafka_consumergroup_group_lag\{[^}]*topic="orders",partition="0"[^}]*\} 2/);
    // As in Burrow, a window that is not full gives no offset and no status.
    expect(text).not.toContain('burrow_kafka_topic_partition_status{');
  });

  it('give a group without a commit no lag', async () => {
    const group = { group: 'g', type: 'classic', state: 'Empty', protocolType: '', coordinator: 1 } as const;
    const text = await prometheusMetrics([
      watchedCluster([sampleOf({ at: 1000, ends: { orders: [5] }, change: { groups: [group] } })]),
    ]);
    expect(text).not.toContain('group="g"');
  });
});
