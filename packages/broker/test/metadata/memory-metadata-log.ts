import { assignOffsets, batchesIn, leaderEpochAt, recordCountAt } from '../../src/protocol/record-batch.ts';
import type { EpochStart } from '../../src/raft/epoch-log.ts';
import type { MetadataLog } from '../../src/raft/metadata-log.ts';

/**
 * A metadata log in memory that tells written from flushed: `crash` gives what a restart finds, which is only what
 * was flushed. `hold` keeps flushes from ending until `release`; `breakAt` makes the next write fail.
 */
export class MemoryMetadataLog implements MetadataLog {
  endOffset = 0;
  readonly startOffset = 0;
  readonly epochs: EpochStart[] = [];
  flushes = 0;
  #batches: Uint8Array[] = [];
  #flushedBatches = 0;
  #broken: Error | null = null;
  #held: { readonly promise: Promise<void>; readonly release: () => void } | null = null;

  append(batch: Uint8Array, leaderEpoch: number): { baseOffset: number; written: Promise<void> } {
    const baseOffset = this.endOffset;
    assignOffsets(batch, baseOffset, leaderEpoch);
    if (this.#broken !== null) return { baseOffset, written: Promise.reject(this.#broken) };
    this.#batches.push(batch);
    this.endOffset += recordCountAt(batch);
    const isNewEpoch = this.epochs.at(-1)?.epoch !== leaderEpoch;
    if (isNewEpoch) this.epochs.push({ epoch: leaderEpoch, startOffset: baseOffset });
    // A disk takes a turn of the event loop, in which others may append.
    return { baseOffset, written: new Promise((resolve) => setImmediate(resolve)) };
  }

  async flush(): Promise<void> {
    const target = this.#batches.length;
    await this.#held?.promise;
    this.flushes++;
    this.#flushedBatches = target;
  }

  async *read(): AsyncGenerator<Uint8Array> {
    yield* this.#batches.map((batch) => batch.slice());
  }

  async close(): Promise<void> {}

  breakAt(error: Error): void {
    this.#broken = error;
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
