import type { CoordinatorAppend, CoordinatorLog, TransactionTerms } from '../coordination/coordinator-log.ts';
import { noRecords } from '../log/log-read.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Partition } from '../replication/partition.ts';
import type { Clock } from '../runtime/clock.ts';

/** Bytes of a partition that are read at once while a coordinator loads. */
const REPLAY_READ_BYTES = 1024 * 1024;
/** When a read is tried again that was refused because something had run out. */
const RETRY_MS = 500;

/** The log of a coordinator: one partition of its topic, led by this broker in one leader epoch. */
export class PartitionCoordinatorLog implements CoordinatorLog {
  readonly leaderEpoch: number;
  readonly #partition: Partition;
  readonly #clock: Clock;

  constructor(partition: Partition, clock: Clock) {
    this.#partition = partition;
    this.#clock = clock;
    this.leaderEpoch = partition.leaderEpoch;
  }

  get maxBatchBytes(): number {
    return this.#partition.log.config.maxMessageBytes;
  }

  append(batch: Uint8Array, terms: TransactionTerms = {}): CoordinatorAppend {
    const refusal = this.#partition.refusalOf(this.leaderEpoch, true);
    if (refusal !== ErrorCode.NONE) return { kind: 'rejected', errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER };
    const { verification, transactionVersion } = terms;
    const appended = this.#partition.appendAsLeader(batch, {
      ...{ origin: 'coordinator', requiredAcks: -1, verification, transactionVersion },
    });
    return appended.kind === 'rejected'
      ? { kind: 'rejected', errorCode: appended.errorCode }
      : { kind: 'queued', committed: appended.done };
  }

  async *replay(): AsyncIterable<Uint8Array> {
    const { epochStartOffset } = this.#partition;
    // What earlier leaders have left is committed as soon as the in-sync replicas have it; no sooner may it count.
    const end = Math.max(epochStartOffset ?? 0, this.#partition.log.logEndOffset);
    let fromOffset = this.#partition.log.logStartOffset;
    while (fromOffset < end) {
      const refusal = this.#partition.refusalOf(this.leaderEpoch, true);
      if (refusal !== ErrorCode.NONE) throw new Error(`replay ended: ${refusal}`);
      const { log, highWatermark } = this.#partition;
      const upToOffset = Math.min(end, highWatermark);
      const read =
        fromOffset < upToOffset
          ? await log.read({ fromOffset, maxBytes: REPLAY_READ_BYTES, upToOffset, minOneBatch: true })
          : noRecords(fromOffset);
      // The replica has moved to another log directory.
      if (read.kind === 'refused' && log !== this.#partition.log) continue;
      if (read.kind === 'refused') {
        // Nobody else would load the partition while this broker leads it, and there will be a handle again.
        const isPassing = read.errorCode === ErrorCode.KAFKA_STORAGE_ERROR && !log.isOffline;
        if (!isPassing) throw new Error(`replay ended: ${read.errorCode}`);
        await new Promise<void>((resolve) => this.#clock.after(RETRY_MS, resolve));
      } else if (read.sizeInBytes > 0) {
        yield* read.parts;
        fromOffset = read.nextOffset;
      } else if (highWatermark < end) await this.#moreCommitted(highWatermark);
      else return;
    }
  }

  /** Resolves when the high watermark is not there any more, or the partition is led no longer. */
  async #moreCommitted(highWatermark: number): Promise<void> {
    const watched = this.#partition.watched('high-watermark');
    const changed = Promise.withResolvers<void>();
    const watch = { readableGrew: () => changed.resolve(), disturbed: () => changed.resolve() };
    watched.watch(watch);
    const isSame = this.#partition.highWatermark === highWatermark;
    const isLed = this.#partition.refusalOf(this.leaderEpoch, true) === ErrorCode.NONE;
    if (isSame && isLed) await changed.promise;
    watched.unwatch(watch);
  }
}
