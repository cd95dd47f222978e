import type { PartitionImage, TopicImage } from '../metadata/metadata-image.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { type ApiError, type ControllerView, type Decision, NO_ERROR } from './decision.ts';
import { invalidAssignment, invalidManualAssignment } from './partition-assignment.ts';
import { PartitionChanges } from './partition-changes.ts';

/** Where the replicas of a partition are to be (KIP-455); null takes back a reassignment that is under way. */
export interface WantedAssignment {
  readonly topic: string;
  readonly partitionId: number;
  readonly replicas: readonly number[] | null;
}

export interface ReassignmentOptions {
  /** Whether a partition may end up with more or fewer replicas than it has (KIP-860). */
  readonly allowsReplicationFactorChange: boolean;
}

export type ReassignmentResult = { readonly topic: string; readonly partitionId: number } & ApiError;

/** A reassignment under way: the replicas there are now, of which some are new and some are to go. */
export interface Reassignment {
  readonly topic: string;
  readonly partitionId: number;
  readonly replicas: readonly number[];
  readonly addingReplicas: readonly number[];
  readonly removingReplicas: readonly number[];
}

/**
 * Begins or takes back reassignments, each partition for itself. New replicas are added first; those that are to go
 * leave when all new ones are in sync. One that only orders replicas anew is complete at once.
 */
export function reassignPartitions(
  view: ControllerView,
  wanted: readonly WantedAssignment[],
  options: ReassignmentOptions,
): Decision<readonly ReassignmentResult[]> {
  const changes = new PartitionChanges(view);
  const response = wanted.map((assignment) => ({
    topic: assignment.topic,
    partitionId: assignment.partitionId,
    ...reassign(view, changes, { assignment, options }),
  }));
  return { records: changes.records, response };
}

/** The reassignments that are under way; of all topics unless partitions are named. */
export function listReassignments(
  topics: Iterable<TopicImage>,
  isAskedFor: (topic: string, partitionId: number) => boolean,
): readonly Reassignment[] {
  const found: Reassignment[] = [];
  for (const { name, partitions } of topics) {
    for (const [partitionId, partition] of partitions.entries()) {
      if (!isMoving(partition) || !isAskedFor(name, partitionId)) continue;
      const { replicas, addingReplicas, removingReplicas } = partition;
      found.push({ topic: name, partitionId, replicas, addingReplicas, removingReplicas });
    }
  }
  return found;
}

function reassign(
  { image }: ControllerView,
  changes: PartitionChanges,
  { assignment, options }: { readonly assignment: WantedAssignment; readonly options: ReassignmentOptions },
): ApiError {
  const { partitionId, replicas } = assignment;
  const topic = image.topicsByName.get(assignment.topic);
  if (topic === undefined) return unknown(`Unable to find a topic named ${assignment.topic}.`);
  const partition = topic.partitions[partitionId];
  if (partition === undefined) {
    return unknown(`Unable to find partition ${assignment.topic}:${partitionId}.`);
  }
  if (replicas === null) return takeBack(changes, { topic, partitionId, partition });
  const error = invalidManualAssignment(image, replicas, null) ?? changedFactor(partition, replicas, options);
  if (error !== null) return error;
  const removing = sorted(partition.replicas.filter((id) => !replicas.includes(id)));
  // What an earlier reassignment was adding is still on its way.
  const isNew = (id: number): boolean =>
    !partition.replicas.includes(id) || partition.addingReplicas.includes(id);
  changes.change(topic, partitionId, {
    replicas: [...replicas, ...removing],
    removingReplicas: removing,
    addingReplicas: sorted(replicas.filter(isNew)),
    election: 'clean',
  });
  return NO_ERROR;
}

/** The replicas are again who they were before, in sync as far as those still are. */
function takeBack(
  changes: PartitionChanges,
  target: { readonly topic: TopicImage; readonly partitionId: number; readonly partition: PartitionImage },
): ApiError {
  const { topic, partitionId, partition } = target;
  if (!isMoving(partition)) {
    return { errorCode: ErrorCode.NO_REASSIGNMENT_IN_PROGRESS, errorMessage: null };
  }
  const { addingReplicas } = partition;
  const replicas = partition.replicas.filter((id) => !addingReplicas.includes(id));
  const isr = partition.isr.filter((id) => !addingReplicas.includes(id));
  const [first] = replicas;
  if (isr.length === 0 && first !== undefined) {
    if (!changes.allowsUncleanElection(topic.name)) {
      return invalidAssignment(
        `Unable to revert partition assignment for ${topic.name}:${partitionId} because it would require an unclean leader election.`,
      );
    }
    isr.push(first);
  }
  changes.change(topic, partitionId, { isr, replicas, addingReplicas: [], removingReplicas: [] });
  return NO_ERROR;
}

function changedFactor(
  partition: PartitionImage,
  replicas: readonly number[],
  { allowsReplicationFactorChange }: ReassignmentOptions,
): ApiError | null {
  const staying = partition.replicas.filter((id) => !partition.removingReplicas.includes(id));
  if (allowsReplicationFactorChange || staying.length === replicas.length) return null;
  return {
    errorCode: ErrorCode.INVALID_REPLICATION_FACTOR,
    errorMessage: `The replication factor is changed from ${staying.length} to ${replicas.length}`,
  };
}

function isMoving({ addingReplicas, removingReplicas }: PartitionImage): boolean {
  return addingReplicas.length > 0 || removingReplicas.length > 0;
}

function sorted(ids: readonly number[]): readonly number[] {
  return [...ids].sort((left, right) => left - right);
}

function unknown(errorMessage: string): ApiError {
  return { errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, errorMessage };
}
