import fs from 'node:fs';
import type { PartitionLog } from '../../src/log/partition-log.ts';
import { segmentFile } from '../../src/log/segment-files.ts';
import { ErrorCode } from '../../src/protocol/errors.ts';
import { buildBatch } from '../../src/protocol/records.ts';
import { type Disk, DiskError, type File } from '../../src/runtime/disk.ts';
import { nodeDisk } from '../../src/runtime/node-disk.ts';
import { batchOf, LogBed } from './log-bed.ts';
import { type ProducerStep, TRANSACTIONAL } from './producer-history.ts';
import { type ModelBatch, type Picture, ProducerModel } from './producer-model.ts';

const EXPIRATION_MS = 3000;
const CONFIG = { segmentBytes: 400, retentionMs: 2000, fileDeleteDelayMs: 0 };

/** An append whose completion is open, and what the model was before it. */
interface Queued {
  readonly completion: Promise<number>;
  readonly before: Picture;
  readonly firstOffset: number;
}

/** Plays a history to a log on the disk and to the model, and says where they differ. */
export class ProducerPlayer {
  readonly model = new ProducerModel();
  readonly #failing = { isArmed: false };
  readonly #bed = new LogBed(failingDisk(this.#failing));
  /** What a snapshot at each offset holds, if there is one. */
  readonly #pictures = new Map<number, Picture>();
  readonly #spoilt = new Set<number>();
  readonly #sent = new Map<number, ModelBatch[]>();
  #queued: Queued[] = [];
  #log: PartitionLog | null = null;
  #highWatermark = 0;

  /** Where log and model said different things; empty is what it should be. */
  readonly differences: string[] = [];

