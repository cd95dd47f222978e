import { controlRecordTypeOf } from '../protocol/control-records.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import {
  BATCH_HEADER_BYTES,
  isControlAt,
  lastOffsetAt,
  maxTimestampAt,
  producerIdAt,
  recordCountAt,
} from '../protocol/record-batch.ts';
import { RecordCursor } from '../protocol/records.ts';
import type { File } from '../runtime/disk.ts';
import type { WalkedBatch } from './batch-walk.ts';
import { type DamageEntry, type DumpEntry, damage } from './dump-entry.ts';
import { int64Of, isZero, type RawEntry, rawEntries } from './entry-reader.ts';
import type { LogBeside } from './log-beside.ts';

export interface DumpIndexOptions {
  readonly sizeInBytes: number;
  readonly startOffset: number;
  /** The segment to hold the entries against; null when it is not there. */
  readonly log: LogBeside | null;
}

/** What one kind of index has in an entry, and what must hold for it behind the entry before. */
interface IndexKind<Entry extends Readonly<Record<string, number>>> {
  readonly entryBytes: number;
  /** Kafka makes the index files of an active segment long beforehand: zeroes at the end are room. */
  readonly isPreallocated: boolean;
  parse(view: DataView, startOffset: number): Entry;
  /** What is wrong with an entry by itself, or behind the one before; null when nothing is. */
  complaint(entry: Entry, before: Entry | null, options: DumpIndexOptions): string | null;
  /** What is wrong with it against the segment; null when nothing is. */
  mismatch(entry: Entry, log: LogBeside): Promise<string | null>;
}

/** The entries of an `.index` file, each held against the batch that it points at. */
export function dumpOffsetIndex(file: File, options: DumpIndexOptions): AsyncGenerator<DumpEntry> {
  return dumpIndex(file, options, OFFSET_INDEX);
}

/** The entries of a `.timeindex` file, each held against the batch that ends at its offset. */
export function dumpTimeIndex(file: File, options: DumpIndexOptions): AsyncGenerator<DumpEntry> {
  return dumpIndex(file, options, TIME_INDEX);
}

/** The entries of a `.txnindex` file, each held against the ABORT marker that it stands for. */
export function dumpTransactionIndex(file: File, options: DumpIndexOptions): AsyncGenerator<DumpEntry> {
  return dumpIndex(file, options, TRANSACTION_INDEX);
}

async function* dumpIndex<Entry extends Readonly<Record<string, number>>>(
  file: File,
  options: DumpIndexOptions,
  kind: IndexKind<Entry>,
): AsyncGenerator<DumpEntry> {
  let before: Entry | null = null;
  let zeroes = 0;
  for await (const raw of rawEntries(file, kind.entryBytes, options.sizeInBytes)) {
    if (kind.isPreallocated && isZero(raw)) {
      zeroes++;
      continue;
    }
    if (zeroes > 0) yield damage(raw.position, `an entry behind ${zeroes} empty ones`);
    zeroes = 0;
    const entry: Entry = kind.parse(raw.view, options.startOffset);
    yield { kind: 'entry', fields: entry };
    const complaint = kind.complaint(entry, before, options);
    yield* complaints(raw, complaint ?? (await mismatchOf(entry, kind, options.log)));
    before = entry;
  }
  if (zeroes > 0) yield { kind: 'note', message: `${zeroes} empty entries at the end: room made beforehand` };
  const partial = options.sizeInBytes % kind.entryBytes;
  if (partial > 0) {
    yield damage(options.sizeInBytes - partial, `${partial} bytes are left, an entry has ${kind.entryBytes}`);
  }
}

function* complaints(raw: RawEntry, message: string | null): Generator<DamageEntry> {
  if (message !== null) yield damage(raw.position, message);
}

async function mismatchOf<Entry extends Readonly<Record<string, number>>>(
  entry: Entry,
  kind: IndexKind<Entry>,
  log: LogBeside | null,
): Promise<string | null> {
  return log === null ? null : kind.mismatch(entry, log);
}

