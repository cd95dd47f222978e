import type { PartitionLog } from '../../../src/log/partition-log.ts';
import { CLUSTER_METADATA_TOPIC } from '../../../src/metadata/topic-name.ts';
import { ErrorCode } from '../../../src/protocol/errors.ts';
import type { Partition } from '../../../src/replication/partition.ts';
import type { Budget } from '../budget.ts';
import type { Findings } from '../findings.ts';
import { isCompacted, partitionFolder } from '../partition-files.ts';
import type { SimulatedMachine } from '../simulated-machine.ts';
import { CommittedPartition } from './committed-partition.ts';
import type { MetadataCheck } from './metadata-check.ts';
import { type StoredHeader, storedEnd, storedHeaders } from './stored-headers.ts';

/** A log while its node leads the partition. */
interface Led {
  readonly leaderEpoch: number;
  highWatermark: number;
}

export interface ReplicationCheckOptions {
  readonly findings: Findings;
  readonly machines: ReadonlyMap<string, SimulatedMachine>;
  readonly metadata: MetadataCheck;
  /** What is promised of a topic. */
  readonly budgetOf: (topic: string) => Budget;
  readonly minInSyncReplicas: number;
  /** Whether what a machine had may be gone for now, within the budget. */
  readonly mayLack: (machineId: number) => boolean;
  /** Records of a partition from an offset on are lost, beyond what is promised. */
  readonly onLost: (partition: string, offset: number) => void;
}

/**
 * Looks at every log from beside: the files of all machines, at the moments at which a leader begins, takes records, or
 * says that they are committed.
 */
export class ReplicationCheck {
  readonly #options: ReplicationCheckOptions;
  /** By topic id and partition. */
  readonly #committed = new Map<string, CommittedPartition>();
  readonly #led = new WeakMap<PartitionLog, Led>();
  readonly #topicIds = new WeakMap<PartitionLog, string>();
  readonly #followed = new WeakMap<PartitionLog, number>();
  /** Who took records, by partition and leader epoch. */
  readonly #acceptedBy = new Map<string, string>();

  constructor(options: ReplicationCheckOptions) {
    this.#options = options;
  }

  accepted(partition: Partition, done: Promise<number>): void {
    const { findings } = this.#options;
    const key = `${partition.topicId}-${partition.partition} in epoch ${partition.leaderEpoch}`;
    const node = directoryOf(partition.log);
    const other = this.#acceptedBy.get(key);
    this.#acceptedBy.set(key, node);
    if (other !== undefined && other !== node)
      findings.violate(`${partition.topic}: ${other} and ${node} both took records for ${key}`);
    void done.then((code) => {
      if (code === ErrorCode.NOT_LEADER_OR_FOLLOWER) findings.count('fencedWrites');
    });
  }