  async play(steps: readonly ProducerStep[]): Promise<void> {
    await this.#begin();
    for (const [index, step] of steps.entries()) {
      await this.#step(step);
      if (this.#queued.length === 0) await this.#compare(`after step ${index}, ${JSON.stringify(step)}`);
      if (this.differences.length > 0) return;
    }
    await this.#settle();
    await this.#compare('at the end');
  }

  async end(): Promise<void> {
    await this.#settle();
    await this.#log?.abandon();
    this.#bed.remove();
  }

  get #open(): PartitionLog {
    if (this.#log === null) throw new Error('the log is not open');
    return this.#log;
  }

  /** Each transactional producer has begun: a leader lets nobody begin a transaction by himself. */
  async #begin(): Promise<void> {
    const bytes = TRANSACTIONAL.map((producerId) => {
      const batch = { ...this.#batch(producerId, 1), isTransactional: true };
      const baseOffset = this.model.endOffset;
      this.model.take(batch, baseOffset);
      return bytesOf(batch, { baseOffset, leaderEpoch: 0 });
    });
    fs.writeFileSync(segmentFile(this.#bed.directory, 0, '.log'), Buffer.concat(bytes));
    this.#log = await this.#bed.open({ config: CONFIG });
  }

  async #step(step: ProducerStep): Promise<void> {
    if (step.kind === 'append') {
      this.#append(this.#wanted(step), 'client');
      if (!step.isAwaited) return;
    }
    if (step.kind === 'end transaction') {
      const { epoch } = this.model.next(step.producer);
      const { isAbort, coordinatorEpoch } = step;
      const marker = { ...this.#batch(step.producer, 1), epoch: epoch + step.epochStep };
      this.#append({ ...marker, isTransactional: true, ends: { isAbort, coordinatorEpoch } }, 'coordinator');
    }
    await this.#settle();
    const nowMs = this.#bed.clock.wallMs();
    switch (step.kind) {
      case 'replicate':
        this.#highWatermark = Math.max(this.#highWatermark, this.#open.logEndOffset - step.behind);
        this.#open.updateHighWatermark(this.#highWatermark);
        this.model.replicatedUpTo(this.#highWatermark);
        return;
      case 'advance clock':
        this.#bed.clock.advance(step.byMs);
        return;
      case 'expire':
        this.#open.removeExpiredProducers(EXPIRATION_MS);
        this.model.expire(nowMs, EXPIRATION_MS);
        return;
      case 'retain':
        this.#takePicture();
        await this.#open.applyRetention(nowMs);
        this.model.replicatedUpTo(this.#open.logStartOffset);
        return;
      case 'fail a write':
        this.#failing.isArmed = true;
        return;
      case 'restart':
        await this.#restart(step);
    }
  }

  #wanted(step: Extract<ProducerStep, { kind: 'append' }>): ModelBatch {
    const { producer, whim, isTransactional } = step;
    const sent = this.#sent.get(producer) ?? [];
    const next = { ...this.#batch(producer, step.count), isTransactional };
    switch (whim.kind) {
      case 'next':
        return next;
      case 'again':
        return sent.at(-1 - whim.back) ?? next;
      case 'gap':
        return { ...next, firstSequence: (next.firstSequence + 3) % 2 ** 31 };
      case 'old epoch':
        return { ...next, epoch: Math.max(0, next.epoch - 1) };
      case 'new epoch':
        return { ...next, epoch: next.epoch + 1, firstSequence: 0 };
      case 'new epoch, not from its beginning':
        return { ...next, epoch: next.epoch + 1, firstSequence: 2 };
      case 'near the last sequence':
        return { ...next, firstSequence: 2 ** 31 - 2 };
    }
  }

  #batch(producerId: number, count: number): ModelBatch {
    const { epoch, sequence } = this.model.next(producerId);
    const timestamp = this.#bed.clock.wallMs();
    const said = { producerId, epoch, firstSequence: sequence, count, timestamp };
    return { ...said, isTransactional: false, ends: null };
  }

  #append(batch: ModelBatch, origin: 'client' | 'coordinator'): void {
    this.#takePicture();
    const before = this.model.snapshot();
    const expected = this.model.append(batch, origin === 'client');
    const outcome = this.#open.appendAsLeader(bytesOf(batch), { origin, leaderEpoch: 0 });
    const answer =
      outcome.kind === 'rejected'
        ? { kind: outcome.kind, errorCode: outcome.errorCode }
        : { kind: outcome.kind, firstOffset: outcome.info.firstOffset };
    this.#expectSame(`the answer to ${JSON.stringify(batch)}`, answer, expected);
    if (outcome.kind !== 'appended') return;
    const { firstOffset } = outcome.info;
    const sent = this.#sent.get(batch.producerId) ?? [];
    if (batch.ends === null) this.#sent.set(batch.producerId, [...sent.slice(-7), batch]);
    this.#queued.push({ completion: outcome.completion, before, firstOffset });
  }

  /** A roll before the next batch would write a snapshot with what is remembered now. */
  #takePicture(): void {
    const { endOffset } = this.model;
    if (!this.#snapshots().includes(endOffset)) this.#pictures.set(endOffset, this.model.snapshot());
  }

  /** Waits for all appends; where one has failed it and all behind it were never there. */
  async #settle(): Promise<void> {
    const queued = this.#queued;
    this.#queued = [];
    const codes = await Promise.all(queued.map(({ completion }) => completion));
    const first = codes.findIndex((code) => code !== ErrorCode.NONE);
    const failed = queued[first];
    if (failed === undefined) return;
    if (codes.slice(first).includes(ErrorCode.NONE)) this.differences.push('written behind what failed');
    this.model.rollBackTo(failed.before, failed.firstOffset);
  }

  async #restart(step: Extract<ProducerStep, { kind: 'restart' }>): Promise<void> {
    const { isClean, recoveredShare, spoilt } = step;
    const recoveryPoint = Math.floor(this.#open.recoveryPoint * recoveredShare);
    const { logStartOffset } = this.#open;
    if (isClean) {
      this.#takePicture();
      await this.#open.close();
    } else await this.#open.abandon();
    for (const offset of this.#snapshots().slice(-spoilt || Number.POSITIVE_INFINITY)) this.#spoil(offset);
    const limit = isClean ? this.model.endOffset : recoveryPoint;
    const [firstBase = 0] = this.#bases();
    const isGood = (offset: number) => offset <= limit && !this.#spoilt.has(offset);
    const snapshot = this.#snapshots().findLast(isGood) ?? firstBase;
    const read = this.#bases().findLast((base) => base <= limit) ?? firstBase;
    this.model.restart(this.#pictures.get(snapshot) ?? new Map(), snapshot, (offset) => {
      // Recovery writes the snapshots anew of the segments that it reads.
      if (!isClean && offset > Math.max(read, snapshot)) this.#pictures.set(offset, this.model.snapshot());
    });
    this.#log = await this.#bed.open({
      ...{ config: CONFIG, isClean, recoveryPoint, logStartOffset },
      highWatermark: this.#highWatermark,
    });
    this.model.replicatedUpTo(this.#highWatermark);
    const there = this.#snapshots();
    for (const offset of this.#spoilt) {
      // Whatever is looked at and no good is removed; recovery may have put a new one in its place.
      if (!there.includes(offset) || offset > snapshot) this.#spoilt.delete(offset);
    }
  }

  #spoil(offset: number): void {
    const path = segmentFile(this.#bed.directory, offset, '.snapshot');
    const bytes = fs.readFileSync(path);
    fs.writeFileSync(path, bytes.subarray(0, bytes.length - 1));
    this.#spoilt.add(offset);
  }

  async #compare(where: string): Promise<void> {
    const log = this.#open;
    const entries = [...log.producers()].toSorted((left, right) => left.producerId - right.producerId);
    this.#expectSame(`producers ${where}`, entries, this.model.entries());
    const { firstUnstableOffset } = this.model;
    const unstable = firstUnstableOffset === null ? null : Math.max(firstUnstableOffset, log.logStartOffset);
    this.#expectSame(`first unstable offset ${where}`, log.firstUnstableOffset, unstable);
    this.#expectSame(`end ${where}`, log.logEndOffset, this.model.endOffset);
    const found = await log.abortedTransactions(log.logStartOffset, log.logEndOffset);
    this.#expectSame(
      `aborted transactions ${where}`,
      found.map(({ producerId, firstOffset, lastOffset }) => ({ producerId, firstOffset, lastOffset })),
      this.model.aborted.filter(({ lastOffset }) => lastOffset >= log.logStartOffset),
    );
  }

  #expectSame(what: string, actual: unknown, expected: unknown): void {
    const [said, modelled] = [JSON.stringify(actual), JSON.stringify(expected)];
    if (said !== modelled) this.differences.push(`${what}: ${said}, the model says ${modelled}`);
  }

  #snapshots(): number[] {
    return this.#offsetsOf('.snapshot');
  }

  #bases(): number[] {
    return this.#offsetsOf('.log');
  }

  #offsetsOf(ending: string): number[] {
    return this.#bed
      .files()
      .filter((name) => name.endsWith(ending))
      .map((name) => Number.parseInt(name, 10));
  }
}

