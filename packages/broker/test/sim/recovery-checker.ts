import { recordsBody, recordsIn } from '../../src/protocol/records.ts';
import type { DirectoryNode, FileTree } from './file-tree.ts';
import type { Findings } from './findings.ts';
import {
  hiddenBatches,
  isCompacted,
  partitionFolder,
  readPartition,
  type StoredBatch,
  type StoredPartition,
  storedPartitions,
  wholeBatches,
} from './partition-files.ts';

/** Bytes that a process had handed to the disk when it ended. */
export interface WriteUnderWay {
  readonly bytes: Uint8Array;
}

/** What is known of one partition when a process ends. */
interface Known {
  readonly name: string;
  /** Everything that was appended, written or on its way. */
  readonly appended: ReadonlyMap<number, StoredBatch>;
  /** What may be there as well, in place of it or behind it: before a cleaning, or cut off when the disk was full. */
  readonly hidden: readonly StoredBatch[];
  /** Everything below must be there after the recovery. */
  readonly floor: number;
  readonly endOffset: number;
}

/** Batches of internal topics above the floor may give way to what a start itself writes. */
const WRITTEN_BY_STARTS = /^__/;

/**
 * Compares what lies on the disk when a process ends with what the next one serves: what the page cache held (after
 * a process crash) or the platter (after a power loss) is there byte for byte, and nothing is there that was never
 * appended.
 */
export class RecoveryChecker {
  readonly #tree: FileTree;
  readonly #directory: string;
  readonly #findings: Findings;
  readonly #known = new Map<DirectoryNode, Known>();

  constructor(tree: FileTree, directory: string, findings: Findings) {
    this.#tree = tree;
    this.#directory = directory;
    this.#findings = findings;
  }

  /**
   * Notes what there is. To be called when a process has ended, before the disk loses anything; once more, for the
   * power, when the machine goes down with it.
   */
  processEnded(how: 'crash' | 'power loss', underWay: readonly WriteUnderWay[]): void {
    const live = storedPartitions(this.#tree, this.#directory, 'live');
    const durable = storedPartitions(this.#tree, this.#directory, 'durable');
    const before = new Map(this.#known);
    this.#known.clear();
    for (const [directory, partition] of live) {
      const appended = new Map(before.get(directory)?.appended);
      const batches = [...partition.batches, ...continuing(partition, underWay)];
      for (const batch of batches) appended.set(batch.baseOffset, batch);
      const sure = how === 'crash' ? partition : durable.get(directory);
      const floor = Math.min(sure?.endOffset ?? 0, before.get(directory)?.floor ?? Number.POSITIVE_INFINITY);
      const { name, endOffset } = partition;
      const hidden = [...(before.get(directory)?.hidden ?? []), ...hiddenBatches(directory)];
      this.#known.set(directory, { name, appended, hidden, floor, endOffset });
    }
  }

  /** Checks what a start has made of a partition, now that its log is open. */
  opened(name: string): void {
    const folder = partitionFolder(this.#tree, this.#directory, { name, view: 'live' });
    const known = folder === null ? undefined : this.#known.get(folder);
    if (folder === null || known === undefined) return;
    this.#known.delete(folder);
    this.#compare(readPartition(name, folder, 'live'), known);
  }

  #compare(now: StoredPartition, { appended, hidden, floor, endOffset }: Known): void {
    const { name } = now;
    if (now.restBytes > 0)
      this.#findings.violate(`${name}: ${now.restBytes} bytes are no batches after the recovery`);
    if (now.endOffset < floor)
      this.#findings.violate(`${name}: ends at ${now.endOffset} after the recovery, the disk had ${floor}`);
    if (now.endOffset < endOffset) this.#findings.count('truncations');
    for (const batch of now.batches) {
      if (batch.baseOffset >= floor && WRITTEN_BY_STARTS.test(name)) break;
      const original = appended.get(batch.baseOffset);
      if (original !== undefined && Buffer.from(original.bytes).equals(batch.bytes)) continue;
      const others = hidden.filter(({ baseOffset }) => baseOffset === batch.baseOffset);
      const originals = original === undefined ? others : [original, ...others];
      if (isCompacted(name) && originals.some((candidate) => isCleanedOf(batch, candidate))) continue;
      // A refused append may be back, where nothing else was written in its place.
      if (original === undefined && others.some(({ bytes }) => Buffer.from(bytes).equals(batch.bytes)))
        continue;
      this.#findings.violate(`${name}: the batch at ${batch.baseOffset} is not the one that was appended`);
      return;
    }
  }
}

/** A cleaning takes records out of a batch; those that stay, and its offsets, are what they were. */
function isCleanedOf(batch: StoredBatch, original: StoredBatch): boolean {
  if (batch.endOffset !== original.endOffset) return false;
  const originals = new Set(recordTexts(original));
  return recordTexts(batch).every((text) => originals.has(text));
}

function recordTexts({ bytes }: StoredBatch): string[] {
  return [...recordsIn(bytes, recordsBody(bytes, 10_000_000))].map(({ offset, timestamp, key, value }) =>
    JSON.stringify([offset, timestamp, key && Buffer.from(key), value && Buffer.from(value)]),
  );
}

/** Writes under way that continue the partition, one after another. */
function continuing(partition: StoredPartition, underWay: readonly WriteUnderWay[]): StoredBatch[] {
  let offset = partition.endOffset;
  const found: StoredBatch[] = [];
  for (const { bytes } of underWay) {
    const batches = wholeBatches(bytes, offset);
    found.push(...batches);
    offset = batches.at(-1)?.endOffset ?? offset;
  }
  return found;
}
