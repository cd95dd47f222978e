import {
  BATCH_HEADER_BYTES,
  baseOffsetAt,
  batchSizeAt,
  crcAt,
  lastOffsetAt,
  leaderEpochAt,
} from '../../../src/protocol/record-batch.ts';
import type { DirectoryNode, TreeView } from '../file-tree.ts';

/** What makes a batch this one and no other. The checksum covers its records. */
export interface StoredHeader {
  readonly baseOffset: number;
  readonly endOffset: number;
  readonly leaderEpoch: number;
  readonly crc: number;
  readonly sizeInBytes: number;
}

export function isSameBatch(left: StoredHeader, right: StoredHeader): boolean {
  return (
    left.baseOffset === right.baseOffset &&
    left.endOffset === right.endOffset &&
    left.leaderEpoch === right.leaderEpoch &&
    left.crc === right.crc
  );
}

export function textOf(header: StoredHeader | undefined): string {
  if (header === undefined) return 'nothing';
  const { baseOffset, endOffset, leaderEpoch, crc } = header;
  return `${baseOffset}–${endOffset - 1} of epoch ${leaderEpoch} (${(crc >>> 0).toString(16)})`;
}

/** The whole batches in a partition's folder that end above `from` and begin below `to`, in order. */
export function storedHeaders(
  folder: DirectoryNode,
  { from, to, view }: { readonly from: number; readonly to: number; readonly view: TreeView },
): StoredHeader[] {
  const found: StoredHeader[] = [];
  for (const [baseOffset, bytes] of segmentsFrom(folder, from, view)) {
    if (baseOffset >= to) break;
    for (let at = 0; at + BATCH_HEADER_BYTES <= bytes.length; ) {
      const sizeInBytes = batchSizeAt(bytes, at);
      if (sizeInBytes < BATCH_HEADER_BYTES || at + sizeInBytes > bytes.length) break;
      const header = {
        baseOffset: baseOffsetAt(bytes, at),
        endOffset: lastOffsetAt(bytes, at) + 1,
        leaderEpoch: leaderEpochAt(bytes, at),
        crc: crcAt(bytes, at),
        sizeInBytes,
      };
      if (header.baseOffset >= to) return found;
      if (header.endOffset > from) found.push(header);
      at += sizeInBytes;
    }
  }
  return found;
}

/**
 * Where a log ends: behind its last batch, or where its last segment begins. Of what lies before that a cleaning may have
 * taken everything.
 */
export function storedEnd(folder: DirectoryNode, view: TreeView): number {
  const [last] = segmentsFrom(folder, Number.POSITIVE_INFINITY, view);
  if (last === undefined) return 0;
  const batches = storedHeaders(folder, { from: last[0], to: Number.POSITIVE_INFINITY, view });
  return batches.at(-1)?.endOffset ?? last[0];
}

/**
 * Segments by base offset, from the one that may hold `from`. A cleaning that takes the place of others is theirs when
 * they are gone, as it is for a start.
 */
function segmentsFrom(folder: DirectoryNode, from: number, view: TreeView): [number, Uint8Array][] {
  const found = new Map<number, Uint8Array>();
  for (const [name, node] of folder.entries(view)) {
    const match = /^(\d{20})\.log(\.swap)?$/.exec(name);
    if (match === null || node.kind !== 'file') continue;
    const baseOffset = Number(match[1]);
    if (match[2] === undefined || !found.has(baseOffset)) found.set(baseOffset, node.content(view));
  }
  const segments = [...found].sort(([left], [right]) => left - right);
  const first = segments.findLastIndex(([baseOffset]) => baseOffset <= from);
  return first <= 0 ? segments : segments.slice(first);
}
