import { batchesIn, type MetadataBatch } from './loaded-batch.ts';
import type { MetadataLog } from './metadata-log.ts';

/** Reads what is committed to a listener, each batch once, in the order of the log. */
export class CommittedReplay {
  readonly #log: MetadataLog;
  readonly #onBatch: (batch: MetadataBatch) => void;
  #nextOffset: number;

  constructor(log: MetadataLog, onBatch: (batch: MetadataBatch) => void) {
    this.#log = log;
    this.#onBatch = onBatch;
    this.#nextOffset = log.startOffset;
  }

  /** Resolves when everything below was read to the listener. One call at a time. */
  async upTo(highWatermark: number): Promise<void> {
    if (this.#nextOffset >= highWatermark) return;
    for await (const chunk of this.#log.read(this.#nextOffset)) {
      for (const batch of batchesIn(chunk)) {
        if (batch.lastOffset >= highWatermark) return;
        if (batch.lastOffset < this.#nextOffset) continue;
        this.#nextOffset = batch.lastOffset + 1;
        this.#onBatch(batch);
      }
    }
  }
}
