import type { CoordinatorAppend, CoordinatorLog } from './coordination/coordinator-log.ts';
import { ErrorCode } from './protocol/errors.ts';
import type { Partition } from './replication/partition.ts';

/** Bytes of a partition that are read at once while a coordinator loads. */
const REPLAY_READ_BYTES = 1024 * 1024;

/** The log of a coordinator: one partition of its topic, led by this broker in one leader epoch. */
export class PartitionCoordinatorLog implements CoordinatorLog {
  readonly leaderEpoch: number;
  readonly #partition: Partition;

  constructor(partition: Partition) {
    this.#partition = partition;
    this.leaderEpoch = partition.leaderEpoch;
  }

  append(batch: Uint8Array): CoordinatorAppend {
    const refusal = this.#partition.refusalOf(this.leaderEpoch, true);
    if (refusal !== ErrorCode.NONE) return { kind: 'rejected', errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER };
    const appended = this.#partition.appendAsLeader(batch, { origin: 'coordinator', requiredAcks: -1 });
    return appended.kind === 'rejected'
      ? { kind: 'rejected', errorCode: appended.errorCode }
      : { kind: 'queued', committed: appended.done };
  }

  async *replay(): AsyncIterable<Uint8Array> {
    const { log } = this.#partition;
    let fromOffset = log.logStartOffset;
    const end = log.logEndOffset;
    while (fromOffset < end) {
      const refusal = this.#partition.refusalOf(this.leaderEpoch, true);
      if (refusal !== ErrorCode.NONE) throw new Error(`replay ended: ${refusal}`);
      const read = await log.read({
        fromOffset,
        maxBytes: REPLAY_READ_BYTES,
        upToOffset: end,
        minOneBatch: true,
      });
      if (read.kind === 'refused') throw new Error(`replay ended: ${read.errorCode}`);
      if (read.sizeInBytes === 0) return;
      yield* read.parts;
      fromOffset = read.nextOffset;
    }
  }
}
