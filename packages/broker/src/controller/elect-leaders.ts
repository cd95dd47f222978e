import { NO_LEADER, type PartitionImage } from '../metadata/metadata-image.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { type ApiError, type ControllerView, type Decision, NO_ERROR, plainError } from './decision.ts';
import { PartitionChanges } from './partition-changes.ts';

/** An election that an operator asks for (KIP-460). */
export interface WantedElections {
  readonly kind: 'preferred' | 'unclean';
  /** Null: every partition of the cluster that needs it. */
  readonly partitions: readonly { readonly topic: string; readonly partitionId: number }[] | null;
}

export type ElectionResult = { readonly topic: string; readonly partitionId: number } & ApiError;

/** Elects leaders, each partition for itself. Asked for all, it leaves those out that have the right leader already. */
export function electLeaders(
  view: ControllerView,
  { kind, partitions }: WantedElections,
): Decision<readonly ElectionResult[]> {
  const changes = new PartitionChanges(view);
  const results = (partitions ?? allPartitions(view)).map(({ topic, partitionId }) => ({
    topic,
    partitionId,
    ...elect(view, changes, { topic, partitionId, kind }),
  }));
  const response =
    partitions === null
      ? results.filter(({ errorCode }) => errorCode !== ErrorCode.ELECTION_NOT_NEEDED)
      : results;
  return { records: changes.records, response };
}

/** Moves at most `limit` partitions back to their preferred leaders; whether any is left is in the answer. */
export function balanceLeaders(view: ControllerView, limit: number): Decision<PortionOfElections> {
  const changes = new PartitionChanges(view);
  for (const topic of view.image.topicsById.values()) {
    for (const [partitionId, partition] of topic.partitions.entries()) {
      if (changes.records.length >= limit) return { records: changes.records, response: { isDone: false } };
      if (partition.leader !== partition.replicas[0]) {
        changes.change(topic, partitionId, { election: 'preferred' });
      }
    }
  }
  return { records: changes.records, response: { isDone: true } };
}

/** Elects at most `limit` leaders of partitions that have none, where a topic's configs allow it at the price of records. */
export function electUncleanLeaders(view: ControllerView, limit: number): Decision<PortionOfElections> {
  return electMissing(view, limit, (changes, topic) => changes.allowsUncleanElection(topic));
}

/** Elects at most `limit` leaders of partitions that have none and could have one. */
export function electMissingLeaders(view: ControllerView, limit: number): Decision<PortionOfElections> {
  return electMissing(view, limit, () => true);
}

/** Whether any was left for another time. */
export interface PortionOfElections {
  readonly isDone: boolean;
}

function electMissing(
  view: ControllerView,
  limit: number,
  isConcerned: (changes: PartitionChanges, topic: string) => boolean,
): Decision<PortionOfElections> {
  const changes = new PartitionChanges(view);
  for (const topic of view.image.topicsById.values()) {
    if (!topic.partitions.some(({ leader }) => leader === NO_LEADER)) continue;
    if (!isConcerned(changes, topic.name)) continue;
    for (const [partitionId, { leader }] of topic.partitions.entries()) {
      if (changes.records.length >= limit) return { records: changes.records, response: { isDone: false } };
      if (leader === NO_LEADER) changes.change(topic, partitionId, {});
    }
  }
  return { records: changes.records, response: { isDone: true } };
}

function elect(
  { image }: ControllerView,
  changes: PartitionChanges,
  { topic: name, partitionId, kind }: ElectionOf,
): ApiError {
  const topic = image.topicsByName.get(name);
  if (topic === undefined) return unknown(`No such topic as ${name}`);
  const partition = topic.partitions[partitionId];
  if (partition === undefined) return unknown(`No such partition as ${name}-${partitionId}`);
  if (!needsElection(partition, kind)) return plainError(ErrorCode.ELECTION_NOT_NEEDED);
  if (changes.change(topic, partitionId, { election: kind }) !== null) return NO_ERROR;
  return plainError(
    kind === 'preferred'
      ? ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE
      : ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE,
  );
}

interface ElectionOf {
  readonly topic: string;
  readonly partitionId: number;
  readonly kind: WantedElections['kind'];
}

function needsElection({ leader, replicas }: PartitionImage, kind: WantedElections['kind']): boolean {
  return kind === 'preferred' ? leader !== replicas[0] : leader === NO_LEADER;
}

function allPartitions({ image }: ControllerView): { topic: string; partitionId: number }[] {
  return [...image.topicsByName.values()].flatMap(({ name, partitions }) =>
    [...partitions.keys()].map((partitionId) => ({ topic: name, partitionId })),
  );
}

function unknown(errorMessage: string): ApiError {
  return { errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, errorMessage };
}
