import fs from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { IoThrottle } from '../../src/log/io-throttle.ts';
import { BYTES_PER_SLOT } from '../../src/log/offset-map.ts';
import type { PartitionLog } from '../../src/log/partition-log.ts';
import { buildTransactionMarker } from '../../src/protocol/control-records.ts';
import { ErrorCode } from '../../src/protocol/errors.ts';
import {
  assignOffsets,
  batchesIn,
  type CompressionType,
  deleteHorizonMsAt,
  isControlAt,
  isTransactionalAt,
  lastOffsetAt,
  producerIdAt,
  stampLogAppendTime,
} from '../../src/protocol/record-batch.ts';
import { buildBatch, recordsBody, recordsIn } from '../../src/protocol/records.ts';
import { nodeCompute } from '../../src/runtime/node-compute.ts';
import {
  type CompactionHistory,
  type CompactionStep,
  DELETE_RETENTION_MS,
  type KeyedRecord,
} from './compaction-history.ts';
import { CompactionModel, latestOf } from './compaction-model.ts';
import { hastyDisk } from './hasty-disk.ts';
import { LogBed } from './log-bed.ts';

/** A cleaning that is about to happen, for another cleaner to do the same with a copy. */
export interface PlannedCleaning {
  /** Of the partition, all of it written. */
  readonly directory: string;
  readonly nowMs: number;
  readonly firstDirtyOffset: number;
  readonly firstUncleanableOffset: number;
  readonly slots: number;
  readonly segmentBytes: number;
}

/** Is told of each cleaning before it is done; what it returns is told what our cleaner came to. */
export type CleaningWitness = (planned: PlannedCleaning) => Promise<(endOffset: number) => Promise<void>>;

/** One record as a consumer gets it. */
interface SeenRecord extends KeyedRecord {
  readonly offset: number;
  readonly timestamp: number;
  readonly deleteHorizonMs: number | null;
  readonly producer: number;
  readonly isTransactional: boolean;
}

function must(condition: boolean, text: string): asserts condition {
  if (!condition) throw new Error(text);
}

/** Lives a history against a real log and against the model, and compares them after each cleaning and restart. */
export class CompactionBed {
  readonly #bed = new LogBed(hastyDisk);
  readonly #model = new CompactionModel();
  readonly #history: CompactionHistory;
  readonly #witness: CleaningWitness | null;
  #log!: PartitionLog;
  /** Everything below was cleaned with a map that held all its keys. */
  #cleanedTo = 0;
  #cleanedAtMs = 0;
  #highWatermark = 0;
  /** Nothing at or above was ever touched. */
  #touchedTo = 0;
  /** How many records the cleanings took away. */
  removedRecords = 0;

  constructor(history: CompactionHistory, witness: CleaningWitness | null = null) {
    this.#history = history;
    this.#witness = witness;
  }

