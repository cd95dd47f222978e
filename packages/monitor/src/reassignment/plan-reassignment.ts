import type { PlannedBroker, PlannedMove, ReassignmentGoal, ReassignmentPlan } from '@odradek/contract';
import type { ClusterMetadata, PartitionMetadata } from '../cluster-client/cluster-metadata.ts';
import type { TopicPartitionMap } from '../topic-partition-map.ts';
import { type SpreadGoal, spreadReplicas, type TargetBroker } from './spread-replicas.ts';

export type PlanOutcome =
  | { readonly kind: 'plan'; readonly plan: ReassignmentPlan }
  | { readonly kind: 'refused'; readonly field: string; readonly reason: string };

interface PlannedPartition {
  readonly topic: string;
  readonly metadata: PartitionMetadata;
  readonly after: readonly number[];
  readonly sizeBytes: number | null;
}

/**
 * Works out what a goal takes, without changing anything. `sizes`: bytes of the leaders' logs, as far as they are known.
 * Replicas that are moving count as having arrived.
 */
export function planReassignment(
  metadata: ClusterMetadata,
  goal: ReassignmentGoal,
  sizes: TopicPartitionMap<number>,
): PlanOutcome {
  const { brokers, topics } = metadata;
  const missing = goal.topics?.find((topic) => !topics.has(topic));
  if (missing !== undefined) {
    return refused('topics', `No topic is called ${missing}.`);
  }
  const absent = goal.brokers.find((id) => !brokers.has(id));
  if (absent !== undefined) {
    return refused('brokers', `Broker ${absent} is not part of the cluster at the moment.`);
  }
  const chosen = chosenPartitions(metadata, goal);
  const targets = new Set(goal.brokers);
  const largest =
    goal.replicationFactor ?? Math.max(...chosen.map(({ metadata }) => settled(metadata).length), 0);
  if (largest > targets.size) {
    const field = goal.replicationFactor ? 'replicationFactor' : 'brokers';
    return refused(
      field,
      `${largest} replicas need ${largest} brokers; ${targets.size === 1 ? '1 is' : `${targets.size} are`} chosen.`,
    );
  }
  const racks = [...brokers.values()].map(({ id, rack }): TargetBroker => ({ id, rack }));
  const spreadGoal: SpreadGoal = {
    brokers: racks.filter(({ id }) => targets.has(id)),
    replicationFactor: goal.replicationFactor,
  };
  const spread = spreadReplicas(
    chosen.map(({ metadata }) => settled(metadata)),
    spreadGoal,
  );
  const planned = chosen.map((partition, index) => ({
    ...partition,
    after: spread[index] ?? [],
    sizeBytes: sizes.get(partition.topic, partition.metadata.partition) ?? null,
  }));
  return { kind: 'plan', plan: planOf(planned, racks) };
}

function chosenPartitions(metadata: ClusterMetadata, { topics, partitions: wanted }: ReassignmentGoal) {
  const only =
    wanted === null ? null : new Set(wanted.map(({ topic, partition }) => `${topic}-${partition}`));
  return [...metadata.topics.values()]
    .filter(({ name }) => topics?.includes(name) ?? true)
    .flatMap(({ name: topic, partitions }) => partitions.map((known) => ({ topic, metadata: known })))
    .filter(({ topic, metadata: { partition } }) => only?.has(`${topic}-${partition}`) ?? true);
}

function refused(field: string, reason: string): PlanOutcome {
  return { kind: 'refused', field, reason };
}

/** Where the replicas are once what is under way has ended. */
function settled({ replicas, removing }: PartitionMetadata): readonly number[] {
  return removing.length === 0 ? replicas : replicas.filter((id) => !removing.includes(id));
}

function planOf(planned: readonly PlannedPartition[], racks: readonly TargetBroker[]): ReassignmentPlan {
  const moves = planned.filter(({ metadata, after }) => !isSame(settled(metadata), after)).map(moveOf);
  const copied = moves.filter(({ before, after }) => added(before, after).length > 0);
  return {
    moves,
    partitions: planned.length,
    replicasToCopy: copied.reduce((total, { before, after }) => total + added(before, after).length, 0),
    bytesToCopy: copied.reduce((total, { bytesToCopy }) => total + (bytesToCopy ?? 0), 0),
    unknownSizes: copied.filter(({ sizeBytes }) => sizeBytes === null).length,
    brokers: plannedBrokers(planned, racks),
    rackViolations: rackViolations(planned, racks),
  };
}

function moveOf({ topic, metadata, after, sizeBytes }: PlannedPartition): PlannedMove {
  const before = settled(metadata);
  return {
    topic,
    partition: metadata.partition,
    before: [...before],
    after: [...after],
    sizeBytes,
    bytesToCopy: sizeBytes === null ? null : sizeBytes * added(before, after).length,
  };
}

function plannedBrokers(
  planned: readonly PlannedPartition[],
  racks: readonly TargetBroker[],
): PlannedBroker[] {
  const brokers = new Map<number, PlannedBroker>();
  const of = (id: number): PlannedBroker => {
    const broker = brokers.get(id) ?? emptyBroker(id, racks);
    brokers.set(id, broker);
    return broker;
  };
  for (const { id } of racks) of(id);
  for (const { metadata, after, sizeBytes } of planned) {
    const before = settled(metadata);
    for (const id of before) of(id).replicas.before += 1;
    for (const id of after) of(id).replicas.after += 1;
    for (const id of added(before, after)) of(id).bytesIn += sizeBytes ?? 0;
    if (before[0] !== undefined) of(before[0]).preferredLeaders.before += 1;
    if (after[0] !== undefined) of(after[0]).preferredLeaders.after += 1;
    const { leader } = metadata;
    if (leader === null) continue;
    of(leader).leaders.before += 1;
    of(after.includes(leader) ? leader : (after[0] ?? leader)).leaders.after += 1;
  }
  return [...brokers.values()].sort((one, other) => one.id - other.id);
}

function emptyBroker(id: number, racks: readonly TargetBroker[]): PlannedBroker {
  const none = () => ({ before: 0, after: 0 });
  return {
    id,
    rack: racks.find((broker) => broker.id === id)?.rack ?? null,
    leaders: none(),
    preferredLeaders: none(),
    replicas: none(),
    bytesIn: 0,
  };
}

function rackViolations(
  planned: readonly PlannedPartition[],
  brokers: readonly TargetBroker[],
): ReassignmentPlan['rackViolations'] {
  const racks = new Map(brokers.map(({ id, rack }) => [id, rack]));
  const distinct = (ids: Iterable<number>) => new Set([...ids].map((id) => racks.get(id) ?? null)).size;
  const available = distinct(racks.keys());
  if ([...racks.values()].some((rack) => rack === null) || racks.size === 0) {
    return null;
  }
  const violates = (replicas: readonly number[]) => distinct(replicas) < Math.min(replicas.length, available);
  return {
    before: planned.filter(({ metadata }) => violates(settled(metadata))).length,
    after: planned.filter(({ after }) => violates(after)).length,
  };
}

function added(before: readonly number[], after: readonly number[]): number[] {
  return after.filter((id) => !before.includes(id));
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((id, index) => id === other[index]);
}