  /**
   * What is committed must be in the log of each later leader, batch by batch. One that was held up may begin when
   * another has led for long, and does no harm.
   */
  epochBegan(log: PartitionLog, leaderEpoch: number): void {
    if (isMetadata(log)) return;
    this.#led.set(log, { leaderEpoch, highWatermark: log.highWatermark });
    const committed = this.#committedOf(log);
    const to = committed.endFor(leaderEpoch);
    if (to === 0) return;
    const { budgetOf, findings, onLost } = this.#options;
    const lost = this.#differenceOf(log, committed, { from: log.logStartOffset, to });
    if (lost === null) return;
    const name = nameOf(log);
    if (budgetOf(log.topicPartition.topic) !== 'beyond') {
      findings.violate(`${name}: ${directoryOf(log)} leads in epoch ${leaderEpoch}, and ${lost.text}`);
      return;
    }
    const { partition } = log.topicPartition;
    if (!this.#options.metadata.beganUnclean(this.#topicIds.get(log) ?? '', partition, leaderEpoch))
      findings.violate(`${name}: lost in epoch ${leaderEpoch}, and nobody says so: ${lost.text}`);
    findings.count('lostRecords', committed.endOffset - lost.offset);
    committed.forgetFrom(lost.offset);
    onLost(name, lost.offset);
  }

  highWatermarkMoved(log: PartitionLog, isLeaders: boolean): void {
    if (isMetadata(log) || !this.#topicIds.has(log)) return;
    if (isLeaders) this.#leaderCommitted(log);
    else this.#followerTold(log);
  }

  opened(log: PartitionLog, topicId: string): void {
    this.#topicIds.set(log, topicId);
  }

  /** Whoever comes to be in sync has everything that is committed: it may lead from now on. */
  joined({ key, name }: { readonly key: string; readonly name: string }, id: number): void {
    const { budgetOf, findings, machines, mayLack } = this.#options;
    const committed = this.#committed.get(key);
    const machine = [...machines.values()].find((one) => one.id === id);
    const topic = name.slice(0, name.lastIndexOf('-'));
    if (committed === undefined || machine === undefined || mayLack(id) || budgetOf(topic) === 'beyond')
      return;
    const folder = partitionFolder(machine.tree, machine.directory, { name, view: 'live' });
    const range = { from: 0, to: committed.endOffset };
    const stored = folder === null ? [] : storedHeaders(folder, { ...range, view: 'live' });
    const end = folder === null ? 0 : storedEnd(folder, 'live');
    const difference = isCompacted(name) ? null : committed.differenceTo(stored, range);
    if (difference !== null || end < committed.endOffset)
      findings.violate(`${name}: node ${id} is in sync, and ${difference?.text ?? `ends at ${end}`}`);
  }

  #leaderCommitted(log: PartitionLog): void {
    const led = this.#led.get(log);
    if (led === undefined) return;
    const { findings } = this.#options;
    const name = `${nameOf(log)} in epoch ${led.leaderEpoch}`;
    const { highWatermark } = log;
    if (highWatermark < led.highWatermark)
      findings.violate(`${name}: the high watermark fell from ${led.highWatermark} to ${highWatermark}`);
    led.highWatermark = highWatermark;
    const committed = this.#committedOf(log);
    const from = committed.endOffset;
    if (highWatermark <= from) return;
    const stored = this.#headersOf(this.#machineOf(log), log, { from, to: highWatermark });
    committed.extend(stored, { to: highWatermark, leaderEpoch: led.leaderEpoch });
    this.#checkHolders(log, led, { from, to: committed.endOffset });
  }

  /** What is committed is on every in-sync replica, and on enough of them. */
  #checkHolders(log: PartitionLog, { leaderEpoch }: Led, range: { from: number; to: number }): void {
    const { metadata, budgetOf, findings, machines, mayLack, minInSyncReplicas } = this.#options;
    const budget = budgetOf(log.topicPartition.topic);
    const topicId = this.#topicIds.get(log) ?? '';
    const { partition } = log.topicPartition;
    const isr = metadata.isrIn(topicId, partition, leaderEpoch);
    if (budget === 'beyond' || isr === null) return;
    const view = budget === 'flushed' ? 'durable' : 'live';
    const committed = this.#committedOf(log);
    let holders = 0;
    for (const machine of machines.values()) {
      const stored = this.#headersOf(machine, log, { ...range, view });
      const difference = committed.differenceTo(stored, range);
      if (difference === null) holders += 1;
      if (difference === null || !isr.includes(machine.id)) continue;
      // One that a reassignment has taken the partition from may have removed it already, or begun it anew.
      const mayBeWithout = mayLack(machine.id) || !metadata.hasKept(topicId, partition, machine.id);
      if (mayBeWithout) holders += 1;
      else
        findings.violate(
          `${nameOf(log)} in epoch ${leaderEpoch}: ${difference.text} on node ${machine.id}, which is in sync (${isr})`,
        );
    }
    if (holders < minInSyncReplicas)
      findings.violate(
        `${nameOf(log)} in epoch ${leaderEpoch}: committed to ${range.to}, and ${holders} replicas have it`,
      );
  }

  #followerTold(log: PartitionLog): void {
    const { findings, budgetOf } = this.#options;
    this.#led.delete(log);
    const from = this.#followed.get(log) ?? log.logStartOffset;
    const { highWatermark } = log;
    this.#followed.set(log, highWatermark);
    if (highWatermark <= from || budgetOf(log.topicPartition.topic) === 'beyond') return;
    const committed = this.#committedOf(log);
    const name = `${nameOf(log)} on ${directoryOf(log)}, which follows`;
    if (highWatermark > committed.endOffset)
      findings.violate(`${name}: high watermark ${highWatermark}, committed ${committed.endOffset}`);
    const difference = this.#differenceOf(log, committed, { from, to: highWatermark });
    if (difference !== null) findings.violate(`${name}: ${difference.text}`);
  }

  /** Between two offsets; a compacted log need only reach as far. */
  #differenceOf(log: PartitionLog, committed: CommittedPartition, range: { from: number; to: number }) {
    if (isCompacted(nameOf(log))) {
      if (log.logEndOffset >= range.to) return null;
      return { offset: log.logEndOffset, text: `committed to ${range.to}, it ends at ${log.logEndOffset}` };
    }
    return committed.differenceTo(this.#headersOf(this.#machineOf(log), log, range), range);
  }

  #headersOf(
    machine: SimulatedMachine | undefined,
    log: PartitionLog,
    { from, to, view = 'live' }: { from: number; to: number; view?: 'live' | 'durable' },
  ): readonly StoredHeader[] {
    if (machine === undefined) return [];
    const folder = partitionFolder(machine.tree, machine.directory, { name: nameOf(log), view });
    return folder === null ? [] : storedHeaders(folder, { from, to, view });
  }

  #machineOf(log: PartitionLog): SimulatedMachine | undefined {
    return this.#options.machines.get(directoryOf(log));
  }

  #committedOf(log: PartitionLog): CommittedPartition {
    const key = `${this.#topicIds.get(log)}-${log.topicPartition.partition}`;
    const known = this.#committed.get(key);
    if (known !== undefined) return known;
    const none = new CommittedPartition();
    this.#committed.set(key, none);
    return none;
  }
}

export function nameOf({ topicPartition: { topic, partition } }: PartitionLog): string {
  return `${topic}-${partition}`;
}

/** The folder of the node that the log belongs to. */
export function directoryOf({ directory }: PartitionLog): string {
  return directory.slice(0, directory.indexOf('/', 1));
}

function isMetadata({ topicPartition }: PartitionLog): boolean {
  return topicPartition.topic === CLUSTER_METADATA_TOPIC;
}
