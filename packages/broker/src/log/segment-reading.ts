import { baseOffsetAt, lastOffsetAt, maxTimestampAt } from '../protocol/record-batch.ts';
import { invariant } from '../runtime/invariant.ts';
import { DamagedFileError } from './checkpoint-files.ts';
import { isUnreadable } from './damaged-log-error.ts';
import { IndexBuilder } from './index-builder.ts';
import type { SegmentIndexes } from './index-cache.ts';
import type { LogConfig } from './log-config.ts';
import type { IntactIndexes, Segment } from './segment.ts';
import type { ScanEnd } from './segment-scan.ts';
import { type AbortedTransaction, TransactionIndex } from './transaction-index.ts';

/** Of a closed segment: what is known of its indexes is what their files say. */
const EVERYTHING: IntactIndexes = { offsets: Infinity, times: Infinity, transactions: Infinity };

/** Takes in a batch that the index files need not know of; returns what the transaction index must hold. */
export type TakeBatch = (bytes: Uint8Array, at: number) => AbortedTransaction | null;

/** What the index files say of the front of a segment. */
interface KnownFront {
  readonly indexes: SegmentIndexes;
  readonly transactions: TransactionIndex;
  /** They are complete for the batches below this offset. */
  readonly upToOffset: number;
}

/**
 * Reads the end of a segment, from the last index entry below `upToOffset` on, and makes it the active one; `take`
 * gets the batches from that offset on. Null, and nothing done, when the index files are missing or are not of this
 * segment: then all of it must be read.
 */
export async function readEnd(
  segment: Segment,
  config: LogConfig,
  { upToOffset, take }: { upToOffset: number; take: TakeBatch },
): Promise<ScanEnd | null> {
  const front = await knownFront(segment, upToOffset);
  return front === null ? null : read(segment, config, { front, take });
}

/** Reads a segment through, whatever its index files say, and makes it the active one. */
export async function readThrough(segment: Segment, config: LogConfig, take: TakeBatch): Promise<ScanEnd> {
  const { indexes } = IndexBuilder.empty(segment.baseOffset, config.indexIntervalBytes);
  const transactions = TransactionIndex.empty();
  // Kafka has had files without a .txnindex where nothing was aborted, and we have: only one that is there is wrong.
  if (segment.hasTransactions) transactions.noteChanged();
  const front = { indexes, transactions, upToOffset: segment.baseOffset };
  const end = await read(segment, config, { front, take });
  invariant(end !== null, 'an index without entries contradicts nothing');
  return end;
}

async function knownFront(segment: Segment, upToOffset: number): Promise<KnownFront | null> {
  const indexes = await segment.readIndexes();
  if (indexes === null) return null;
  try {
    const transactions = await segment.transactions();
    indexes.offsets.truncateTo(upToOffset);
    indexes.times.truncateTo(upToOffset);
    transactions.truncateTo(upToOffset);
    return { indexes, transactions, upToOffset };
  } catch (error) {
    // The batches say it too.
    if (error instanceof DamagedFileError || isUnreadable(error)) return null;
    throw error;
  }
}

/** Null when the batch that the last index entry points to is not the one that the entry is of. */
async function read(
  segment: Segment,
  config: LogConfig,
  { front, take }: { front: KnownFront; take: TakeBatch },
): Promise<ScanEnd | null> {
  const { indexes, transactions, upToOffset } = front;
  const entry = indexes.offsets.count === 0 ? null : indexes.offsets.last;
  const from = entry?.position ?? 0;
  const firstTimestamp = from === 0 ? null : await firstTimestampOf(segment);
  const builder = new IndexBuilder(indexes, config.indexIntervalBytes, { sizeInBytes: from, firstTimestamp });
  const written = segment.intactIndexes ?? EVERYTHING;
  const intact = {
    offsets: Math.min(written.offsets, indexes.offsets.bytes().length),
    times: Math.min(written.times, indexes.times.bytes().length),
    transactions: Math.min(written.transactions, transactions.bytes().length),
  };
  let isBorneOut = entry === null;
  const range = { from, to: segment.sizeInBytes, fromOffset: segment.baseOffset };
  const end = await segment.scan(range, (bytes, at, position) => {
    if (position === entry?.position) isBorneOut = lastOffsetAt(bytes, at) === entry.offset;
    if (!isBorneOut) return;
    builder.add(bytes, at, position);
    const aborted = baseOffsetAt(bytes, at) < upToOffset ? null : take(bytes, at);
    if (aborted !== null) transactions.append(aborted);
  });
  if (!isBorneOut) return null;
  segment.replaceTransactions(transactions);
  segment.activate(builder, config, intact);
  return end;
}

async function firstTimestampOf(segment: Segment): Promise<number | null> {
  let timestamp: number | null = null;
  await segment.findBatch(0, (bytes, at) => {
    timestamp = maxTimestampAt(bytes, at);
    return true;
  });
  return timestamp;
}