/** The batch in Kafka's format; a marker with its control record. */
function bytesOf(batch: ModelBatch, place: { baseOffset?: number; leaderEpoch?: number } = {}): Uint8Array {
  const { producerId, epoch: producerEpoch, firstSequence, count, timestamp, isTransactional, ends } = batch;
  const options = { producerId, producerEpoch, isTransactional, ...place };
  if (ends === null) {
    const texts = Array.from({ length: count }, () => 'x'.repeat(20));
    return batchOf(texts, { ...options, baseSequence: firstSequence, timestamp });
  }
  const key = Buffer.from([0, 0, 0, ends.isAbort ? 0 : 1]);
  const value = Buffer.from([0, 0, 0, 0, 0, ends.coordinatorEpoch]);
  return buildBatch([{ key, value, timestamp }], { ...options, isControl: true });
}

/** The real disk without its syncs, for a process that ends is all that happens here; a write fails when armed. */
function failingDisk(failing: { isArmed: boolean }): Disk {
  const wrapped = (file: File): File => ({
    path: file.path,
    size: () => file.size(),
    read: (into, position) => file.read(into, position),
    truncate: (size) => file.truncate(size),
    close: () => file.close(),
    sync: async () => {},
    write: async (buffers, position) => {
      if (!failing.isArmed || !file.path.endsWith('.log')) return file.write(buffers, position);
      failing.isArmed = false;
      const [first] = buffers;
      if (first !== undefined) await file.write([first.subarray(0, 50)], position);
      throw new DiskError('EMFILE', file.path);
    },
  });
  return {
    ...nodeDisk,
    open: async (path, mode) => wrapped(await nodeDisk.open(path, mode)),
    syncDirectory: async () => {},
  };
}
