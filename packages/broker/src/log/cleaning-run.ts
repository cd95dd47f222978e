import {
  baseOffsetAt,
  batchSizeAt,
  deleteHorizonMsAt,
  isControlAt,
  lastOffsetAt,
  NO_PRODUCER_ID,
  producerEpochAt,
  producerIdAt,
} from '../protocol/record-batch.ts';
import type { Compute } from '../runtime/compute.ts';
import { BATCH_VERDICT } from './batch-filter.ts';
import { scanBatches } from './batch-scan.ts';
import type { CleanableRange } from './cleanable-range.ts';
import type { CleanedSegment } from './cleaned-segment.ts';
import { CleanedTransactions } from './cleaned-transactions.ts';
import type { CleaningTurn } from './cleaning-guard.ts';
import { filterBatchesJob, indexKeysJob } from './cleaning-jobs.ts';
import { DamagedLogError } from './damaged-log-error.ts';
import type { IoThrottle } from './io-throttle.ts';
import type { LogConfig } from './log-config.ts';
import { findAborted } from './log-search.ts';
import { BYTES_PER_SLOT, OffsetMap, type OffsetMapMemory } from './offset-map.ts';
import type { ProducerEntry } from './producer-entry.ts';
import type { Segment } from './segment.ts';
import type { SegmentList } from './segment-list.ts';

/** What all cleanings of a broker share, and how much of it one may take. */
export interface CleaningTools {
  readonly compute: Compute;
  readonly throttle: IoThrottle;
  /** Sixteen random bytes that no client knows. */
  readonly hashKey: Uint8Array;
  /** Memory for keys. */
  readonly mapBytes: number;
  /** How much of it may be filled, from 0 to 1. */
  readonly mapLoadFactor: number;
  /** What is read at once; a larger batch is read nevertheless. */
  readonly readBytes: number;
}

/** What a cleaning came to. */
export interface CleaningCounts {
  /** Everything below was cleaned. */
  endOffset: number;
  mapBytesRead: number;
  bytesRead: number;
  bytesWritten: number;
  recordsRead: number;
  recordsWritten: number;
  keylessRecords: number;
  /** How full the map became, from 0 to 1. */
  mapUse: number;
}

/** Thrown between two chunks when somebody wants the log for something else. */
export class CleaningAborted extends Error {}

/** The log that is cleaned, as it is while it is being cleaned. */
export interface CleanedLog {
  readonly segments: SegmentList;
  readonly config: LogConfig;
  producers(): Iterable<ProducerEntry>;
}

/** The last that a producer with a state wrote: a record, or else nothing but markers of an epoch. */
interface LastOfProducer {
  readonly dataOffset: number;
  readonly epoch: number;
}

/** Smaller maps than this are of no use. */
const SLOTS_MIN = 8;

/**
 * One cleaning of one log: first the last offset of each key in its dirty part is noted, as far as memory goes; then
 * all of it up to there is read again, and what has been superseded is left out. The records are worked on by
 * `Compute`; here only batch headers are looked at.
 */
