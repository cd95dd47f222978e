import { Gauge, Registry } from 'prom-client';
import { statusNumber } from '../burrow/group-status.ts';
import type { JudgedGroup } from '../burrow/judge-group.ts';
import type { ClusterSampler } from '../sampler/cluster-sampler.ts';

/**
 * The metrics in Prometheus' text format, as of the last samples. Names are those existing dashboards know:
 * kafka-lag-exporter's (`kafka_consumergroup_…`, `kafka_partition_…`) and Burrow's (`burrow_kafka_…`). What is not
 * known has no series; kafka-lag-exporter's lag in seconds is not among them.
 */
export function prometheusMetrics(samplers: readonly ClusterSampler[]): Promise<string> {
  const registry = new Registry();
  const gauges = makeGauges(registry);
  for (const sampler of samplers) {
    const cluster = sampler.definition.name;
    gauges.up.set({ cluster_name: cluster }, sampler.connectionState === 'reachable' ? 1 : 0);
    setPartitions(gauges, sampler);
    for (const judged of sampler.state.judgedGroups.values()) {
      setGroup(gauges, cluster, judged);
      setMembers(gauges, sampler, judged);
      setBurrow(gauges, cluster, judged);
    }
  }
  return registry.metrics();
}

type Gauges = ReturnType<typeof makeGauges>;

function makeGauges(registry: Registry) {
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const partition = ['cluster_name', 'topic', 'partition'] as const;
  const member = ['member_host', 'consumer_id', 'client_id'] as const;
  const groupPartition = ['cluster_name', 'group', 'topic', 'partition', ...member] as const;
  const burrowGroup = ['cluster', 'consumer_group'] as const;
  const burrowPartition = [...burrowGroup, 'topic', 'partition'] as const;
  return {
    up: gauge('odradek_cluster_up', 'Whether the last sample of the cluster succeeded', ['cluster_name']),
    latest: gauge('kafka_partition_latest_offset', 'Latest offset of a partition', partition),
    earliest: gauge('kafka_partition_earliest_offset', 'Earliest offset of a partition', partition),
    groupOffset: gauge('kafka_consumergroup_group_offset', 'Last group consumed offset', groupPartition),
    groupLag: gauge('kafka_consumergroup_group_lag', 'Group offset lag of a partition', groupPartition),
    maxLag: gauge('kafka_consumergroup_group_max_lag', 'Max group offset lag', ['cluster_name', 'group']),
    sumLag: gauge('kafka_consumergroup_group_sum_lag', 'Sum of group offset lag', ['cluster_name', 'group']),
    topicLag: gauge(
      'kafka_consumergroup_group_topic_sum_lag',
      'Sum of group offset lag across topic partitions',
      ['cluster_name', 'group', 'topic'],
    ),
    burrowLag: gauge('burrow_kafka_consumer_lag_total', 'Sum of lag over a group', burrowGroup),
    burrowStatus: gauge('burrow_kafka_consumer_status', 'Group status: 1 OK, 2 WARN, 3 ERR', burrowGroup),
    burrowPartitionLag: gauge('burrow_kafka_consumer_partition_lag', 'Lag of a partition', burrowPartition),
    burrowOffset: gauge('burrow_kafka_consumer_current_offset', 'Last committed offset', burrowPartition),
    burrowPartitionStatus: gauge(
      'burrow_kafka_topic_partition_status',
      'Partition status: 1 OK, 2 WARN, 4 STOP, 5 STALL, 6 REWIND',
      burrowPartition,
    ),
    burrowEnd: gauge('burrow_kafka_topic_partition_offset', 'End offset of a partition', [
      'cluster',
      'topic',
      'partition',
    ]),
  };
}

function setPartitions(gauges: Gauges, { definition, state }: ClusterSampler): void {
  const cluster = definition.name;
  for (const { topic, partition, value } of state.endOffsets.entries()) {
    const newest = value.at(-1)?.offset ?? 0;
    gauges.latest.set({ cluster_name: cluster, topic, partition }, newest);
    gauges.burrowEnd.set({ cluster, topic, partition }, newest);
  }
  for (const { topic, partition, value } of state.startOffsets.entries()) {
    gauges.earliest.set({ cluster_name: cluster, topic, partition }, value);
  }
}

function setGroup(gauges: Gauges, cluster: string, { group, partitions, totalLag }: JudgedGroup): void {
  const lags = partitions.filter(({ lag }) => lag !== null);
  if (totalLag === null) {
    return;
  }
  const labels = { cluster_name: cluster, group };
  gauges.sumLag.set(labels, totalLag);
  gauges.maxLag.set(labels, Math.max(...lags.map(({ lag }) => lag ?? 0)));
  for (const [topic, ofTopic] of Map.groupBy(lags, (partition) => partition.topic)) {
    gauges.topicLag.set(
      { ...labels, topic },
      ofTopic.reduce((sum, { lag }) => sum + (lag ?? 0), 0),
    );
  }
}

function setMembers(gauges: Gauges, { definition, state }: ClusterSampler, judged: JudgedGroup): void {
  const members = state.descriptions.get(judged.group)?.members ?? [];
  for (const { topic, partition, committed, lag } of judged.partitions) {
    const owner = members.find(({ assignment }) =>
      assignment.some((assigned) => assigned.topic === topic && assigned.partitions.includes(partition)),
    );
    const labels = {
      cluster_name: definition.name,
      group: judged.group,
      topic,
      partition,
      member_host: owner?.host ?? '',
      consumer_id: owner?.memberId ?? '',
      client_id: owner?.clientId ?? '',
    };
    if (committed !== null) {
      gauges.groupOffset.set(labels, committed.offset);
    }
    if (lag !== null) {
      gauges.groupLag.set(labels, lag);
    }
  }
}

/** As Burrow: lag always, offset and status of a partition only when its window is full. */
function setBurrow(
  gauges: Gauges,
  cluster: string,
  { group, partitions, status, totalLag }: JudgedGroup,
): void {
  if (status === null) {
    return;
  }
  const labels = { cluster, consumer_group: group };
  gauges.burrowLag.set(labels, totalLag ?? 0);
  gauges.burrowStatus.set(labels, statusNumber[status.verdict]);
  for (const { topic, partition, judged, lag, committed } of partitions) {
    gauges.burrowPartitionLag.set({ ...labels, topic, partition }, lag ?? 0);
    if (judged?.complete === 1 && committed !== null) {
      gauges.burrowOffset.set({ ...labels, topic, partition }, committed.offset);
      gauges.burrowPartitionStatus.set({ ...labels, topic, partition }, statusNumber[judged.verdict]);
    }
  }
}
