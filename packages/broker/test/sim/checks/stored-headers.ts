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

/** Segments by base offset, from the one that may hold `from`. */
function segmentsFrom(folder: DirectoryNode, from: number, view: TreeView): [number, Uint8Array][] {
  const segments: [number, Uint8Array][] = [];
  for (const [name, node] of folder.entries(view)) {
    if (node.kind === 'file' && name.length === 24 && name.endsWith('.log'))
      segments.push([Number(name.slice(0, 20)), node.content(view)]);
  }
  segments.sort(([left], [right]) => left - right);
  const first = segments.findLastIndex(([baseOffset]) => baseOffset <= from);
  return first <= 0 ? segments : segments.slice(first);
}
