import { recordsOf } from '../../src/coordination/coordinator-batch.ts';
import type { CoordinatorAppend, CoordinatorLog } from '../../src/coordination/coordinator-log.ts';
import type { CoordinatorRecord } from '../../src/coordination/coordinator-machine.ts';
import { ErrorCode } from '../../src/protocol/errors.ts';

/** The bytes that outlive one leader epoch of a coordinator's partition. */
export class MemoryLog {
  readonly batches: Uint8Array[] = [];

  records(): CoordinatorRecord[] {
    return this.batches.flatMap((batch) => [...recordsOf(batch)]);
  }

  /** The log as led in this epoch. */
  lead(leaderEpoch: number): LedMemoryLog {
    return new LedMemoryLog(this, leaderEpoch);
  }
}

/** A led log whose commits a test may hold up, and make fail. */
export class LedMemoryLog implements CoordinatorLog {
  readonly leaderEpoch: number;
  maxBatchBytes = 1024 * 1024;
  /** While true, appends wait for `commitAll` or `fail`. */
  holdsCommits = false;
  /** Not NONE: appends are rejected with it. */
  rejection: number = ErrorCode.NONE;
  readonly #log: MemoryLog;
  #held: { readonly batch: Uint8Array; readonly done: (errorCode: number) => void }[] = [];

  constructor(log: MemoryLog, leaderEpoch: number) {
    this.#log = log;
    this.leaderEpoch = leaderEpoch;
  }

  append(batch: Uint8Array): CoordinatorAppend {
    if (this.rejection !== ErrorCode.NONE) return { kind: 'rejected', errorCode: this.rejection };
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#held.push({ batch, done: resolve });
    if (!this.holdsCommits) this.commitAll();
    return { kind: 'queued', committed: promise };
  }

  async *replay(): AsyncGenerator<Uint8Array> {
    yield* this.#log.batches;
  }

  /** Commits the first held appends, or all. */
  commitAll(count = this.#held.length): void {
    for (const { batch, done } of this.#held.splice(0, count)) {
      this.#log.batches.push(batch);
      done(ErrorCode.NONE);
    }
  }

  /** Everything held is lost for this reason. */
  fail(errorCode: number): void {
    for (const { done } of this.#held.splice(0)) done(errorCode);
  }
}
