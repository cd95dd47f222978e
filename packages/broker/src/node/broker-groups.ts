import type { BrokerConfig } from '../config/config.ts';
import { GroupTopics } from '../groups/consumer/group-topics.ts';
import type { ConsumerConfig, ConsumerGroupConfig, MigrationPolicy } from '../groups/group-config.ts';
import { GroupCoordinator } from '../groups/group-coordinator.ts';
import { ConfigResourceType } from '../metadata/config-resource.ts';
import { GROUP_VERSION_FEATURE } from '../metadata/feature-names.ts';
import { dynamicConfigs, type MetadataImage } from '../metadata/metadata-image.ts';
import type { MetadataSubscriber } from '../metadata/metadata-publisher.ts';
import { GROUP_METADATA_TOPIC } from '../metadata/topic-name.ts';
import { COMPRESSION_TYPES } from '../protocol/record-batch.ts';
import type { LeadershipListener } from '../replication/replicas.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { brokerConfigsOf } from './broker-topic-settings.ts';
import { PartitionCoordinatorLog } from './partition-coordinator-log.ts';

const MINUTE_MS = 60_000;

/** The group coordinator of this broker, with what the broker's configs and metadata say. */
export function groupCoordinator(
  broker: BrokerConfig,
  runtime: Runtime,
  image: () => MetadataImage,
): GroupCoordinator {
  const { values } = broker;
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
      consumer: consumerConfig(broker, image),
    },
    partitionCount: () =>
      image().topicsByName.get(GROUP_METADATA_TOPIC)?.partitions.length ??
      values.number('offsets.topic.num.partitions'),
    topicIdOf: (name) => image().topicsByName.get(name)?.id,
    topics: new GroupTopics(image),
    commitTimeoutMs: values.number('offsets.commit.timeout.ms'),
    compression: COMPRESSION_TYPES[values.number('offsets.topic.compression.codec')] ?? 'none',
    appendLingerMs: lingerMs < 0 ? null : lingerMs,
  });
}

/** Whether the cluster's features and the configs of this broker have the consumer protocol on offer. */
export function offersConsumerGroups({ values }: BrokerConfig, image: () => MetadataImage): () => boolean {
  const isOffered = values.list('group.coordinator.rebalance.protocols').includes('consumer');
  return () => isOffered && (image().features.get(GROUP_VERSION_FEATURE) ?? 0) > 0;
}

function consumerConfig(config: BrokerConfig, image: () => MetadataImage): ConsumerConfig {
  const { values } = config;
  const configsOf = brokerConfigsOf(config);
  // The assignment interval may be set for the whole cluster while brokers run.
  const ofBroker = (): ConsumerGroupConfig => ({
    sessionTimeoutMs: values.number('group.consumer.session.timeout.ms'),
    heartbeatIntervalMs: values.number('group.consumer.heartbeat.interval.ms'),
    assignmentIntervalMs: configsOf(image()).number('group.consumer.assignment.interval.ms'),
  });
  /** What was set for the group, within the broker's limits: those may have come after it. */
  const within = (text: string | undefined, name: string, otherwise: number): number => {
    if (text === undefined) return otherwise;
    const min = values.number(`group.consumer.min.${name}`);
    return Math.min(Math.max(Number(text), min), values.number(`group.consumer.max.${name}`));
  };
  return {
    maxSize: values.number('group.consumer.max.size'),
    assignors: values.list('group.consumer.assignors'),
    migrationPolicy: values.string('group.consumer.migration.policy').toLowerCase() as MigrationPolicy,
    regexRefreshIntervalMs: values.number('group.consumer.regex.refresh.interval.ms'),
    reconcilingHeartbeatIntervalMs: values.number('odradek.group.consumer.reconciling.heartbeat.interval.ms'),
    ofGroup(groupId) {
      const own = dynamicConfigs(image(), ConfigResourceType.GROUP, groupId);
      const broker = ofBroker();
      if (own.size === 0) return broker;
      const setFor = (name: string, otherwise: number): number =>
        within(own.get(`consumer.${name}`), name, otherwise);
      return {
        sessionTimeoutMs: setFor('session.timeout.ms', broker.sessionTimeoutMs),
        heartbeatIntervalMs: setFor('heartbeat.interval.ms', broker.heartbeatIntervalMs),
        assignmentIntervalMs: setFor('assignment.interval.ms', broker.assignmentIntervalMs),
      };
    },
  };
}

/** Hands leadership of the partitions of `__consumer_offsets` to the coordinator. */
export function groupLeadership(groups: GroupCoordinator, clock: Clock): LeadershipListener {
  return {
    leading(partition) {
      if (partition.topic !== GROUP_METADATA_TOPIC) return;
      void groups.elected(partition.partition, new PartitionCoordinatorLog(partition, clock));
    },
    resigned(topic, partition, leaderEpoch) {
      if (topic === GROUP_METADATA_TOPIC) groups.resigned(partition, leaderEpoch);
    },
  };
}

/** Tells the coordinator which topics are gone, and when there are new ones. */
export function groupTopicChanges(groups: GroupCoordinator): MetadataSubscriber {
  return {
    onMetadata(delta, image) {
      if ([...delta.changedTopics.values()].some(({ before }) => before === null)) {
        groups.topicsCreated(image.offset);
      }
      const names = [...delta.deletedTopics.values()].map(({ name }) => name);
      if (names.length > 0) groups.topicsDeleted(names);
    },
  };
}
