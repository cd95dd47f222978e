import type { ClusterChange, PartitionsNamed, TopicPartition } from '@odradek/contract';
import { addressText } from '../cluster-client/cluster-definition.ts';
import { type PartitionMetadata, partitionAt } from '../cluster-client/cluster-metadata.ts';
import type { ClusterTopology } from '../cluster-client/read-topology.ts';

/** What differs between two samples of a cluster's topology. */
export interface TopologyDifference {
  /** Partitions that are new or differ in any way. */
  readonly changed: readonly TopicPartition[];
  readonly removed: readonly TopicPartition[];
  /** What happened, in the order in which a person would tell it: brokers, controller, leaders, replicas. */
  readonly changes: readonly ClusterChange[];
}

/** How many partitions a change names; it counts all. */
const NAMED_MAX = 20;

/** Compares two samples. New and deleted topics are no event; one made again under its name is a new one. */
export function topologyDifference(before: ClusterTopology, after: ClusterTopology): TopologyDifference {
  const changed: TopicPartition[] = [];
  const told = new PartitionChanges();
  for (const [topic, { partitions, topicId }] of after.metadata.topics) {
    const known = before.metadata.topics.get(topic);
    const isSame = known !== undefined && known.topicId === topicId;
    for (const partition of partitions) {
      const was = isSame ? partitionAt(known, partition.partition) : undefined;
      if (was === undefined || !isEqual(was, partition)) {
        changed.push({ topic, partition: partition.partition });
      }
      if (was !== undefined) {
        told.compare(topic, was, partition);
      }
    }
  }
  return {
    changed,
    removed: removedFrom(before, after),
    changes: [...brokerChanges(before, after), ...controllerChanges(before, after), ...told.all()],
  };
}

function removedFrom(before: ClusterTopology, after: ClusterTopology): TopicPartition[] {
  const removed: TopicPartition[] = [];
  for (const [topic, { partitions }] of before.metadata.topics) {
    const now = after.metadata.topics.get(topic);
    if (now === undefined || now.partitions.length < partitions.length) {
      for (const { partition } of partitions) {
        if (now === undefined || partitionAt(now, partition) === undefined) {
          removed.push({ topic, partition });
        }
      }
    }
  }
  return removed;
}

function brokerChanges(before: ClusterTopology, after: ClusterTopology): ClusterChange[] {
  const [were, are] = [before.metadata.brokers, after.metadata.brokers];
  const gone = [...were.keys()]
    .filter((id) => !are.has(id))
    .map((brokerId) => ({
      kind: 'broker-down' as const,
      brokerId,
      isFenced: after.fenced?.has(brokerId) ?? false,
    }));
  const come = [...are.values()]
    .filter(({ id }) => !were.has(id))
    .map((broker) => ({ kind: 'broker-up' as const, brokerId: broker.id, address: addressText(broker) }));
  return [...gone, ...come];
}

/** A quorum that could not be asked says nothing about its leader. */
function controllerChanges(before: ClusterTopology, after: ClusterTopology): ClusterChange[] {
  const isTold = [before, after].every(({ quorum }) => quorum.state !== 'not-told');
  const [from, to] = [before.controllerId, after.controllerId];
  if (!isTold || from === to) {
    return [];
  }
  const epoch = 'partition' in after.quorum ? after.quorum.partition.leaderEpoch : null;
  return [{ kind: 'controller-moved', from, to, epoch }];
}

interface Told {
  readonly make: (partitions: PartitionsNamed, leaderEpoch: number | null) => ClusterChange;
  readonly partitions: TopicPartition[];
  total: number;
  leaderEpoch: number | null;
}

/** Gathers what happened to partitions; the same thing that happened to many becomes one change. */
class PartitionChanges {
  readonly #leaders = new Map<string, Told>();
  readonly #replicas = new Map<string, Told>();
  readonly #isr = new Map<string, Told>();

  all(): ClusterChange[] {
    return [this.#leaders, this.#isr, this.#replicas].flatMap((changes) =>
      [...changes.values()].map(({ make, partitions, total, leaderEpoch }) =>
        make({ total, partitions }, leaderEpoch),
      ),
    );
  }

