import {
  assignOffsets,
  baseOffsetAt,
  batchesIn,
  lastOffsetAt,
  leaderEpochAt,
  recordCountAt,
} from '../../src/protocol/record-batch.ts';
import type { EpochStart, OffsetAndEpoch } from '../../src/raft/epoch-log.ts';
import type { ReplicatedMetadataLog } from '../../src/raft/metadata-log.ts';

/**
 * A metadata log in memory that tells written from flushed: `crash` gives what a restart finds, which is only what
 * was flushed. `hold` keeps flushes from ending until `release`, `fill` writes until `makeSpace`; `breakAt` makes the
 * next write fail.
 */
export class MemoryMetadataLog implements ReplicatedMetadataLog {
  endOffset = 0;
  startOffset = 0;
  epochs: EpochStart[] = [];
  flushes = 0;
  #batches: Uint8Array[] = [];
  #flushedBatches = 0;
  #broken: Error | null = null;
  /** Until there is space. */
  #full: PromiseWithResolvers<void> | null = null;
  #held: { readonly promise: Promise<void>; readonly release: () => void } | null = null;

  append(batch: Uint8Array, leaderEpoch: number): { baseOffset: number; written: Promise<void> } {
    const baseOffset = this.endOffset;
    assignOffsets(batch, baseOffset, leaderEpoch);
    if (this.#broken !== null) return { baseOffset, written: Promise.reject(this.#broken) };
    this.#take(batch);
    return { baseOffset, written: this.#written() };
  }

  appendAsFollower(batches: readonly Uint8Array[]): { written: Promise<void> } {
    for (const batch of batches) {
      if (baseOffsetAt(batch) !== this.endOffset) throw new Error('a batch that does not follow');
      this.#take(batch.slice());
    }
    return { written: this.#written() };
  }

  #written(): Promise<void> {
    return this.#full?.promise ?? aTurn();
  }

  async truncateTo(offset: number): Promise<void> {
    await this.#written();
    this.#batches = this.#batches.filter((batch) => lastOffsetAt(batch) < offset);
    this.#flushedBatches = Math.min(this.#flushedBatches, this.#batches.length);
    this.epochs = this.epochs.filter(({ startOffset }) => startOffset < offset);
    this.endOffset = offset;
  }

  async startBehind({ offset, epoch }: OffsetAndEpoch): Promise<void> {
    await aTurn();
    this.#batches = [];
    this.#flushedBatches = 0;
    this.epochs = [{ epoch, startOffset: offset }];
    this.startOffset = offset;
    this.endOffset = offset;
  }

  async trimTo(offset: number): Promise<void> {
    await aTurn();
    const kept = this.#batches.filter((batch) => lastOffsetAt(batch) >= offset);
    this.#flushedBatches = Math.max(0, this.#flushedBatches - (this.#batches.length - kept.length));
    this.#batches = kept;
    this.startOffset = offset;
  }

  get sizeInBytes(): number {
    return this.#batches.reduce((sum, { length }) => sum + length, 0);
  }

  #take(batch: Uint8Array): void {
    const epoch = leaderEpochAt(batch);
    if (this.epochs.at(-1)?.epoch !== epoch) this.epochs.push({ epoch, startOffset: this.endOffset });
    this.#batches.push(batch);
    this.endOffset += recordCountAt(batch);
  }

  async flush(): Promise<void> {
    const target = this.#batches.length;
    await this.#held?.promise;
    this.flushes++;
    this.#flushedBatches = target;
  }

  async *read(fromOffset: number): AsyncGenerator<Uint8Array> {
    yield* this.#batches.filter((batch) => lastOffsetAt(batch) >= fromOffset).map((batch) => batch.slice());
  }

  async close(): Promise<void> {}

  breakAt(error: Error): void {
    this.#broken = error;
  }

  fill(): void {
    this.#full = Promise.withResolvers();
  }

  makeSpace(): void {
    this.#full?.resolve();
    this.#full = null;
  }

  hold(): void {
    let release = () => {};
    const promise = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#held = { promise, release };
  }

  release(): void {
    this.#held?.release();
    this.#held = null;
  }

  crash(): MemoryMetadataLog {
    const survivor = new MemoryMetadataLog();
    for (const batch of this.#batches.slice(0, this.#flushedBatches)) {
      survivor.append(batch.slice(), leaderEpochAt(batch));
    }
    survivor.#flushedBatches = survivor.#batches.length;
    return survivor;
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.#batches.flatMap((batch) => [...batchesIn(batch)]));
  }
}

/** A disk takes a turn of the event loop, in which others may append. */
function aTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
