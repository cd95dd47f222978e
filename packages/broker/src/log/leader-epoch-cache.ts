/** From `startOffset` on the records were written by the leader of `epoch`. */
export interface EpochEntry {
  readonly epoch: number;
  readonly startOffset: number;
}

/** Where the records of an epoch end; both -1 when the log knows nothing of the epoch asked for. */
export interface EpochEndOffset {
  readonly leaderEpoch: number;
  readonly endOffset: number;
}

const UNKNOWN_EPOCH: EpochEndOffset = { leaderEpoch: -1, endOffset: -1 };

/**
 * Which leader epoch wrote which part of a log (KIP-101, KIP-279). Epochs and start offsets ascend strictly. Its
 * checkpoint may miss what was appended since the last flush: recovery reads that from the batches.
 */
export class LeaderEpochCache {
  #entries: EpochEntry[] = [];
  #changed = false;

  constructor(entries: readonly EpochEntry[]) {
    for (const entry of entries) this.assign(entry.epoch, entry.startOffset);
    this.#changed = false;
  }

  get entries(): readonly EpochEntry[] {
    return this.#entries;
  }

  /** The epoch of the last record, -1 for a log that never had one. */
  get latestEpoch(): number {
    return this.#entries.at(-1)?.epoch ?? -1;
  }

  /** True once after each change: the checkpoint is then to be written. */
  takeChanged(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  /** Notes that a record of `epoch` lies at `startOffset`; entries it contradicts are forgotten. */
  assign(epoch: number, startOffset: number): void {
    const latest = this.#entries.at(-1);
    if (latest !== undefined && latest.epoch === epoch && startOffset >= latest.startOffset) return;
    const before = Math.min(
      this.#countNotAbove(epoch - 1, (entry) => entry.epoch),
      this.#countNotAbove(startOffset - 1, (entry) => entry.startOffset),
    );
    this.#entries = [...this.#entries.slice(0, before), { epoch, startOffset }];
    this.#changed = true;
  }

  /** What OffsetForLeaderEpoch answers: the largest epoch not above `epoch`, and where it ends. */
  endOffsetFor(epoch: number, logEndOffset: number): EpochEndOffset {
    if (epoch < 0) return UNKNOWN_EPOCH;
    if (epoch === this.latestEpoch) return { leaderEpoch: epoch, endOffset: logEndOffset };
    const above = this.#countNotAbove(epoch, (entry) => entry.epoch);
    const next = this.#entries[above];
    if (next === undefined) return UNKNOWN_EPOCH;
    // Without an earlier epoch the records asked about were deleted; the log goes on where the next one starts.
    return { leaderEpoch: this.#entries[above - 1]?.epoch ?? epoch, endOffset: next.startOffset };
  }

  /** The epoch of the record at `offset`, -1 when it is not known. */
  epochForOffset(offset: number): number {
    return this.#entries[this.#countNotAbove(offset, (entry) => entry.startOffset) - 1]?.epoch ?? -1;
  }

  /** Forgets what lies at or above a new log end. */
  truncateFromEnd(endOffset: number): void {
    this.#keep(this.#entries.filter((entry) => entry.startOffset < endOffset));
  }

  /** Forgets what lies below a new log start; the epoch that contains it starts there. */
  truncateFromStart(startOffset: number): void {
    const containing = this.#countNotAbove(startOffset, (entry) => entry.startOffset) - 1;
    const first = this.#entries[containing];
    if (first === undefined || (containing === 0 && first.startOffset === startOffset)) return;
    this.#entries = [{ epoch: first.epoch, startOffset }, ...this.#entries.slice(containing + 1)];
    this.#changed = true;
  }

  clear(): void {
    this.#keep([]);
  }

  /** How many entries there are, from the first on, whose value is not above `target`. */
  #countNotAbove(target: number, boundOf: (entry: EpochEntry) => number): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const entry = this.#entries[middle];
      if (entry !== undefined && boundOf(entry) <= target) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #keep(entries: EpochEntry[]): void {
    if (entries.length === this.#entries.length) return;
    this.#entries = entries;
    this.#changed = true;
  }
}