  async live(): Promise<void> {
    try {
      await this.#open({ isClean: false });
      for (const step of this.#history.steps) {
        await this.#take(step);
        if (this.#history.replicates === 'at once') this.#replicate();
      }
      await this.#restart('crash without snapshots');
      must(this.#bed.failures.length === 0, `the disk failed: ${this.#bed.failures}`);
    } finally {
      await this.#log?.close();
      this.#bed.remove();
    }
  }

  async #open(given: { isClean: boolean }): Promise<void> {
    const { segmentBytes, minCompactionLagMs, timestampType } = this.#history;
    const previous = this.#log as PartitionLog | undefined;
    this.#log = await this.#bed.open({
      isClean: given.isClean,
      recoveryPoint: previous?.recoveryPoint ?? 0,
      logStartOffset: previous?.logStartOffset ?? 0,
      highWatermark: this.#highWatermark,
      tailBytes: 1000,
      config: {
        cleanupPolicy: ['compact'],
        segmentBytes,
        minCompactionLagMs,
        deleteRetentionMs: DELETE_RETENTION_MS,
        indexIntervalBytes: 100,
        messageTimestampType: timestampType,
        messageTimestampAfterMaxMs: Number.MAX_SAFE_INTEGER,
      },
    });
    this.#log.compaction.cleanedTo = previous?.compaction.cleanedTo ?? null;
    // A log that was opened has forgotten which markers were not replicated yet.
    this.#replicate();
  }

  async #take(step: CompactionStep): Promise<void> {
    switch (step.kind) {
      case 'append':
        return this.#append(step.records, { ...step, isTransactional: false });
      case 'write in transaction':
        return this.#append(step.records, { ...step, isTransactional: true });
      case 'end transaction':
        return this.#endTransaction(step.producer, step.outcome);
      case 'repeat':
        return this.#repeat(step.producer);
      case 'keyless':
        return this.#appendKeyless();
      case 'replicate':
        return this.#replicate();
      case 'delete records':
        return this.#deleteRecords(step.share);
      case 'advance clock':
        return this.#bed.clock.advance(step.byMs);
      case 'clean':
        return this.#clean(step.slots, step.readBytes);
      case 'restart':
        return this.#restart(step.how);
    }
  }

  #replicate(): void {
    this.#highWatermark = this.#log.logEndOffset;
    this.#log.updateHighWatermark(this.#highWatermark);
  }

  #batch(
    records: readonly KeyedRecord[],
    given: { producer: number | null; codec: CompressionType; isTransactional: boolean; sequence: number },
  ): Uint8Array {
    const timestamp = this.#bed.clock.wallMs();
    return buildBatch(
      records.map(({ key, value }) => ({
        key: Buffer.from(key),
        value: value === null ? null : Buffer.from(value),
        timestamp,
        headers: value === null ? [] : [{ key: 'of', value: Buffer.from(key) }],
      })),
      {
        compression: given.codec,
        ...(given.producer === null
          ? {}
          : {
              producerId: given.producer,
              producerEpoch: 0,
              baseSequence: given.sequence,
              isTransactional: given.isTransactional,
            }),
      },
    );
  }

  async #append(
    records: readonly KeyedRecord[],
    given: { producer: number | null; codec: CompressionType; isTransactional: boolean },
  ): Promise<void> {
    const sequence = given.producer === null ? -1 : this.#model.producer(given.producer).nextSequence;
    const batch = this.#batch(records, { ...given, sequence });
    const written = { ...given, timestamp: this.#bed.clock.wallMs() };
    if (given.isTransactional && this.#model.producer(given.producer ?? -1).transaction === null) {
      this.#model.append(this.#log.logEndOffset, records, written);
      return this.#beginTransaction(batch);
    }
    const outcome = this.#log.appendAsLeader(batch, { origin: 'client', leaderEpoch: 0 });
    must(outcome.kind === 'appended', `refused: ${JSON.stringify(outcome)}`);
    must((await outcome.completion) === ErrorCode.NONE, 'the append failed');
    this.#model.append(outcome.info.firstOffset, records, written);
  }

  /** A leader lets nobody begin a transaction whom no coordinator has verified; a follower takes what it gets. */
  async #beginTransaction(batch: Uint8Array): Promise<void> {
    assignOffsets(batch, this.#log.logEndOffset, 0);
    if (this.#history.timestampType === 'LogAppendTime') {
      stampLogAppendTime(batch, this.#bed.clock.wallMs());
    }
    const outcome = this.#log.follower.append(batch);
    must(outcome.kind === 'appended', `refused: ${JSON.stringify(outcome)}`);
    must((await outcome.completion) === ErrorCode.NONE, 'the append failed');
  }

  async #endTransaction(producer: number, outcome: 'commit' | 'abort'): Promise<void> {
    if (this.#model.producer(producer).transaction === null) return;
    const marker = buildTransactionMarker({
      outcome,
      producerId: producer,
      producerEpoch: 0,
      coordinatorEpoch: 0,
      timestamp: this.#bed.clock.wallMs(),
    });
    const appended = this.#log.appendAsLeader(marker, { origin: 'coordinator', leaderEpoch: 0 });
    must(appended.kind === 'appended', `marker refused: ${JSON.stringify(appended)}`);
    await appended.completion;
    this.#model.end(producer, outcome, appended.info.firstOffset);
  }

  /** A retry is known by its sequence, whatever the cleaner has made of the batch. */
  async #repeat(producer: number): Promise<void> {
    const { last } = this.#model.producer(producer);
    if (last === null || last.firstOffset < this.#log.logStartOffset) return;
    const records = Array.from({ length: last.count }, () => ({ key: 'a', value: 'again' }));
    const given = { producer, codec: 'none' as const, isTransactional: false, sequence: last.sequence };
    const outcome = this.#log.appendAsLeader(this.#batch(records, given), {
      origin: 'client',
      leaderEpoch: 0,
    });
    must(
      outcome.kind === 'duplicate' && outcome.info.firstOffset === last.firstOffset,
      `a retry of producer ${producer} at ${last.firstOffset} was ${JSON.stringify(outcome)}`,
    );
  }

  async #appendKeyless(): Promise<void> {
    const batch = buildBatch([{ key: null, value: Buffer.from('x'), timestamp: this.#bed.clock.wallMs() }]);
    const outcome = this.#log.appendAsLeader(batch, { origin: 'client', leaderEpoch: 0 });
    must(
      outcome.kind === 'rejected' &&
        outcome.errorCode === ErrorCode.INVALID_RECORD &&
        outcome.recordErrors.length === 1,
      `a record without a key was ${JSON.stringify(outcome)}`,
    );
  }

  #deleteRecords(share: number): void {
    const { logStartOffset, lastStableOffset } = this.#log;
    this.#log.advanceLogStartOffset(
      logStartOffset + Math.floor((lastStableOffset - logStartOffset) * share * 0.5),
    );
  }

  async #clean(slots: number, readBytes: number): Promise<void> {
    const nowMs = this.#bed.clock.wallMs();
    const range = await this.#log.compaction.range(nowMs);
    if (range.cleanableBytes === 0) return;
    this.#touchedTo = Math.max(this.#touchedTo, range.firstUncleanableOffset);
    must(range.firstUncleanableOffset <= this.#log.lastStableOffset, 'an unstable record would be cleaned');
    const before = (await this.#readAll()).length;
    const { firstDirtyOffset, firstUncleanableOffset } = range;
    // Whoever copies the directory is not to find a file that is being put in the place of another.
    await this.#log.flush();
    const witness = await this.#witness?.({
      ...{ nowMs, firstDirtyOffset, firstUncleanableOffset, slots },
      directory: this.#bed.directory,
      segmentBytes: this.#history.segmentBytes,
    });
    const counts = await this.#log.compaction.clean(range, {
      compute: nodeCompute,
      throttle: new IoThrottle(this.#bed.clock, Number.MAX_VALUE),
      hashKey: Buffer.alloc(16, 7),
      mapBytes: slots * BYTES_PER_SLOT,
      mapLoadFactor: 0.9,
      readBytes,
    });
    must(counts !== null, 'a cleaning that nobody disturbed was aborted');
    must(counts.endOffset > range.firstDirtyOffset, `a cleaning came no further than ${counts.endOffset}`);
    await witness?.(counts.endOffset);
    this.#log.compaction.cleanedTo = counts.endOffset;
    this.#cleanedTo = counts.endOffset;
    this.#cleanedAtMs = nowMs;
    this.removedRecords += before - (await this.#readAll()).length;
    await this.#check();
    await this.#checkCleaned();
  }

  async #restart(how: 'clean' | 'crash' | 'crash without snapshots'): Promise<void> {
    await this.#log.close();
    if (how === 'crash without snapshots') {
      const { directory } = this.#bed;
      for (const name of fs.readdirSync(directory)) {
        if (/\.(snapshot|index|timeindex)$/.test(name)) fs.rmSync(path.join(directory, name));
      }
    }
    await this.#open({ isClean: how === 'clean' });
    await this.#check();
    for (const [producer] of this.#model.producers()) if (producer < 10) await this.#repeat(producer);
  }

  /** What holds of any compacted log at any time. */
  async #check(): Promise<void> {
    const seen = await this.#readAll();
    let previous = -1;
    for (const { offset, timestamp, key, value } of seen) {
      must(offset > previous, `offset ${offset} behind ${previous}`);
      previous = offset;
      const written = this.#model.records.get(offset);
      must(written !== undefined, `a record at offset ${offset} that nobody wrote`);
      const is = { key, value, timestamp };
      const was = { key: written.key, value: written.value, timestamp: written.timestamp };
      must(
        isDeepStrictEqual(is, was),
        `offset ${offset} is ${JSON.stringify(is)} and was ${JSON.stringify(was)}`,
      );
    }
    const untouched = seen.filter(({ offset }) => offset >= this.#touchedTo).map(({ offset }) => offset);
    const written = [...this.#model.records.keys()].filter(
      (offset) => offset >= Math.max(this.#touchedTo, this.#log.logStartOffset),
    );
    must(isDeepStrictEqual(untouched, written), `of ${written} only ${untouched} are there`);
    await this.#checkCommitted();
  }

  /** A reader of the committed sees what a map has that the transactions were applied to. */
  async #checkCommitted(): Promise<void> {
    const { logStartOffset, lastStableOffset } = this.#log;
    const seen = await this.#readCommitted();
    for (const { offset } of seen) {
      const outcome = this.#model.records.get(offset)?.transaction?.outcome ?? 'commit';
      must(
        outcome === 'commit',
        `offset ${offset} of a transaction that is ${outcome} was read as committed`,
      );
    }
    // Records that were superseded by ones below the log start may be gone or not; latest values may not.
    const is = latestOf(seen);
    const was = this.#model.latest(logStartOffset, lastStableOffset);
    must(
      isDeepStrictEqual(is, was),
      `the log says ${JSON.stringify([...is])}, the map ${JSON.stringify([...was])}`,
    );
  }

  /** What a cleaning must have done to what it went over. */
  async #checkCleaned(): Promise<void> {
    const seen = (await this.#readAll()).filter(({ offset }) => offset < this.#cleanedTo);
    const keys = new Set<string>();
    for (const { offset, key, value, deleteHorizonMs } of seen.toReversed()) {
      if (offset < this.#log.logStartOffset) continue;
      const outcome = this.#model.records.get(offset)?.transaction?.outcome;
      must(outcome !== 'abort', `aborted offset ${offset} outlived a cleaning`);
      must(!keys.has(key), `key "${key}" is there again at offset ${offset}`);
      keys.add(key);
      if (value !== null) continue;
      must(deleteHorizonMs !== null, `a tombstone at offset ${offset} without a time to go`);
      must(deleteHorizonMs > this.#cleanedAtMs, `a tombstone at offset ${offset} is overdue`);
    }
  }

  async #readAll(): Promise<SeenRecord[]> {
    const { logEndOffset } = this.#log;
    return (await this.#batches(logEndOffset)).flatMap((batch) => this.#recordsOf(batch));
  }

  async #readCommitted(): Promise<SeenRecord[]> {
    const { logStartOffset, lastStableOffset } = this.#log;
    const aborted = await this.#log.abortedTransactions(logStartOffset, lastStableOffset);
    // As a client does it: an abort begins at its first offset and ends with the producer's next marker.
    const upcoming = aborted.toSorted((left, right) => left.firstOffset - right.firstOffset);
    const aborting = new Set<number>();
    const seen: SeenRecord[] = [];
    for (const batch of await this.#batches(lastStableOffset)) {
      while ((upcoming[0]?.firstOffset ?? Number.POSITIVE_INFINITY) <= lastOffsetAt(batch)) {
        aborting.add(upcoming.shift()?.producerId ?? -1);
      }
      if (isControlAt(batch)) aborting.delete(producerIdAt(batch));
      else if (!isTransactionalAt(batch) || !aborting.has(producerIdAt(batch)))
        seen.push(...this.#recordsOf(batch));
    }
    return seen;
  }

  #recordsOf(batch: Uint8Array): SeenRecord[] {
    if (isControlAt(batch)) return [];
    const common = {
      deleteHorizonMs: deleteHorizonMsAt(batch),
      producer: producerIdAt(batch),
      isTransactional: isTransactionalAt(batch),
    };
    return [...recordsIn(batch, recordsBody(batch, 1_000_000))]
      .filter(({ offset }) => offset >= this.#log.logStartOffset)
      .map(({ offset, timestamp, key, value }) => ({
        ...common,
        offset,
        timestamp,
        key: Buffer.from(key ?? []).toString(),
        value: value === null ? null : Buffer.from(value).toString(),
      }));
  }

  async #batches(upToOffset: number): Promise<Uint8Array[]> {
    const batches: Uint8Array[] = [];
    let next = this.#log.logStartOffset;
    while (next < upToOffset) {
      const read = await this.#log.read({ fromOffset: next, maxBytes: 500, upToOffset, minOneBatch: true });
      must(read.kind === 'records', `reading ${next} was refused`);
      if (read.parts.length === 0) break;
      for (const part of read.parts) batches.push(...[...batchesIn(part)].map((batch) => batch.slice()));
      must(read.nextOffset > next, `reading ${next} came to ${read.nextOffset}`);
      next = read.nextOffset;
    }
    must(
      next >= upToOffset || upToOffset < this.#log.logEndOffset,
      `reading ended at ${next}, before ${upToOffset}`,
    );
    return batches;
  }
}
