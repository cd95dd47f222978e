import { ProtocolError } from '../protocol/protocol-error.ts';
import {
  baseOffsetAt,
  batchesIn,
  compressionAt,
  lastOffsetAt,
  recordCountAt,
} from '../protocol/record-batch.ts';
import { RecordCursor, recordsBody } from '../protocol/records.ts';
import type { ComputeJob } from '../runtime/compute.ts';
import { DECOMPRESSED_BYTES_MAX, damagedAt, type FilterCounts, filterBatch } from './batch-filter.ts';
import { OffsetMap, type OffsetMapMemory } from './offset-map.ts';

export interface IndexKeysInput {
  /** Whole batches. */
  readonly bytes: Uint8Array;
  /** One byte for each batch, 1 where its keys do not count. */
  readonly skipped: Uint8Array;
  readonly map: OffsetMapMemory;
  /** Records below were indexed by an earlier cleaning. */
  readonly fromOffset: number;
  /** The map takes no more keys than this. */
  readonly maxKeys: number;
}

/** A batch is not as it was written; nothing was done with those behind it. */
export interface DamagedChunk {
  readonly kind: 'damaged';
  readonly at: number;
}

export interface IndexedKeys {
  readonly kind: 'indexed';
  /** Everything up to this offset is in the map; -1 where nothing was indexed. */
  readonly latestOffset: number;
  /** The map took no more. */
  readonly isFull: boolean;
  readonly records: number;
}

/** Notes the offset of each key in the map, up to the record for which it has no room. */
export const indexKeysJob: ComputeJob<IndexKeysInput, IndexedKeys | DamagedChunk> = {
  name: 'index-keys',
  run: indexKeys,
  sizeInBytes: ({ bytes }) => contentBytes(bytes),
  errorFrom: protocolErrorFrom,
};

function indexKeys(input: IndexKeysInput): IndexedKeys | DamagedChunk {
  const { bytes, skipped, map: memory, fromOffset, maxKeys } = input;
  const damaged = damagedAt(bytes);
  if (damaged >= 0) return { kind: 'damaged', at: damaged };
  const map = new OffsetMap(memory);
  let latestOffset = -1;
  let records = 0;
  let index = 0;
  for (const batch of batchesIn(bytes)) {
    if (skipped[index++] === 1) {
      records += recordCountAt(batch);
    } else {
      const body = recordsBody(batch, DECOMPRESSED_BYTES_MAX);
      const cursor = new RecordCursor(body, recordCountAt(batch));
      const baseOffset = baseOffsetAt(batch);
      while (cursor.next()) {
        const { keyAt, keyLength } = cursor;
        const offset = baseOffset + cursor.offsetDelta;
        if (keyLength >= 0 && offset >= fromOffset) {
          if (map.size >= maxKeys) return { kind: 'indexed', latestOffset, isFull: true, records };
          map.put(body, { start: keyAt, end: keyAt + keyLength, offset });
          latestOffset = offset;
        }
        records++;
      }
    }
    if (lastOffsetAt(batch) >= fromOffset) latestOffset = lastOffsetAt(batch);
  }
  return { kind: 'indexed', latestOffset, isFull: false, records };
}

export interface FilterBatchesInput {
  /** Whole batches. */
  readonly bytes: Uint8Array;
  /** One byte of `BATCH_VERDICT` flags for each batch. */
  readonly verdicts: Uint8Array;
  readonly map: OffsetMapMemory;
  readonly latestOffset: number;
  readonly nowMs: number;
  readonly deleteRetentionMs: number;
}

export interface FilteredBatches extends Readonly<FilterCounts> {
  readonly kind: 'filtered';
  /** The batches that stay, whole or rebuilt. */
  readonly bytes: Uint8Array;
}

/** Leaves out of a piece of a log what compaction takes away. */
export const filterBatchesJob: ComputeJob<FilterBatchesInput, FilteredBatches | DamagedChunk> = {
  name: 'filter-batches',
  run: filterBatches,
  sizeInBytes: ({ bytes }) => contentBytes(bytes),
  ownArrays: (output) => (output.kind === 'filtered' ? [output.bytes] : []),
  errorFrom: protocolErrorFrom,
};

function filterBatches(input: FilterBatchesInput): FilteredBatches | DamagedChunk {
  const damaged = damagedAt(input.bytes);
  if (damaged >= 0) return { kind: 'damaged', at: damaged };
  const rules = { ...input, map: new OffsetMap(input.map) };
  const counts = { readRecords: 0, keptRecords: 0, keylessRecords: 0 };
  const kept: Uint8Array[] = [];
  let index = 0;
  for (const batch of batchesIn(input.bytes)) {
    const left = filterBatch(batch, input.verdicts[index++] ?? 0, rules, counts);
    if (left !== null) kept.push(left);
  }
  return { kind: 'filtered', ...counts, bytes: joined(kept) };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** About how much there is to go through: content that compresses well is many times larger. */
function contentBytes(bytes: Uint8Array): number {
  const isCompressed = bytes.length > 0 && compressionAt(bytes) !== 'none';
  return bytes.length * (isCompressed ? 16 : 1);
}

function protocolErrorFrom(name: string, message: string): Error {
  if (name === 'ProtocolError') return new ProtocolError('malformed', message);
  return Object.assign(new Error(message), { name });
}
