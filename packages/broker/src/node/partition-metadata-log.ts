import { DamagedLogError } from '../log/damaged-log-error.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import { ErrorCode, errorOf } from '../protocol/errors.ts';
import type { EpochStart, OffsetAndEpoch } from '../raft/epoch-log.ts';
import type { FlushedEnd } from '../raft/flushed-end.ts';
import { LostMetadataError } from '../raft/lost-metadata-error.ts';
import type { ReplicatedMetadataLog } from '../raft/metadata-log.ts';
import { invariant } from '../runtime/invariant.ts';

const READ_BYTES = 1024 * 1024;

/** The log is trimmed behind snapshots alone; the time of a retention does not matter. */
const AT_ANY_TIME = 0;

/** The log of `__cluster_metadata-0`, kept like any other partition's. */
export class PartitionMetadataLog implements ReplicatedMetadataLog {
  readonly #log: PartitionLog;
  readonly #flushedEnd: FlushedEnd | null;
  #endOffset: number;
  /** How often the end was cut off. */
  #cuts = 0;
  #isCutting = false;

  /** With a note of how far it is on the disk, where others rely on that. */
  constructor(log: PartitionLog, flushedEnd: FlushedEnd | null) {
    this.#log = log;
    this.#flushedEnd = flushedEnd;
    this.#endOffset = log.logEndOffset;
  }

  get endOffset(): number {
    return this.#endOffset;
  }

  get startOffset(): number {
    return this.#log.logStartOffset;
  }

  get epochs(): readonly EpochStart[] {
    return this.#log.leaderEpochs;
  }

  append(batch: Uint8Array, leaderEpoch: number): { baseOffset: number; written: Promise<void> } {
    const outcome = this.#log.appendAsLeader(batch, { origin: 'raft', leaderEpoch });
    if (outcome.kind === 'rejected') {
      return { baseOffset: this.#endOffset, written: Promise.reject(new Error(outcome.message)) };
    }
    const { firstOffset, lastOffset } = outcome.info;
    invariant(firstOffset === this.#endOffset, 'nobody else appends to the metadata log');
    this.#endOffset = lastOffset + 1;
    return { baseOffset: firstOffset, written: outcome.completion.then(failUnlessNone) };
  }

  appendAsFollower(batches: readonly Uint8Array[]): { written: Promise<void> } {
    const outcome = this.#log.follower.append(Buffer.concat(batches));
    if (outcome.kind === 'rejected') return { written: Promise.reject(new Error(outcome.message)) };
    this.#endOffset = outcome.info.lastOffset + 1;
    return { written: outcome.completion.then(failUnlessNone) };
  }

  async truncateTo(offset: number): Promise<void> {
    await this.#cut(offset, () => this.#log.follower.truncateTo(offset));
    this.#endOffset = this.#log.logEndOffset;
    invariant(this.#endOffset === offset, `the metadata log ends at ${this.#endOffset} and not at ${offset}`);
  }

  /** From before it is noted until it is done: a flush in between may be of what goes. */
  async #cut(offset: number, cut: () => Promise<void>): Promise<void> {
    this.#cuts++;
    this.#isCutting = true;
    try {
      await this.#flushedEnd?.lower(offset);
      await cut();
    } finally {
      this.#isCutting = false;
    }
  }

  async startBehind({ offset }: OffsetAndEpoch): Promise<void> {
    await this.#cut(offset, () => this.#log.follower.startAt(offset));
    this.#endOffset = offset;
  }

  async trimTo(offset: number): Promise<void> {
    this.#log.updateHighWatermark(offset);
    this.#log.advanceLogStartOffset(offset);
    await this.#log.applyRetention(AT_ANY_TIME);
  }

  get sizeInBytes(): number {
    return this.#log.sizeInBytes;
  }

  async flush(): Promise<void> {
    const { logEndOffset } = this.#log;
    const cuts = this.#cuts;
    const isCutting = this.#isCutting;
    await this.#log.flush();
    // What was cut off meanwhile needs to be on no disk; what came in its place is flushed for itself.
    if (isCutting || cuts !== this.#cuts) return;
    if (this.#log.recoveryPoint < logEndOffset) failUnlessNone(ErrorCode.KAFKA_STORAGE_ERROR);
    this.#flushedEnd?.raise(logEndOffset);
  }

  /** Whoever waits until the disk has space waits no longer. */
  stopWaiting(): void {
    this.#log.stopWaiting();
  }

  /** Ends with a `LostMetadataError` at records that are not as they were written. */
  async *read(from: number): AsyncIterable<Uint8Array> {
    const end = this.#endOffset;
    let fromOffset = from;
    while (fromOffset < end) {
      const read = await this.#log.read({
        fromOffset,
        maxBytes: READ_BYTES,
        upToOffset: end,
        minOneBatch: true,
      });
      if (read.kind === 'refused') {
        const { failure } = this.#log;
        if (failure instanceof DamagedLogError)
          throw new LostMetadataError(failure.message, { cause: failure });
        return failUnlessNone(read.errorCode);
      }
      if (read.sizeInBytes === 0) return;
      yield* read.parts;
      fromOffset = read.nextOffset;
    }
  }

  /** The file itself is closed with its directory. */
  close(): Promise<void> {
    return this.#log.flush();
  }
}

function failUnlessNone(errorCode: number): void {
  if (errorCode !== ErrorCode.NONE) throw new Error(`the metadata log failed: ${errorOf(errorCode).name}`);
}
