import {
  BATCH_HEADER_BYTES,
  baseOffsetAt,
  batchSizeAt,
  isCrcValidAt,
  lastOffsetAt,
} from '../../src/protocol/record-batch.ts';
import type { DirectoryNode, FileTree, TreeView } from './file-tree.ts';

/** Of the metadata log. */
export const METADATA_FOLDER = '__cluster_metadata-0';

/** One batch as it lies in a segment. */
export interface StoredBatch {
  readonly baseOffset: number;
  readonly endOffset: number;
  readonly bytes: Uint8Array;
}

/** What the segments of a partition hold. */
export interface StoredPartition {
  /** Of the directory, as `orders-0`. */
  readonly name: string;
  readonly batches: readonly StoredBatch[];
  /** Bytes behind the last batch that is whole and continues the one before. */
  readonly restBytes: number;
  /** Where the whole batches end. */
  readonly endOffset: number;
}

/**
 * The partitions in a log directory, read without the broker's own log: whole batches in one row of offsets, unbroken
 * but for cleanings. Kept by their directory, which stays the same through renames and crashes.
 */
export function storedPartitions(
  tree: FileTree,
  directory: string,
  view: TreeView,
): Map<DirectoryNode, StoredPartition> {
  const found = new Map<DirectoryNode, StoredPartition>();
  for (const [name, node] of entriesOf(tree, directory, view)) {
    if (node.kind === 'directory' && /^[A-Za-z0-9._-]+-\d+$/.test(name))
      found.set(node, readPartition(name, node, view));
  }
  return found;
}

/** The folder of a partition, if there is one. */
export function partitionFolder(
  tree: FileTree,
  directory: string,
  { name, view }: { readonly name: string; readonly view: TreeView },
): DirectoryNode | null {
  for (const [entry, node] of entriesOf(tree, directory, view))
    if (entry === name && node.kind === 'directory') return node;
  return null;
}

function entriesOf(tree: FileTree, directory: string, view: TreeView) {
  let parent: DirectoryNode = tree.root;
  for (const name of directory.split('/').filter((part) => part !== '')) {
    const next = parent.entries(view).get(name);
    if (next?.kind !== 'directory') return [];
    parent = next;
  }
  return parent.entries(view);
}

/** Cleaned, so that offsets may be missing and batches may have lost records. */
export function isCompacted(name: string): boolean {
  return name.startsWith('__');
}

export function readPartition(name: string, directory: DirectoryNode, view: TreeView): StoredPartition {
  const segments = [...directory.entries(view)]
    .filter(([file]) => /^\d{20}\.log$/.test(file))
    .sort(([left], [right]) => (left < right ? -1 : 1));
  const batches: StoredBatch[] = [];
  let restBytes = 0;
  let endOffset = Number(segments[0]?.[0].slice(0, 20) ?? 0);
  for (const [file, node] of segments) {
    if (node.kind !== 'file') continue;
    const bytes = node.content(view);
    const baseOffset = Number(file.slice(0, 20));
    const hasGaps = isCompacted(name);
    const follows = hasGaps ? baseOffset >= endOffset : baseOffset === endOffset;
    const here = restBytes > 0 || !follows ? [] : wholeBatches(bytes, baseOffset, { hasGaps });
    batches.push(...here);
    endOffset = here.at(-1)?.endOffset ?? endOffset;
    restBytes += bytes.length - here.reduce((sum, batch) => sum + batch.bytes.length, 0);
  }
  return { name, batches, restBytes, endOffset };
}

/**
 * All whole batches that a start may find in a partition besides those in its segments: in segments that are being
 * replaced or taken away, in those that a power loss brings back, in writes that were cut off and not synced since.
 */
export function hiddenBatches(directory: DirectoryNode): StoredBatch[] {
  const found: StoredBatch[] = [];
  const entries = [...directory.entries('live'), ...directory.entries('durable')];
  const logs = new Set(entries.flatMap(([file, node]) => (/^\d{20}\.log/.test(file) ? [node] : [])));
  for (const node of logs) {
    if (node.kind !== 'file') continue;
    const [live, durable] = [node.content('live'), node.content('durable')];
    const others = isBeginningOf(durable, live) ? node.unsyncedWrites : [durable, ...node.unsyncedWrites];
    for (const bytes of [live, ...others])
      if (bytes.length >= BATCH_HEADER_BYTES)
        found.push(...wholeBatches(bytes, baseOffsetAt(bytes), { hasGaps: true }));
  }
  return found;
}

function isBeginningOf(bytes: Uint8Array, longer: Uint8Array): boolean {
  return bytes.length <= longer.length && Buffer.compare(bytes, longer.subarray(0, bytes.length)) === 0;
}

/** The batches that `bytes` begin with, each whole, and at `offset` and on without a gap unless there may be some. */
export function wholeBatches(bytes: Uint8Array, offset: number, { hasGaps = false } = {}): StoredBatch[] {
  const batches: StoredBatch[] = [];
  let next = offset;
  for (let at = 0; at + BATCH_HEADER_BYTES <= bytes.length; ) {
    const size = batchSizeAt(bytes, at);
    if (size < BATCH_HEADER_BYTES || at + size > bytes.length) break;
    const baseOffset = baseOffsetAt(bytes, at);
    if (hasGaps ? baseOffset < next : baseOffset !== next) break;
    const batch = bytes.slice(at, at + size);
    if (!isCrcValidAt(batch)) break;
    batches.push({ baseOffset, endOffset: lastOffsetAt(batch) + 1, bytes: batch });
    next = lastOffsetAt(batch) + 1;
    at += size;
  }
  return batches;
}
