import { ConfigResourceType, configResourceKey, parseConfigResourceKey } from './config-resource.ts';
import { KRAFT_VERSION_FEATURE, METADATA_VERSION_FEATURE } from './feature-names.ts';
import { MetadataDelta } from './metadata-delta.ts';
import {
  type BrokerEndpoint,
  type BrokerImage,
  type ControllerImage,
  EMPTY_IMAGE,
  type MetadataImage,
  type PartitionImage,
  type TopicImage,
} from './metadata-image.ts';
import type { MetadataRecord } from './metadata-record.ts';

/** Records that make the image out of nothing, in the order in which Kafka writes them into a snapshot. */
export function recordsOf(image: MetadataImage): Generator<MetadataRecord> {
  return recordsBetween(EMPTY_IMAGE, image);
}

/** The step from one image to another that did not come of records, as when a snapshot takes the place of a log. */
export function deltaBetween(before: MetadataImage, after: MetadataImage): MetadataDelta {
  const delta = new MetadataDelta(before);
  for (const record of recordsBetween(before, after)) delta.replay(record);
  const level = after.features.get(KRAFT_VERSION_FEATURE) ?? 0;
  if (level !== (before.features.get(KRAFT_VERSION_FEATURE) ?? 0)) {
    delta.setFeatureLevel(KRAFT_VERSION_FEATURE, level);
  }
  return delta;
}

/** Records that, replayed on `before`, make `after`. */
function* recordsBetween(before: MetadataImage, after: MetadataImage): Generator<MetadataRecord> {
  yield* featureRecords(before, after);
  yield* brokerRecords(before, after);
  for (const controller of after.controllers.values()) {
    if (before.controllers.get(controller.id) !== controller) yield controllerRecord(controller);
  }
  yield* topicRecords(before, after);
  yield* configRecords(before, after);
  if (after.nextProducerId !== before.nextProducerId) {
    const { nextProducerId } = after;
    yield { kind: 'producerIds', value: { brokerId: -1, brokerEpoch: -1, nextProducerId } };
  }
}

/** The level of the records themselves comes before any of them. */
function* featureRecords(before: MetadataImage, after: MetadataImage): Generator<MetadataRecord> {
  const names = new Set([METADATA_VERSION_FEATURE, ...after.features.keys(), ...before.features.keys()]);
  for (const name of names) {
    const featureLevel = after.features.get(name) ?? 0;
    if (name === KRAFT_VERSION_FEATURE || featureLevel === (before.features.get(name) ?? 0)) continue;
    yield { kind: 'featureLevel', value: { name, featureLevel } };
  }
}

function* brokerRecords(before: MetadataImage, after: MetadataImage): Generator<MetadataRecord> {
  for (const { id, epoch } of before.brokers.values()) {
    if (!after.brokers.has(id)) {
      yield { kind: 'unregisterBroker', value: { brokerId: id, brokerEpoch: epoch } };
    }
  }
  for (const broker of after.brokers.values()) {
    if (before.brokers.get(broker.id) !== broker) yield brokerRecord(broker);
  }
}

function brokerRecord(broker: BrokerImage): MetadataRecord {
  return {
    kind: 'registerBroker',
    value: {
      brokerId: broker.id,
      isMigratingZkBroker: false,
      incarnationId: broker.incarnationId,
      brokerEpoch: broker.epoch,
      endPoints: broker.endpoints.map(endPointOf),
      features: broker.features,
      rack: broker.rack,
      fenced: broker.isFenced,
      inControlledShutdown: broker.isInControlledShutdown,
      logDirs: broker.directories,
      cordonedLogDirs: null,
    },
  };
}

function controllerRecord({ id, incarnationId, endpoints, features }: ControllerImage): MetadataRecord {
  return {
    kind: 'registerController',
    value: {
      ...{ controllerId: id, incarnationId, features },
      zkMigrationReady: false,
      endPoints: endpoints.map(endPointOf),
    },
  };
}

function endPointOf({ listenerName, host, port, securityProtocol }: BrokerEndpoint) {
  return { name: listenerName, host, port, securityProtocol };
}

function* topicRecords(before: MetadataImage, after: MetadataImage): Generator<MetadataRecord> {
  for (const topicId of before.topicsById.keys()) {
    if (!after.topicsById.has(topicId)) yield { kind: 'removeTopic', value: { topicId } };
  }
  for (const topic of after.topicsById.values()) {
    const former = before.topicsById.get(topic.id);
    if (former === topic) continue;
    if (former === undefined) yield { kind: 'topic', value: { name: topic.name, topicId: topic.id } };
    yield* partitionRecords(topic, former?.partitions ?? []);
  }
}

function* partitionRecords(
  { id: topicId, partitions }: TopicImage,
  former: readonly PartitionImage[],
): Generator<MetadataRecord> {
  for (const [partitionId, partition] of partitions.entries()) {
    const known = former[partitionId];
    // Every change of a partition counts its epoch up.
    if (known?.partitionEpoch === partition.partitionEpoch) continue;
    const { eligibleLeaderReplicas: eligible, lastKnownElr, ...rest } = partition;
    yield {
      kind: 'partition',
      value: {
        ...{ ...rest, partitionId, topicId },
        eligibleLeaderReplicas: eligible.length > 0 ? eligible : null,
        lastKnownElr: lastKnownElr.length > 0 ? lastKnownElr : null,
      },
    };
  }
}

const NOTHING_SET: ReadonlyMap<string, string> = new Map();

function* configRecords(before: MetadataImage, after: MetadataImage): Generator<MetadataRecord> {
  // With a topic its configs are gone, whatever has its name now.
  const cleared = new Set(
    [...before.topicsById.values()]
      .filter(({ id }) => !after.topicsById.has(id))
      .map(({ name }) => configResourceKey(ConfigResourceType.TOPIC, name)),
  );
  for (const key of new Set([...before.configs.keys(), ...after.configs.keys()])) {
    const { type: resourceType, name: resourceName } = parseConfigResourceKey(key);
    const former = (cleared.has(key) ? undefined : before.configs.get(key)) ?? NOTHING_SET;
    const values = after.configs.get(key) ?? NOTHING_SET;
    if (former === values) continue;
    for (const name of former.keys()) {
      if (!values.has(name)) {
        yield { kind: 'config', value: { resourceType, resourceName, name, value: null } };
      }
    }
    for (const [name, value] of values) {
      if (former.get(name) !== value) {
        yield { kind: 'config', value: { resourceType, resourceName, name, value } };
      }
    }
  }
}
