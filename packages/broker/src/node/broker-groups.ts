import type { BrokerConfig } from '../config/config.ts';
import { GroupCoordinator } from '../groups/group-coordinator.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import type { MetadataSubscriber } from '../metadata/metadata-publisher.ts';
import { GROUP_METADATA_TOPIC } from '../metadata/topic-name.ts';
import { COMPRESSION_TYPES } from '../protocol/record-batch.ts';
import type { LeadershipListener } from '../replication/replicas.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { PartitionCoordinatorLog } from './partition-coordinator-log.ts';

const MINUTE_MS = 60_000;

/** The group coordinator of this broker, with what the broker's configs and metadata say. */
export function groupCoordinator(
  { values }: BrokerConfig,
  runtime: Runtime,
  image: () => MetadataImage,
): GroupCoordinator {
  const lingerMs = values.number('group.coordinator.append.linger.ms');
  return new GroupCoordinator({
    clock: runtime.clock,
    random: runtime.random,
    logger: runtime.logger,
    config: {
      minSessionTimeoutMs: values.number('group.min.session.timeout.ms'),
      maxSessionTimeoutMs: values.number('group.max.session.timeout.ms'),
      initialRebalanceDelayMs: values.number('group.initial.rebalance.delay.ms'),
      maxSize: values.number('group.max.size'),
      offsetMetadataMaxBytes: values.number('offset.metadata.max.bytes'),
      offsetsRetentionMs: values.number('offsets.retention.minutes') * MINUTE_MS,
      offsetsRetentionCheckIntervalMs: values.number('offsets.retention.check.interval.ms'),
    },
    partitionCount: () =>
      image().topicsByName.get(GROUP_METADATA_TOPIC)?.partitions.length ??
      values.number('offsets.topic.num.partitions'),
    topicExists: (name) => image().topicsByName.has(name),
    commitTimeoutMs: values.number('offsets.commit.timeout.ms'),
    compression: COMPRESSION_TYPES[values.number('offsets.topic.compression.codec')] ?? 'none',
    appendLingerMs: lingerMs < 0 ? null : lingerMs,
  });
}

/** Hands leadership of the partitions of `__consumer_offsets` to the coordinator. */
export function groupLeadership(groups: GroupCoordinator): LeadershipListener {
  return {
    leading(partition) {
      if (partition.topic !== GROUP_METADATA_TOPIC) return;
      void groups.elected(partition.partition, new PartitionCoordinatorLog(partition));
    },
    resigned(topic, partition, leaderEpoch) {
      if (topic === GROUP_METADATA_TOPIC) groups.resigned(partition, leaderEpoch);
    },
  };
}

/** Tells the coordinator which topics are gone. */
export function groupDeletions(groups: GroupCoordinator): MetadataSubscriber {
  return {
    onMetadata(delta) {
      const names = [...delta.deletedTopics.values()].map(({ name }) => name);
      if (names.length > 0) groups.topicsDeleted(names);
    },
  };
}
