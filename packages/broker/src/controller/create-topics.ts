import { ConfigResourceType } from '../metadata/config-resource.ts';
import { type ConfigEntry, effectiveTopicConfigs } from '../metadata/configs/effective-topic-configs.ts';
import { invalidTopicConfigs } from '../metadata/configs/topic-config-rules.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import { collisionKey, invalidTopicName } from '../metadata/topic-name.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { type ApiError, type ControllerView, type Decision, MAX_PARTITIONS_PER_REQUEST } from './decision.ts';
import {
  activeReplicas,
  invalidAssignment,
  invalidManualAssignment,
  newPartitionRecord,
} from './partition-assignment.ts';
import { placeReplicas } from './replica-placement.ts';

/** A topic as it was asked for; -1 takes the cluster's default, assignments by hand leave both at -1. */
export interface NewTopic {
  readonly name: string;
  readonly numPartitions: number;
  readonly replicationFactor: number;
  readonly assignments: readonly { readonly partitionIndex: number; readonly brokerIds: readonly number[] }[];
  readonly configs: readonly { readonly name: string; readonly value: string | null }[];
}

export type TopicCreation =
  | ({ readonly kind: 'failed'; readonly name: string } & ApiError)
  | {
      readonly kind: 'created';
      readonly name: string;
      readonly topicId: string;
      readonly numPartitions: number;
      readonly replicationFactor: number;
      /** What is in force for the new topic, by name. */
      readonly configs: readonly ConfigEntry[];
    };

/** One replica list per partition, in order, with those that are in sync from the start. */
interface PlacedPartition {
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
}

type PlacedTopic =
  | { readonly kind: 'placed'; readonly partitions: readonly PlacedPartition[] }
  | ({ readonly kind: 'failed' } & ApiError);

/** Creates topics, each for itself: one that fails keeps no other from being created. Names must be distinct. */
export function createTopics(
  view: ControllerView,
  topics: readonly NewTopic[],
): Decision<readonly TopicCreation[]> {
  if (totalPartitions(view, topics) > MAX_PARTITIONS_PER_REQUEST) {
    const error = {
      errorCode: ErrorCode.POLICY_VIOLATION,
      errorMessage: 'Excessively large number of partitions per request.',
    };
    return { records: [], response: topics.map(({ name }) => ({ kind: 'failed', name, ...error })) };
  }
  const records: MetadataRecord[] = [];
  const response = topics.map((topic) => createTopic(view, topic, records));
  return { records, response };
}

function createTopic(view: ControllerView, topic: NewTopic, records: MetadataRecord[]): TopicCreation {
  const { name } = topic;
  const error = invalidNewTopic(view, topic);
  if (error !== null) return { kind: 'failed', name, ...error };
  const placed = place(view, topic);
  if (placed.kind === 'failed') return { ...placed, name };

  const topicId = view.random.uuid();
  const overrides = configsOf(topic);
  records.push({ kind: 'topic', value: { name, topicId } });
  for (const [configName, value] of overrides) {
    records.push({
      kind: 'config',
      value: { resourceType: ConfigResourceType.TOPIC, resourceName: name, name: configName, value },
    });
  }
  for (const [partitionId, { replicas, isr }] of placed.partitions.entries()) {
    records.push(newPartitionRecord(view.image, { topicId, partitionId, replicas, isr }));
  }
  return {
    kind: 'created',
    name,
    topicId,
    numPartitions: placed.partitions.length,
    replicationFactor: placed.partitions[0]?.replicas.length ?? 0,
    configs: effectiveTopicConfigs(overrides, view),
  };
}

function totalPartitions(view: ControllerView, topics: readonly NewTopic[]): number {
  let total = 0;
  for (const { assignments, numPartitions } of topics) {
    if (assignments.length > 0) total += assignments.length;
    else if (numPartitions === -1) total += view.configs.number('num.partitions');
    else total += Math.max(0, numPartitions);
  }
  return total;
}

function invalidNewTopic(view: ControllerView, topic: NewTopic): ApiError | null {
  const { name } = topic;
  if (view.image.topicsByName.has(name)) {
    return {
      errorCode: ErrorCode.TOPIC_ALREADY_EXISTS,
      errorMessage: `Topic '${name}' already exists.`,
    };
  }
  const nameError = invalidTopicName(name) ?? collision(view.image, name);
  if (nameError !== null) {
    return { errorCode: ErrorCode.INVALID_TOPIC_EXCEPTION, errorMessage: nameError };
  }
  const nulls = topic.configs.filter(({ value }) => value === null);
  const configError =
    nulls.length > 0
      ? `Null value not supported for topic configs: ${nulls.map((config) => config.name).join(',')}`
      : invalidTopicConfigs(configsOf(topic));
  return configError === null ? null : { errorCode: ErrorCode.INVALID_CONFIG, errorMessage: configError };
}

