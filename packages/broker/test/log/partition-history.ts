import type { PartitionLog } from '../../src/log/partition-log.ts';
import { lastOffsetAt } from '../../src/protocol/record-batch.ts';

/** A batch as it was handed to the log, with its offsets. */
export interface AppendedBatch {
  readonly bytes: Uint8Array;
  readonly endOffset: number;
  /** Whether whoever appended it was told that it is there. */
  isAcknowledged: boolean;
}

/** By base offset; more than one where a full disk refused the first. */
export type Timeline = Map<number, AppendedBatch[]>;

/** What is known of a partition at some moment. */
export interface Known {
  readonly name: string;
  /** What the log may be a prefix of; more than one while it is being cut off. */
  readonly timelines: readonly Timeline[];
  /** Nothing was handed to the log beyond. */
  readonly assignedEnd: number;
  /** Written: a process that ends does not take it along. */
  readonly writtenEnd: number;
  /** Synced: a power loss does not take it along. */
  readonly flushedEnd: number;
  /** The largest log start offset that there ever was. */
  readonly logStart: number;
}

/** All that was ever appended to one partition, over several lives of its log. */
export class PartitionHistory {
  readonly name: string;
  #timelines: Timeline[] = [new Map()];
  #assignedEnd = 0;
  #logStart = 0;
  #ends = { written: 0, flushed: 0 };
  #log: PartitionLog | null = null;
  #isCutOff = false;

  constructor(name: string) {
    this.name = name;
  }

  get log(): PartitionLog {
    if (this.#log === null) throw new Error(`${this.name} is not open`);
    return this.#log;
  }

  set log(log: PartitionLog) {
    this.#log = log;
  }

  /** Notes a batch that the log has taken. */
  appended(bytes: Uint8Array, firstOffset: number): AppendedBatch {
    const batch = { bytes: bytes.slice(), endOffset: lastOffsetAt(bytes) + 1, isAcknowledged: false };
    const timeline = this.#timelines.at(-1);
    timeline?.set(firstOffset, [...(timeline.get(firstOffset) ?? []), batch]);
    this.#assignedEnd = Math.max(this.#assignedEnd, batch.endOffset);
    return batch;
  }

  /** Where the last batch ends that does not end above `offset`. */
  endBelow(offset: number): number {
    const batches = [...(this.#timelines.at(-1)?.values() ?? [])].flat();
    const ends = batches.map(({ endOffset }) => endOffset).filter((end) => end <= offset);
    return Math.max(this.log.logStartOffset, ...ends);
  }

  /**
   * From here on the log may end at `offset`, with what was there before or, when it begins anew, without, and go on
   * otherwise; `done` when it cannot be as before any more, `refused` when the disk has not let it be.
   */
  cutsOff(offset: number, { isAnew }: { isAnew: boolean }): { done(): void; refused(): void } {
    const assignedEnd = this.#assignedEnd;
    const kept = [...(this.#timelines.at(-1) ?? [])].filter(([base]) => base < offset && !isAnew);
    this.#look();
    const { written, flushed } = this.#ends;
    this.#ends = isAnew
      ? { written: 0, flushed: 0 }
      : { written: Math.min(written, offset), flushed: Math.min(flushed, offset) };
    this.#assignedEnd = Math.max(this.#assignedEnd, offset);
    if (isAnew) this.#logStart = Math.max(this.#logStart, offset);
    this.#isCutOff = true;
    this.#timelines.push(new Map(kept));
    return {
      done: () => {
        const end = this.log.logEndOffset;
        this.#timelines = [new Map([...(this.#timelines.at(-1) ?? [])].filter(([base]) => base < end))];
        this.#isCutOff = false;
        this.#assignedEnd = end;
      },
      // Before anything was done, or in the middle of it: then the log is offline.
      refused: () => {
        if (this.log.isOffline) return;
        this.#timelines.pop();
        this.#isCutOff = false;
        this.#assignedEnd = assignedEnd;
      },
    };
  }

  known(): Known {
    if (!this.#isCutOff) this.#look();
    return {
      name: this.name,
      timelines: this.#timelines.map((timeline) => new Map(timeline)),
      assignedEnd: this.#assignedEnd,
      writtenEnd: this.#ends.written,
      flushedEnd: this.#ends.flushed,
      logStart: this.#logStart,
    };
  }

  #look(): void {
    if (this.#log === null) return;
    const { logEndOffset, recoveryPoint, logStartOffset } = this.#log;
    this.#ends = { written: logEndOffset, flushed: recoveryPoint };
    this.#logStart = Math.max(this.#logStart, logStartOffset);
  }
}