  compare(topic: string, was: PartitionMetadata, is: PartitionMetadata): void {
    const where = { topic, partition: is.partition };
    if (was.leader !== is.leader || (was.leaderEpoch ?? 0) < (is.leaderEpoch ?? 0)) {
      const [from, to] = [was.leader, is.leader];
      note(this.#leaders, `${from} ${to}`, where, is.leaderEpoch, (partitions, leaderEpoch) => ({
        kind: 'leader-moved',
        from,
        to,
        partitions,
        leaderEpoch,
      }));
    }
    const lost = without(was.isr, is.isr);
    if (lost.length > 0) {
      note(this.#isr, `- ${lost}`, where, null, (partitions) => ({
        kind: 'isr-shrunk',
        brokers: lost,
        partitions,
      }));
    }
    const gained = without(is.isr, was.isr);
    if (gained.length > 0) {
      note(this.#isr, `+ ${gained}`, where, null, (partitions) => ({
        kind: 'isr-expanded',
        brokers: gained,
        partitions,
      }));
    }
    this.#compareReplicas(where, was, is);
  }

  #compareReplicas(where: TopicPartition, was: PartitionMetadata, is: PartitionMetadata): void {
    const [adding, removing] = [is.adding, is.removing].map(ascending);
    const isMoving = isReassigning(is);
    if (isMoving && !(sameIds(was.adding, is.adding) && sameIds(was.removing, is.removing))) {
      note(this.#replicas, `began ${adding} ${removing}`, where, null, (partitions) => ({
        kind: 'reassignment-began',
        adding: adding ?? [],
        removing: removing ?? [],
        partitions,
      }));
    } else if (!isMoving && isReassigning(was)) {
      this.#noteEnd(where, was, is);
    } else if (
      !isMoving &&
      without(is.replicas, was.replicas).length + without(was.replicas, is.replicas).length > 0
    ) {
      this.#noteEnded(where, without(is.replicas, was.replicas), without(was.replicas, is.replicas));
    }
  }

  #noteEnd(where: TopicPartition, was: PartitionMetadata, is: PartitionMetadata): void {
    // Replicas and what runs come from two answers of two brokers: either may be older than the other.
    const target = without([...new Set([...was.replicas, ...was.adding])], was.removing);
    if (sameIds(ascending(target), ascending(is.replicas))) {
      this.#noteEnded(where, ascending(was.adding), ascending(was.removing));
      return;
    }
    if (sameIds(ascending(was.replicas), ascending(is.replicas)) && was.adding.length > 0) {
      return;
    }
    const [adding, removing] = [ascending(was.adding), ascending(was.removing)];
    note(this.#replicas, `cancelled ${adding} ${removing}`, where, null, (partitions) => ({
      kind: 'reassignment-cancelled',
      adding,
      removing,
      partitions,
    }));
  }

  #noteEnded(where: TopicPartition, added: number[], removed: number[]): void {
    note(this.#replicas, `ended ${added} ${removed}`, where, null, (partitions) => ({
      kind: 'reassignment-ended',
      added,
      removed,
      partitions,
    }));
  }
}

function note(
  changes: Map<string, Told>,
  key: string,
  where: TopicPartition,
  leaderEpoch: number | null,
  make: Told['make'],
): void {
  const told = changes.get(key) ?? { make, partitions: [], total: 0, leaderEpoch: null };
  told.total += 1;
  if (told.partitions.length < NAMED_MAX) {
    told.partitions.push(where);
  }
  if (leaderEpoch !== null) {
    told.leaderEpoch = Math.max(told.leaderEpoch ?? 0, leaderEpoch);
  }
  changes.set(key, told);
}

function isReassigning({ adding, removing }: PartitionMetadata): boolean {
  return adding.length > 0 || removing.length > 0;
}

function isEqual(one: PartitionMetadata, other: PartitionMetadata): boolean {
  return (
    one.leader === other.leader &&
    one.leaderEpoch === other.leaderEpoch &&
    sameIds(one.replicas, other.replicas) &&
    sameIds(one.isr, other.isr) &&
    sameIds(one.offlineReplicas, other.offlineReplicas) &&
    sameIds(one.adding, other.adding) &&
    sameIds(one.removing, other.removing)
  );
}

function sameIds(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((id, index) => id === other[index]);
}

/** Those of `ids` that are not among `others`, by id. */
function without(ids: readonly number[], others: readonly number[]): number[] {
  const rest = ids.filter((id) => !others.includes(id));
  return rest.length > 1 ? ascending(rest) : rest;
}

function ascending(ids: readonly number[]): number[] {
  return [...ids].sort((one, other) => one - other);
}
