import type { EpochStart, OffsetAndEpoch, StoredSnapshot } from '../../src/raft/epoch-log.ts';
import type { QuorumState } from '../../src/raft/quorum-state.ts';
import type { LogBatch } from '../../src/raft/raft-messages.ts';
import type { LoadedLog } from '../../src/raft/raft-state.ts';
import type { VoterNode, VoterSet } from '../../src/raft/voter-set.ts';
import type { SeededRandom } from '../seeded-random.ts';

/** One record of the log in the histories. */
export interface Entry {
  readonly epoch: number;
  readonly value: string;
}

interface Snapshot extends StoredSnapshot {
  /** Everything below its offset. */
  readonly entries: readonly Entry[];
  readonly voters: readonly VoterNode[] | null;
}

/** The directory of one replica: what is written, and how much of that a power cut leaves. */
export class ReplicaDisk {
  quorumState: QuorumState | null = null;
  batches: LogBatch[] = [];
  flushedBatches = 0;
  startOffset = 0;
  /** Every record from offset 0 on, by log or snapshot. */
  entries: Entry[] = [];
  snapshots: Snapshot[] = [];
  #chunks: Uint8Array[] = [];

  get endOffset(): number {
    return (this.batches.at(-1)?.lastOffset ?? this.startOffset - 1) + 1;
  }

  get flushedEndOffset(): number {
    return (this.batches[this.flushedBatches - 1]?.lastOffset ?? this.startOffset - 1) + 1;
  }

  append(batch: LogBatch): void {
    if (batch.baseOffset !== this.endOffset) {
      throw new Error(`a batch for ${batch.baseOffset} at the end ${this.endOffset}`);
    }
    this.batches.push(batch);
    this.entries.push(...entriesOf(batch));
  }

  truncate(offset: number): void {
    this.batches = this.batches.filter(({ lastOffset }) => lastOffset < offset);
    if (this.endOffset !== offset) throw new Error(`cut inside a batch: ${offset}, not ${this.endOffset}`);
    this.entries.length = offset;
    this.flushedBatches = Math.min(this.flushedBatches, this.batches.length);
  }

  powerCut(random: Pick<SeededRandom, 'between'>): void {
    // Pages may have reached the disk without a sync.
    const kept = random.between(this.flushedBatches, this.batches.length);
    this.batches = this.batches.slice(0, kept);
    this.entries.length = this.endOffset;
    this.processEnd();
  }

  processEnd(): void {
    this.#chunks = [];
  }

  /** Whole batches from the offset on. */
  read(fromOffset: number, most: number): LogBatch[] {
    return this.batches.filter(({ lastOffset }) => lastOffset >= fromOffset).slice(0, most);
  }

  takeSnapshot(offset: number, voters: readonly VoterNode[] | null): Snapshot | null {
    const entries = this.entries.slice(0, offset);
    const last = entries.at(-1);
    const isAtBatchEnd = this.batches.some(({ lastOffset }) => lastOffset + 1 === offset);
    if (last === undefined || !isAtBatchEnd || this.snapshots.some((one) => one.offset >= offset))
      return null;
    const snapshot = {
      offset,
      epoch: last.epoch,
      entries,
      voters,
      sizeInBytes: bytesOf(entries, voters).length,
    };
    this.snapshots.push(snapshot);
    return snapshot;
  }

  trim(offset: number): void {
    const kept = this.batches.filter(({ lastOffset }) => lastOffset >= offset);
    this.flushedBatches = Math.max(0, this.flushedBatches - (this.batches.length - kept.length));
    this.batches = kept;
    this.startOffset = offset;
    this.snapshots = this.snapshots.filter((one) => one.offset >= offset);
  }

  snapshotBytes(id: OffsetAndEpoch): Uint8Array {
    const snapshot = this.snapshots.find(({ offset, epoch }) => offset === id.offset && epoch === id.epoch);
    return snapshot === undefined ? new Uint8Array(0) : bytesOf(snapshot.entries, snapshot.voters);
  }

  storeChunk(position: number, bytes: Uint8Array): void {
    if (position === 0) this.#chunks = [];
    this.#chunks.push(bytes);
  }

  install(id: OffsetAndEpoch): Snapshot {
    const bytes = Buffer.concat(this.#chunks);
    const { entries, voters } = JSON.parse(bytes.toString());
    const snapshot = { ...id, entries, voters, sizeInBytes: bytes.length };
    this.#startBehind(snapshot);
    return snapshot;
  }

  #startBehind(snapshot: Snapshot): void {
    this.snapshots = [snapshot];
    this.batches = [];
    this.flushedBatches = 0;
    this.startOffset = snapshot.offset;
    this.entries = [...snapshot.entries];
  }

  /** A log that lost what a snapshot holds begins behind the snapshot. */
  recover(): void {
    const latest = this.snapshots.at(-1);
    if (latest !== undefined && latest.offset > this.endOffset) this.#startBehind(latest);
  }

  loaded(): LoadedLog {
    const epochs: EpochStart[] = [];
    const latest = this.snapshots.at(-1);
    const beforeStart = this.entries[this.startOffset - 1];
    if (beforeStart !== undefined) epochs.push({ epoch: beforeStart.epoch, startOffset: this.startOffset });
    const voterSets: VoterSet[] = [];
    if (latest?.voters != null) voterSets.push({ offset: latest.offset - 1, voters: latest.voters });
    for (const { epoch, baseOffset, lastOffset, voters } of this.batches) {
      if (epochs.at(-1)?.epoch !== epoch) epochs.push({ epoch, startOffset: baseOffset });
      if (voters !== null) voterSets.push({ offset: lastOffset, voters });
    }
    const { startOffset, endOffset, snapshots, quorumState } = this;
    return { stored: quorumState, log: { startOffset, endOffset, epochs, snapshots }, voterSets };
  }
}

export function entriesOf({ epoch, bytes, baseOffset, lastOffset }: LogBatch): Entry[] {
  const value = Buffer.from(bytes).toString();
  return Array.from({ length: lastOffset - baseOffset + 1 }, (_, index) => ({
    epoch,
    value: `${value}/${index}`,
  }));
}

function bytesOf(entries: readonly Entry[], voters: readonly VoterNode[] | null): Uint8Array {
  return Buffer.from(JSON.stringify({ entries, voters }));
}
