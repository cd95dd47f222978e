import { coordinatorPartition } from '../../../src/coordination/coordinator-partition.ts';
import type { PartitionLog } from '../../../src/log/partition-log.ts';
import type { MetadataImage } from '../../../src/metadata/metadata-image.ts';
import { GROUP_METADATA_TOPIC, TRANSACTION_STATE_TOPIC } from '../../../src/metadata/topic-name.ts';
import type { MetadataQuorum } from '../../../src/raft/metadata-quorum.ts';
import type { VoteRequest } from '../../../src/raft/raft-messages.ts';
import type { Partition } from '../../../src/replication/partition.ts';
import type { Budget } from '../budget.ts';
import type { SimulatedCluster } from '../cluster.ts';
import type { Findings } from '../findings.ts';
import type { Flushing } from '../flushing.ts';
import { LossRule } from '../loss-rule.ts';
import type { SimulatedMachine } from '../simulated-machine.ts';
import { MetadataCheck } from './metadata-check.ts';
import type { NodeWatcher } from './node-probes.ts';
import { QuorumCheck } from './quorum-check.ts';
import { replicaDifference } from './replica-comparison.ts';
import { directoryOf, nameOf, ReplicationCheck } from './replication-check.ts';

export interface ClusterWatchOptions {
  readonly cluster: SimulatedCluster;
  readonly findings: Findings;
  readonly budget: Budget;
  readonly flushing: Flushing;
  readonly onLost: (partition: string) => void;
  /** Somebody is asked about a transactional id who believes to be its coordinator, and is so no more. */
  readonly onMisled: (transactionalId: string) => void;
  /** A log is cut off. */
  readonly onCut: () => void;
  /** For whoever reads the trace. */
  readonly note: (text: string) => void;
}

/** Everything that is looked at in the nodes themselves, beside what their clients are told. */
export class ClusterWatch implements NodeWatcher {
  readonly metadata: MetadataCheck;
  readonly losses: LossRule;
  readonly #options: ClusterWatchOptions;
  readonly #quorum: QuorumCheck;
  readonly #replication: ReplicationCheck;
  readonly #byDirectory: ReadonlyMap<string, SimulatedMachine>;

  constructor(options: ClusterWatchOptions) {
    const { cluster, findings, budget, flushing, onLost, note } = options;
    const { machines, minInSyncReplicas } = cluster;
    this.#options = options;
    this.#byDirectory = new Map(machines.map((machine) => [machine.directory, machine]));
    this.metadata = new MetadataCheck(findings, {
      note,
      onJoined: (partition, id) => this.#replication.joined(partition, id),
    });
    this.losses = new LossRule(budget, machines.length, this.metadata);
    this.#quorum = new QuorumCheck(findings, new Map(machines.map((machine) => [machine.id, machine])));
    const { topics, ledger, copies } = flushing;
    const planned = new Set([...topics, ledger, copies].map(({ name }) => name));
    this.#replication = new ReplicationCheck({
      ...{ findings, minInSyncReplicas, metadata: this.metadata, machines: this.#byDirectory },
      budgetOf: (topic) =>
        budget === 'flushed' && !flushing.isEverything && !planned.has(topic) ? 'beyond' : budget,
      mayLack: (id) => this.losses.mayLack(id),
      onLost,
    });
  }

  logOpened(log: PartitionLog, topicId: string): void {
    this.#replication.opened(log, topicId);
    const machine = this.#byDirectory.get(directoryOf(log));
    if (machine !== undefined && !machine.disk.refuses) machine.recovery.opened(nameOf(log));
  }

  epochBegan(log: PartitionLog, leaderEpoch: number): void {
    const { logEndOffset, highWatermark } = log;
    this.#options.note(
      `${directoryOf(log)} leads ${nameOf(log)} in epoch ${leaderEpoch}: ends at ${logEndOffset}, high watermark ${highWatermark}`,
    );
    this.#replication.epochBegan(log, leaderEpoch);
  }

  highWatermarkMoved(log: PartitionLog, isLeaders: boolean): void {
    this.#replication.highWatermarkMoved(log, isLeaders);
  }

  cutting(log: PartitionLog, offset: number): void {
    if (offset >= log.logEndOffset) return;
    const { findings, note, onCut } = this.#options;
    onCut();
    findings.count('cuts');
    note(`${directoryOf(log)} cuts ${nameOf(log)} from ${log.logEndOffset} to ${offset}`);
  }

  accepted(partition: Partition, done: Promise<number>): void {
    this.#replication.accepted(partition, done);
  }

  committed(image: MetadataImage): void {
    this.metadata.committed(image);
  }

  quorumOpened(quorum: MetadataQuorum): void {
    this.#quorum.opened(quorum);
  }

  voteGranted(quorum: MetadataQuorum, request: VoteRequest): void {
    this.#quorum.voteGranted(quorum, request);
  }

  transactionAsked(transactionalId: string, partition: number, leaderEpoch: number): void {
    const { partitions = [] } = this.metadata.newest.topicsByName.get(TRANSACTION_STATE_TOPIC) ?? {};
    const newestEpoch = partitions[partition]?.leaderEpoch ?? leaderEpoch;
    if (leaderEpoch < newestEpoch) this.#options.onMisled(transactionalId);
  }

  /** To be called between any two events. */
  look(): void {
    this.#quorum.look();
  }

  /** Whether a broker leads the partition of a group, by the newest that is known of the metadata. */
  coordinates(nodeId: number, groupId: string): boolean {
    const { partitions = [] } = this.metadata.newest.topicsByName.get(GROUP_METADATA_TOPIC) ?? {};
    return partitions[coordinatorPartition(groupId, partitions.length)]?.leader === nodeId;
  }

  /** The first thing that is not as it should be in a cluster that nothing happens to; null in one that is well. */
  whatIsIll(): string | null {
    const { machines } = this.#options.cluster;
    const down = machines.find(({ isServing }) => !isServing);
    if (down !== undefined) return `node ${down.id} does not serve`;
    const { brokers, topicsById } = this.metadata.newest;
    for (const { id } of machines)
      if (brokers.get(id)?.isFenced !== false) return `node ${id} is not let into the cluster`;
    for (const { name, partitions } of topicsById.values()) {
      for (const [index, { leader, isr, replicas }] of partitions.entries()) {
        if (leader < 0) return `${name}-${index} has no leader (in sync ${isr}, of ${replicas})`;
        if (isr.length < replicas.length) return `${name}-${index}: in sync are ${isr} of ${replicas}`;
      }
    }
    return null;
  }

  /** In a cluster that is well and where nobody writes all replicas come to hold the same; in words, what they do not. */
  whatDiffers(): string | null {
    return replicaDifference(this.metadata.newest, this.#options.cluster.machines);
  }
}
