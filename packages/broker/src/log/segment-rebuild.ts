import {
  baseOffsetAt,
  batchSizeAt,
  CURRENT_MAGIC,
  isCrcValidAt,
  lastOffsetAt,
  magicAt,
} from '../protocol/record-batch.ts';
import type { File } from '../runtime/disk.ts';
import { scanBatches } from './batch-scan.ts';
import { IndexBuilder } from './index-builder.ts';

export interface RebuildOptions {
  readonly baseOffset: number;
  readonly sizeInBytes: number;
  readonly intervalBytes: number;
  /** Called for each valid batch, in order. */
  visit(bytes: Uint8Array, at: number): void;
}

export interface RebuiltSegment {
  readonly builder: IndexBuilder;
  /** Length of the valid batches at the front of the file. */
  readonly validBytes: number;
  /** The offset behind the last of them. */
  readonly nextOffset: number;
}

const SCAN_CHUNK_BYTES = 1024 * 1024;

/**
 * Reads the batches of a `.log` file up to the first that is not valid: wrong length, magic or checksum, or offsets
 * that do not ascend. What lies behind it was never acknowledged as a whole.
 */
export async function rebuildIndexes(file: File, options: RebuildOptions): Promise<RebuiltSegment> {
  const builder = IndexBuilder.empty(options.baseOffset, options.intervalBytes);
  let validBytes = 0;
  let nextOffset = options.baseOffset;
  const range = { from: 0, to: options.sizeInBytes, chunkBytes: SCAN_CHUNK_BYTES };
  for await (const { bytes, position } of scanBatches(file, range)) {
    for (let at = 0; at < bytes.length; at += batchSizeAt(bytes, at)) {
      if (!isValidAt(bytes, at, nextOffset)) return { builder, validBytes, nextOffset };
      builder.add(bytes, at, position + at);
      options.visit(bytes, at);
      nextOffset = lastOffsetAt(bytes, at) + 1;
      validBytes = position + at + batchSizeAt(bytes, at);
    }
  }
  return { builder, validBytes, nextOffset };
}

function isValidAt(bytes: Uint8Array, at: number, nextOffset: number): boolean {
  return (
    magicAt(bytes, at) === CURRENT_MAGIC &&
    baseOffsetAt(bytes, at) >= nextOffset &&
    lastOffsetAt(bytes, at) >= baseOffsetAt(bytes, at) &&
    isCrcValidAt(bytes, at)
  );
}