function collision(image: MetadataImage, name: string): string | null {
  if (!/[._]/.test(name)) return null;
  const key = collisionKey(name);
  for (const existing of image.topicsByName.keys()) {
    if (collisionKey(existing) === key) {
      return `Topic '${name}' collides with existing topic: ${existing}`;
    }
  }
  return null;
}

/** Of a config given twice the last value counts. */
function configsOf(topic: NewTopic): ReadonlyMap<string, string> {
  return new Map(topic.configs.map(({ name, value }) => [name, value ?? '']));
}

function place(view: ControllerView, topic: NewTopic): PlacedTopic {
  const { numPartitions, replicationFactor } = topic;
  if (topic.assignments.length > 0) {
    return placeByHand(view, topic);
  }
  if (replicationFactor < -1 || replicationFactor === 0) {
    return failed(
      ErrorCode.INVALID_REPLICATION_FACTOR,
      'Replication factor must be larger than 0, or -1 to use the default value.',
    );
  }
  if (numPartitions < -1 || numPartitions === 0) {
    return failed(
      ErrorCode.INVALID_PARTITIONS,
      'Number of partitions was set to an invalid non-positive value.',
    );
  }
  return placeByDefault(view, {
    partitions: numPartitions === -1 ? view.configs.number('num.partitions') : numPartitions,
    replicationFactor:
      replicationFactor === -1 ? view.configs.number('default.replication.factor') : replicationFactor,
  });
}

function placeByDefault(
  view: ControllerView,
  wanted: { readonly partitions: number; readonly replicationFactor: number },
): PlacedTopic {
  const placement = placeReplicas(view.image.brokers.values(), wanted, view.random);
  if (placement.kind === 'impossible') {
    return failed(
      ErrorCode.INVALID_REPLICATION_FACTOR,
      `Unable to replicate the partition ${wanted.replicationFactor} time(s): ${placement.message}`,
    );
  }
  const partitions = placement.assignments.map((replicas) => ({
    replicas,
    isr: activeReplicas(view.image, replicas),
  }));
  if (partitions.some(({ isr }) => isr.length === 0)) {
    return failed(
      ErrorCode.INVALID_REPLICATION_FACTOR,
      `Unable to replicate the partition ${wanted.replicationFactor} time(s): All brokers are currently fenced or in controlled shutdown.`,
    );
  }
  return { kind: 'placed', partitions };
}

function placeByHand(view: ControllerView, topic: NewTopic): PlacedTopic {
  if (topic.replicationFactor !== -1) {
    return failed(
      ErrorCode.INVALID_REQUEST,
      'A manual partition assignment was specified, but replication factor was not set to -1.',
    );
  }
  if (topic.numPartitions !== -1) {
    return failed(
      ErrorCode.INVALID_REQUEST,
      'A manual partition assignment was specified, but numPartitions was not set to -1.',
    );
  }
  const partitions: PlacedPartition[] = [];
  const seen = new Set<number>();
  let replicationFactor: number | null = null;
  for (const { partitionIndex, brokerIds } of topic.assignments) {
    const error = seen.has(partitionIndex)
      ? invalidAssignment(`Found multiple manual partition assignments for partition ${partitionIndex}`)
      : invalidManualAssignment(view.image, brokerIds, replicationFactor);
    if (error !== null) return { kind: 'failed', ...error };
    seen.add(partitionIndex);
    replicationFactor = brokerIds.length;
    const isr = activeReplicas(view.image, brokerIds);
    if (isr.length === 0) {
      return {
        kind: 'failed',
        ...invalidAssignment(
          `All brokers specified in the manual partition assignment for partition ${partitionIndex} are fenced or in controlled shutdown.`,
        ),
      };
    }
    partitions[partitionIndex] = { replicas: brokerIds, isr };
  }
  return isConsecutive(seen)
    ? { kind: 'placed', partitions }
    : {
        kind: 'failed',
        ...invalidAssignment('partitions should be a consecutive 0-based integer sequence'),
      };
}

function isConsecutive(indexes: ReadonlySet<number>): boolean {
  return Array.from({ length: indexes.size }, (_, index) => indexes.has(index)).every(Boolean);
}

function failed(errorCode: number, errorMessage: string): PlacedTopic {
  return { kind: 'failed', errorCode, errorMessage };
}
