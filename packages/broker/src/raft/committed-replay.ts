import type { OffsetAndEpoch } from './epoch-log.ts';
import { batchesIn } from './loaded-batch.ts';
import type { MetadataLog } from './metadata-log.ts';
import type { QuorumListener } from './quorum-listener.ts';
import type { SnapshotFiles } from './snapshot-files.ts';

/** Reads what is committed to a listener, each batch once, in the order of the log. */
export class CommittedReplay {
  readonly #log: MetadataLog;
  readonly #snapshots: SnapshotFiles;
  readonly #listener: Pick<QuorumListener, 'onBatch' | 'onSnapshot'>;
  #nextOffset = 0;

  constructor(
    log: MetadataLog,
    snapshots: SnapshotFiles,
    listener: Pick<QuorumListener, 'onBatch' | 'onSnapshot'>,
  ) {
    this.#log = log;
    this.#snapshots = snapshots;
    this.#listener = listener;
  }

  /**
   * Resolves when everything below was read to the listener. One call at a time. The snapshot is read where nothing was
   * read before it, or what comes next is nowhere else.
   */
  async upTo(highWatermark: number, snapshot: OffsetAndEpoch | null): Promise<void> {
    if (this.#nextOffset >= highWatermark) return;
    const isNeeded = this.#nextOffset === 0 || this.#nextOffset < this.#log.startOffset;
    if (snapshot !== null && isNeeded && snapshot.offset > this.#nextOffset)
      await this.#readSnapshot(snapshot);
    for await (const chunk of this.#log.read(this.#nextOffset)) {
      for (const batch of batchesIn(chunk)) {
        if (batch.lastOffset >= highWatermark) return;
        if (batch.lastOffset < this.#nextOffset) continue;
        this.#nextOffset = batch.lastOffset + 1;
        this.#listener.onBatch(batch);
      }
    }
  }

  async #readSnapshot(id: OffsetAndEpoch): Promise<void> {
    const replay = this.#listener.onSnapshot();
    for await (const batch of this.#snapshots.batches(id)) replay.take(batch);
    replay.end(id);
    this.#nextOffset = id.offset;
  }
}