const OFFSET_INDEX: IndexKind<{ offset: number; position: number }> = {
  entryBytes: 8,
  isPreallocated: true,
  parse: (view, startOffset) => ({ offset: startOffset + view.getInt32(0), position: view.getInt32(4) }),
  complaint({ offset, position }, before, { startOffset }) {
    if (offset < startOffset || position < 0) return `offset ${offset} at position ${position} cannot be`;
    if (before === null) return null;
    if (offset <= before.offset) return `offset ${offset} behind ${before.offset}`;
    return position <= before.position ? `position ${position} behind ${before.position}` : null;
  },
  async mismatch({ offset, position }, log) {
    const batch = await log.batchWhere((candidate) => candidate.position >= position);
    if (batch === null) return `position ${position} is no batch of the segment's ${log.sizeInBytes} bytes`;
    if (batch.position !== position) return `no batch begins at position ${position}`;
    const last = lastOffsetAt(batch.bytes);
    return last === offset ? null : `the batch at position ${position} ends at offset ${last}, not ${offset}`;
  },
};

const TIME_INDEX: IndexKind<{ timestamp: number; offset: number }> = {
  entryBytes: 12,
  isPreallocated: true,
  parse: (view, startOffset) => ({
    timestamp: int64Of(view, 0),
    offset: startOffset + view.getInt32(8),
  }),
  complaint({ timestamp, offset }, before, { startOffset }) {
    if (offset < startOffset) return `offset ${offset} is below the segment's first, ${startOffset}`;
    if (before === null) return null;
    if (timestamp <= before.timestamp) return `timestamp ${timestamp} behind ${before.timestamp}`;
    return offset < before.offset ? `offset ${offset} behind ${before.offset}` : null;
  },
  async mismatch({ timestamp, offset }, log) {
    const batch = await log.batchWhere((candidate) => lastOffsetAt(candidate.bytes) >= offset);
    if (batch === null) return `no batch of the segment ends at offset ${offset}`;
    const last = lastOffsetAt(batch.bytes);
    if (last !== offset) return `no batch of the segment ends at offset ${offset}; one ends at ${last}`;
    const max = maxTimestampAt(batch.bytes);
    return max === timestamp
      ? null
      : `the newest record of the batch at ${offset} is of ${max}, not ${timestamp}`;
  },
};

interface AbortedEntry {
  readonly [field: string]: number;
  readonly version: number;
  readonly producerId: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly lastStableOffset: number;
}

const TRANSACTION_INDEX: IndexKind<AbortedEntry> = {
  entryBytes: 34,
  isPreallocated: false,
  parse: (view) => ({
    version: view.getInt16(0),
    producerId: int64Of(view, 2),
    firstOffset: int64Of(view, 10),
    lastOffset: int64Of(view, 18),
    lastStableOffset: int64Of(view, 26),
  }),
  complaint({ version, firstOffset, lastOffset }, before, { startOffset }) {
    if (version !== 0) return `an entry of version ${version}; only 0 is known`;
    if (lastOffset < startOffset) return `a marker at ${lastOffset}, below the segment's first offset`;
    if (firstOffset > lastOffset) return `a transaction from ${firstOffset} to ${lastOffset}`;
    if (before === null || before.lastOffset < lastOffset) return null;
    return `a marker at ${lastOffset} behind the one at ${before.lastOffset}`;
  },
  async mismatch({ producerId, lastOffset }, log) {
    const batch = await log.batchWhere((candidate) => lastOffsetAt(candidate.bytes) >= lastOffset);
    const isMarker =
      batch !== null &&
      lastOffsetAt(batch.bytes) === lastOffset &&
      producerIdAt(batch.bytes) === producerId &&
      isAbort(batch);
    return isMarker ? null : `no ABORT marker of producer ${producerId} at offset ${lastOffset}`;
  },
};

function isAbort({ bytes, isWhole }: WalkedBatch): boolean {
  if (!isWhole || !isControlAt(bytes)) return false;
  try {
    const cursor = new RecordCursor(bytes.subarray(BATCH_HEADER_BYTES), recordCountAt(bytes));
    return cursor.next() && controlRecordTypeOf(cursor.key()) === 'abort';
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
}
