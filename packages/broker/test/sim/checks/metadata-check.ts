import {
  EMPTY_IMAGE,
  type MetadataImage,
  type PartitionImage,
} from '../../../src/metadata/metadata-image.ts';
import type { Findings } from '../findings.ts';

const RECOVERING = 1;

type OnJoined = (partition: { readonly key: string; readonly name: string }, id: number) => void;

/** What is known of one partition from any node's metadata. */
interface KnownPartition {
  newest: PartitionImage;
  /** By leader epoch: who leads in it, and the in-sync replicas that were heard of last. */
  readonly epochs: Map<number, ReturnType<typeof epochOf>>;
  /** By partition epoch: all of it, as text. */
  readonly versions: Map<number, string>;
  /** Who had a replica and was told to give it up, and has not been in sync since. */
  readonly takenFrom: Set<number>;
}

/** Compares what every node knows of the committed metadata: all of them must say the same of the same moment. */
export class MetadataCheck {
  readonly #findings: Findings;
  readonly #note: (text: string) => void;
  readonly #onJoined: OnJoined;
  readonly #partitions = new Map<string, KnownPartition>();
  /** Epoch of the record at each offset that somebody knew of. */
  readonly #epochs = new Map<number, number>();
  /** States of partitions that were looked at. */
  readonly #seen = new WeakSet<PartitionImage>();
  #newest: MetadataImage = EMPTY_IMAGE;

  /** `note` is told of every change, for whoever reads the trace; `onJoined` of whoever comes to be in sync. */
  constructor(
    findings: Findings,
    { note, onJoined }: { readonly note: (text: string) => void; readonly onJoined: OnJoined },
  ) {
    this.#findings = findings;
    this.#note = note;
    this.#onJoined = onJoined;
  }

  /** The newest that any node knows. */
  get newest(): MetadataImage {
    return this.#newest;
  }

  committed(image: MetadataImage): void {
    if (image.offset < 0) return;
    this.#checkOffset(image);
    if (image.offset > this.#newest.offset) this.#newest = image;
    for (const { id, name, partitions } of image.topicsById.values()) {
      for (const [index, partition] of partitions.entries()) {
        if (this.#seen.has(partition)) continue;
        this.#seen.add(partition);
        this.#see(`${name}-${index}`, `${id}-${index}`, partition);
      }
    }
  }

  /** The in-sync replicas of a leader epoch as they were known last. */
  isrIn(topicId: string, index: number, leaderEpoch: number): readonly number[] | null {
    return this.#partitions.get(`${topicId}-${index}`)?.epochs.get(leaderEpoch)?.isr ?? null;
  }

  /** Whether the metadata says of a leader that it may lack what was acknowledged. */
  beganUnclean(topicId: string, index: number, leaderEpoch: number): boolean {
    return this.#partitions.get(`${topicId}-${index}`)?.epochs.get(leaderEpoch)?.beganUnclean ?? false;
  }

  /**
   * Whether a machine has a replica of a partition, by the newest that is known, and has not begun it anew since the
   * partition was taken from it.
   */
  hasKept(topicId: string, index: number, id: number): boolean {
    const known = this.#partitions.get(`${topicId}-${index}`);
    return known?.newest.replicas.includes(id) === true && !known.takenFrom.has(id);
  }

  #checkOffset({ offset, epoch }: MetadataImage): void {
    const known = this.#epochs.get(offset);
    if (known === undefined) this.#epochs.set(offset, epoch);
    else if (known !== epoch)
      this.#findings.violate(`metadata at ${offset} is known as of epoch ${known} and of ${epoch}`);
  }

  #see(name: string, key: string, partition: PartitionImage): void {
    const known = this.#partitions.get(key);
    if (known === undefined) {
      this.#partitions.set(key, {
        newest: partition,
        epochs: new Map([[partition.leaderEpoch, epochOf(partition)]]),
        versions: new Map([[partition.partitionEpoch, JSON.stringify(partition)]]),
        takenFrom: new Set(),
      });
      return;
    }
    const text = JSON.stringify(partition);
    const seen = known.versions.get(partition.partitionEpoch);
    if (seen === text) return;
    if (seen !== undefined) this.#findings.violate(`${name} is ${seen} on one node and ${text} on another`);
    known.versions.set(partition.partitionEpoch, text);
    this.#checkOne({ key, name }, known, partition);
    this.#checkShape(name, partition);
  }

  #checkOne(
    { key, name }: { readonly key: string; readonly name: string },
    known: KnownPartition,
    partition: PartitionImage,
  ): void {
    const { leader, leaderEpoch, partitionEpoch } = partition;
    const epoch = known.epochs.get(leaderEpoch);
    if (epoch === undefined) known.epochs.set(leaderEpoch, epochOf(partition));
    else if (epoch.leader !== leader)
      this.#findings.violate(`${name}: ${epoch.leader} and ${leader} lead in epoch ${leaderEpoch}`);
    else if (partitionEpoch > epoch.partitionEpoch) known.epochs.set(leaderEpoch, epochOf(partition));
    if (partitionEpoch <= known.newest.partitionEpoch) return;
    if (leaderEpoch < known.newest.leaderEpoch)
      this.#findings.violate(`${name}: leader epoch ${known.newest.leaderEpoch} became ${leaderEpoch}`);
    if (leaderEpoch > known.newest.leaderEpoch) this.#findings.count('elections');
    if (partition.isr.length !== known.newest.isr.length) this.#findings.count('isrChanges');
    for (const id of known.newest.replicas) if (!partition.replicas.includes(id)) known.takenFrom.add(id);
    for (const id of partition.isr) {
      known.takenFrom.delete(id);
      if (!known.newest.isr.includes(id)) this.#onJoined({ key, name }, id);
    }
    known.newest = partition;
    const { isr, eligibleLeaderReplicas: elr } = partition;
    this.#note(`${name}: ${leader} leads in epoch ${leaderEpoch}, in sync ${isr}, eligible ${elr}`);
  }

  #checkShape(name: string, partition: PartitionImage): void {
    const { isr, replicas, leader, eligibleLeaderReplicas } = partition;
    const stray = isr.find((id) => !replicas.includes(id));
    if (stray !== undefined) this.#findings.violate(`${name}: ${stray} is in sync and no replica`);
    if (leader >= 0 && !isr.includes(leader))
      this.#findings.violate(`${name}: ${leader} leads and is not in sync (${isr})`);
    const both = eligibleLeaderReplicas.find((id) => isr.includes(id));
    if (both !== undefined) this.#findings.violate(`${name}: ${both} is in sync, and eligible besides`);
  }
}

function epochOf({ leader, isr, partitionEpoch, leaderRecoveryState }: PartitionImage) {
  return { leader, isr, partitionEpoch, beganUnclean: leaderRecoveryState === RECOVERING };
}