export class CleaningRun {
  readonly counts: CleaningCounts;
  readonly #log: CleanedLog;
  readonly #range: CleanableRange;
  readonly #tools: CleaningTools;
  readonly #turn: CleaningTurn;
  readonly #nowMs: number;
  readonly #map: OffsetMapMemory;
  readonly #maxKeys: number;
  #latestOffset = -1;
  /** Where what a chunk's transactions say goes to. */
  #cleaned: CleanedSegment | null = null;
  readonly #transactions = new CleanedTransactions((transaction) =>
    this.#cleaned?.transactions.append(transaction),
  );

  constructor(
    log: CleanedLog,
    {
      range,
      tools,
      turn,
      nowMs,
    }: { range: CleanableRange; tools: CleaningTools; turn: CleaningTurn; nowMs: number },
  ) {
    this.#log = log;
    this.#range = range;
    this.#tools = tools;
    this.#turn = turn;
    this.#nowMs = nowMs;
    // No more slots than there are offsets to be noted: most logs need little of what they may take.
    const offsets = range.firstUncleanableOffset - range.firstDirtyOffset;
    const wanted = Math.ceil(offsets / tools.mapLoadFactor) + 1;
    const slots = Math.max(SLOTS_MIN, Math.min(wanted, Math.floor(tools.mapBytes / BYTES_PER_SLOT)));
    this.#map = OffsetMap.memory(slots, tools.hashKey);
    this.#maxKeys = Math.min(slots - 1, Math.max(1, Math.floor(slots * tools.mapLoadFactor)));
    this.counts = {
      endOffset: range.firstDirtyOffset,
      mapBytesRead: 0,
      bytesRead: 0,
      bytesWritten: 0,
      recordsRead: 0,
      recordsWritten: 0,
      keylessRecords: 0,
      mapUse: 0,
    };
  }

  /** Notes the keys of the dirty part. Sets `counts.endOffset`. */
  async indexKeys(segments: readonly Segment[]): Promise<void> {
    const { firstDirtyOffset, firstUncleanableOffset } = this.#range;
    const transactions = new CleanedTransactions();
    transactions.expect(await this.#abortedIn(firstDirtyOffset, firstUncleanableOffset));
    const dirty = segments.filter(
      (segment) => this.#endOf(segment) > firstDirtyOffset && segment.baseOffset < firstUncleanableOffset,
    );
    for (const segment of dirty) {
      if (await this.#indexSegment(segment, transactions)) break;
      // Behind the last batch nothing is left that could be noted.
      this.#latestOffset = this.#endOf(segment) - 1;
    }
    this.counts.mapUse = new OffsetMap(this.#map).size / new OffsetMap(this.#map).slots;
    this.counts.endOffset = this.#latestOffset + 1;
  }

  /** True when the map takes no more. */
  async #indexSegment(segment: Segment, transactions: CleanedTransactions): Promise<boolean> {
    const { firstDirtyOffset: fromOffset } = this.#range;
    const from = (await segment.offsetIndex()).lookup(fromOffset).position;
    return this.#readThrough(segment, from, async ({ bytes, position }) => {
      this.counts.mapBytesRead += bytes.length;
      const skipped = flagsOf(bytes, (at) => {
        const isControl = isControlAt(bytes, at);
        if (isControl) transactions.passControl(bytes, at);
        return isControl || transactions.passData(bytes, at) ? 1 : 0;
      });
      const input = { bytes, skipped, map: this.#map, fromOffset, maxKeys: this.#maxKeys };
      const damage = damageIn(segment, bytes, position);
      const indexed = await this.#tools.compute.run(indexKeysJob, input, [bytes.buffer]);
      if (indexed.kind === 'damaged') throw damage(indexed.at);
      if (indexed.latestOffset >= 0) this.#latestOffset = indexed.latestOffset;
      return indexed.isFull;
    });
  }

  /** Writes what stays of the segments into `cleaned`, which then lacks nothing but its completion. */
  async filterInto(cleaned: CleanedSegment, segments: readonly Segment[]): Promise<void> {
    this.#cleaned = cleaned;
    const lastOfProducers = new Map<number, LastOfProducer>();
    for (const { producerId, epoch, batches } of this.#log.producers()) {
      lastOfProducers.set(producerId, { dataOffset: batches.at(-1)?.lastOffset ?? -1, epoch });
    }
    for (const segment of segments) {
      this.#transactions.expect(await this.#abortedIn(segment.baseOffset, this.#endOf(segment)));
      await this.#readThrough(segment, 0, async (chunk) => {
        await this.#filterChunk(cleaned, { ...chunk, segment }, lastOfProducers);
        return false;
      });
    }
  }

  async #filterChunk(
    cleaned: CleanedSegment,
    { bytes, position, segment }: OwnChunk & { segment: Segment },
    lastOfProducers: ReadonlyMap<number, LastOfProducer>,
  ): Promise<void> {
    const { compute, throttle } = this.#tools;
    this.counts.bytesRead += bytes.length;
    const verdicts = flagsOf(bytes, (at) => this.#verdictOf(bytes, at, lastOfProducers));
    const input = {
      bytes,
      verdicts,
      map: this.#map,
      latestOffset: this.#latestOffset,
      nowMs: this.#nowMs,
      deleteRetentionMs: this.#log.config.deleteRetentionMs,
    };
    const damage = damageIn(segment, bytes, position);
    const filtered = await compute.run(filterBatchesJob, input, [bytes.buffer]);
    if (filtered.kind === 'damaged') throw damage(filtered.at);
    this.counts.recordsRead += filtered.readRecords;
    this.counts.recordsWritten += filtered.keptRecords;
    this.counts.keylessRecords += filtered.keylessRecords;
    if (filtered.bytes.length === 0) return;
    await cleaned.append(filtered.bytes);
    this.counts.bytesWritten += filtered.bytes.length;
    await throttle.pass(filtered.bytes.length, this.#turn);
  }

  #verdictOf(bytes: Uint8Array, at: number, lastOfProducers: ReadonlyMap<number, LastOfProducer>): number {
    const isControl = isControlAt(bytes, at);
    const isAlone = isControl
      ? this.#transactions.passControl(bytes, at)
      : this.#transactions.passData(bytes, at);
    const horizonMs = deleteHorizonMsAt(bytes, at);
    const isDiscarded = isAlone && (!isControl || (horizonMs !== null && horizonMs <= this.#nowMs));
    // Behind a cleaning the log goes on at the same offset, also when nothing of its last batch is left.
    const isLastOfRange = lastOffsetAt(bytes, at) + 1 === this.#range.firstUncleanableOffset;
    return (
      (isDiscarded ? BATCH_VERDICT.DISCARD : 0) |
      (isLastOfRange || isLastOfProducer(bytes, at, lastOfProducers) ? BATCH_VERDICT.RETAIN_EMPTY : 0) |
      (isAlone && isControl ? BATCH_VERDICT.MARKER_ALONE : 0)
    );
  }

  /** Reads a segment chunk by chunk, as fast as it may, until `visit` says that it is enough. */
  async #readThrough(
    segment: Segment,
    from: number,
    visit: (chunk: OwnChunk) => Promise<boolean>,
  ): Promise<boolean> {
    const { throttle, readBytes } = this.#tools;
    const range = { from, to: segment.sizeInBytes, chunkBytes: readBytes };
    let end = from;
    for await (const { bytes, position } of scanBatches(segment, range)) {
      end = position + bytes.length;
      await throttle.pass(bytes.length, this.#turn);
      if (this.#turn.isAborted) throw new CleaningAborted();
      // The scan took its memory for this chunk alone, and is done with it.
      if (await visit({ bytes: bytes as Uint8Array<ArrayBuffer>, position })) return true;
    }
    if (end === segment.sizeInBytes) return false;
    const flaw = { position: end, offset: segment.baseOffset, reason: 'it is not a whole record batch' };
    throw new DamagedLogError(segment.path, flaw);
  }

  /** Where the next segment begins. */
  #endOf(segment: Segment): number {
    return this.#log.segments.after(segment)?.baseOffset ?? this.#range.firstUncleanableOffset;
  }

  #abortedIn(fromOffset: number, upToOffset: number) {
    return findAborted(this.#log.segments.transactionalFrom(fromOffset), fromOffset, upToOffset);
  }
}

/** A chunk whose memory may be given away. */
interface OwnChunk {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly position: number;
}

/** What to say of a batch that turns out to be damaged when the bytes were given away. */
function damageIn(segment: Segment, bytes: Uint8Array, position: number): (at: number) => DamagedLogError {
  const offset = baseOffsetAt(bytes);
  return (at) =>
    new DamagedLogError(segment.path, { position: position + at, offset, reason: 'its checksum is wrong' });
}

/**
 * Whether a batch has to stay, if only as a header, for the sake of its producer: the one with its last sequence, or
 * for a producer without any record the markers of its epoch.
 */
function isLastOfProducer(
  bytes: Uint8Array,
  at: number,
  lastOfProducers: ReadonlyMap<number, LastOfProducer>,
): boolean {
  const producerId = producerIdAt(bytes, at);
  if (producerId === NO_PRODUCER_ID) return false;
  const last = lastOfProducers.get(producerId);
  if (last === undefined) return false;
  return last.dataOffset >= 0
    ? lastOffsetAt(bytes, at) === last.dataOffset
    : isControlAt(bytes, at) && producerEpochAt(bytes, at) === last.epoch;
}

/** One byte for each batch. */
function flagsOf(bytes: Uint8Array, flagAt: (at: number) => number): Uint8Array {
  const flags: number[] = [];
  for (let at = 0; at < bytes.length; at += batchSizeAt(bytes, at)) flags.push(flagAt(at));
  return Uint8Array.from(flags);
}
