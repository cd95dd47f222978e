import type { TopicImage } from '../metadata/metadata-image.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import { ErrorCode } from '../protocol/errors.ts';
import {
  type ApiError,
  type ControllerView,
  type Decision,
  MAX_PARTITIONS_PER_REQUEST,
  NO_ERROR,
} from './decision.ts';
import {
  activeReplicas,
  invalidAssignment,
  invalidManualAssignment,
  newPartitionRecord,
} from './partition-assignment.ts';
import { placeReplicas } from './replica-placement.ts';

/** A topic that is to have `count` partitions; the new ones may be assigned by hand. */
export interface GrowingTopic {
  readonly name: string;
  readonly count: number;
  readonly assignments: readonly { readonly brokerIds: readonly number[] }[] | null;
}

export type GrowthResult = { readonly name: string } & ApiError;

type Growth =
  | { readonly kind: 'placed'; readonly replicas: readonly (readonly number[])[] }
  | ({ readonly kind: 'failed' } & ApiError);

/** Adds partitions, each topic for itself. Names must be distinct. */
export function createPartitions(
  view: ControllerView,
  topics: readonly GrowingTopic[],
): Decision<readonly GrowthResult[]> {
  const records: MetadataRecord[] = [];
  const response = topics.map((topic) => ({ name: topic.name, ...grow(view, topic, records) }));
  return { records, response };
}

function grow(view: ControllerView, topic: GrowingTopic, records: MetadataRecord[]): ApiError {
  const existing = view.image.topicsByName.get(topic.name);
  if (existing === undefined) {
    return { errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, errorMessage: null };
  }
  const error = invalidCount(existing, topic);
  if (error !== null) return error;
  const growth = place(view, existing, topic);
  if (growth.kind === 'failed') {
    return { errorCode: growth.errorCode, errorMessage: growth.errorMessage };
  }
  for (const [index, replicas] of growth.replicas.entries()) {
    const isr = activeReplicas(view.image, replicas);
    const partitionId = existing.partitions.length + index;
    records.push(newPartitionRecord(view.image, { topicId: existing.id, partitionId, replicas, isr }));
  }
  return NO_ERROR;
}

function invalidCount(existing: TopicImage, { name, count, assignments }: GrowingTopic): ApiError | null {
  const current = existing.partitions.length;
  if (count === current) {
    return invalidPartitions(`Topic already has ${current} partition(s).`);
  }
  if (count < current) {
    return invalidPartitions(
      `The topic ${name} currently has ${current} partition(s); ${count} would not be an increase.`,
    );
  }
  if (assignments !== null && assignments.length !== count - current) {
    return invalidAssignment(
      `Attempted to add ${count - current} additional partition(s), but only ${assignments.length} assignment(s) were specified.`,
    );
  }
  if (count - current > MAX_PARTITIONS_PER_REQUEST) {
    return {
      errorCode: ErrorCode.POLICY_VIOLATION,
      errorMessage: 'Unable to perform excessively large batch operation.',
    };
  }
  return null;
}

/** New partitions have as many replicas as the first one has. */
function place(view: ControllerView, existing: TopicImage, topic: GrowingTopic): Growth {
  const replicationFactor = existing.partitions[0]?.replicas.length ?? 0;
  if (topic.assignments !== null) {
    return placeByHand(view, existing, { assignments: topic.assignments, replicationFactor });
  }
  const partitions = topic.count - existing.partitions.length;
  const placement = placeReplicas(
    view.image.brokers.values(),
    { partitions, replicationFactor },
    view.random,
  );
  if (placement.kind === 'impossible') {
    return {
      kind: 'failed',
      errorCode: ErrorCode.INVALID_REPLICATION_FACTOR,
      errorMessage: placement.message,
    };
  }
  if (placement.assignments.some((replicas) => activeReplicas(view.image, replicas).length === 0)) {
    return {
      kind: 'failed',
      errorCode: ErrorCode.INVALID_REPLICATION_FACTOR,
      errorMessage: `Unable to replicate the partition ${replicationFactor} time(s): All brokers are currently fenced or in controlled shutdown.`,
    };
  }
  return { kind: 'placed', replicas: placement.assignments };
}

function placeByHand(
  view: ControllerView,
  existing: TopicImage,
  wanted: {
    readonly assignments: readonly { readonly brokerIds: readonly number[] }[];
    readonly replicationFactor: number;
  },
): Growth {
  for (const [index, { brokerIds }] of wanted.assignments.entries()) {
    const error = invalidManualAssignment(view.image, brokerIds, wanted.replicationFactor);
    if (error !== null) return { kind: 'failed', ...error };
    if (activeReplicas(view.image, brokerIds).length === 0) {
      return {
        kind: 'failed',
        ...invalidAssignment(
          `All brokers specified in the manual partition assignment for partition ${existing.partitions.length + index} are fenced or in controlled shutdown.`,
        ),
      };
    }
  }
  return { kind: 'placed', replicas: wanted.assignments.map(({ brokerIds }) => brokerIds) };
}

function invalidPartitions(errorMessage: string): ApiError {
  return { errorCode: ErrorCode.INVALID_PARTITIONS, errorMessage };
}
