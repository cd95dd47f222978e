/** A place in the log: the offset behind the last record of `epoch` that is meant. */
export interface OffsetAndEpoch {
  readonly offset: number;
  readonly epoch: number;
}

export interface EpochStart {
  readonly epoch: number;
  readonly startOffset: number;
}

/** A snapshot of everything below its offset. */
export interface StoredSnapshot extends OffsetAndEpoch {
  readonly sizeInBytes: number;
}

/** What the quorum knows of its log without reading it. */
export interface EpochLog {
  readonly startOffset: number;
  /** Assigned, written or not. */
  readonly endOffset: number;
  /** What is below it survives a power cut. */
  readonly flushedOffset: number;
  /** Where each epoch begins, ascending in both. */
  readonly epochs: readonly EpochStart[];
  /** Ascending. */
  readonly snapshots: readonly StoredSnapshot[];
  /** Raised by every truncation, so that a flush that was under way says nothing about what came in its place. */
  readonly truncations: number;
}

/** Whether a follower's log is a prefix of ours, and from where to go on when it is not. */
export type FetchPosition =
  | { readonly kind: 'valid' }
  | { readonly kind: 'diverging'; readonly end: OffsetAndEpoch }
  | { readonly kind: 'snapshot'; readonly id: OffsetAndEpoch };

export const EMPTY_LOG: EpochLog = {
  startOffset: 0,
  endOffset: 0,
  flushedOffset: 0,
  epochs: [],
  snapshots: [],
  truncations: 0,
};

/** 0 while nothing was ever in the log: no leader has that epoch. */
export function lastEpochOf({ epochs, snapshots }: EpochLog): number {
  return epochs.at(-1)?.epoch ?? snapshots.at(-1)?.epoch ?? 0;
}

export function latestSnapshotOf({ snapshots }: EpochLog): StoredSnapshot | null {
  return snapshots.at(-1) ?? null;
}

/** Whether a log that ends there holds all that ours may have committed: the comparison of Raft §5.4.1. */
export function isUpToDate(log: EpochLog, { offset, epoch }: OffsetAndEpoch): boolean {
  const lastEpoch = lastEpochOf(log);
  return epoch > lastEpoch || (epoch === lastEpoch && offset >= log.endOffset);
}

export function withBatch(log: EpochLog, batch: { lastOffset: number; epoch: number }): EpochLog {
  const isNewEpoch = log.epochs.at(-1)?.epoch !== batch.epoch;
  return {
    ...log,
    endOffset: batch.lastOffset + 1,
    epochs: isNewEpoch ? [...log.epochs, { epoch: batch.epoch, startOffset: log.endOffset }] : log.epochs,
  };
}

export function truncatedTo(log: EpochLog, offset: number): EpochLog {
  return {
    ...log,
    endOffset: offset,
    flushedOffset: Math.min(log.flushedOffset, offset),
    epochs: log.epochs.filter(({ startOffset }) => startOffset < offset),
    truncations: log.truncations + 1,
  };
}

/** The log that begins behind a snapshot got from the leader: nothing of what was before stays. */
export function restartedAt(log: EpochLog, snapshot: StoredSnapshot): EpochLog {
  const { offset, epoch } = snapshot;
  return {
    startOffset: offset,
    endOffset: offset,
    flushedOffset: offset,
    epochs: [{ epoch, startOffset: offset }],
    snapshots: [snapshot],
    truncations: log.truncations + 1,
  };
}

/** The log without what a snapshot stands for; of the epochs the one that the new start lies in is kept. */
export function trimmedTo(log: EpochLog, startOffset: number): EpochLog {
  return {
    ...log,
    startOffset,
    epochs: log.epochs.filter((_, index) => (log.epochs[index + 1]?.startOffset ?? Infinity) > startOffset),
    snapshots: log.snapshots.filter(({ offset }) => offset >= startOffset),
  };
}

/** Where the largest epoch that is not above `epoch` ends in our log. */
export function endOfEpoch(log: EpochLog, epoch: number): OffsetAndEpoch {
  const above = log.epochs.findIndex((entry) => entry.epoch > epoch);
  if (above === -1) return { offset: log.endOffset, epoch: lastEpochOf(log) };
  const end = log.epochs[above]?.startOffset ?? log.endOffset;
  return { offset: end, epoch: log.epochs[above - 1]?.epoch ?? epoch };
}

/** What a fetch from `offset`, whose last record there is of `epoch`, meets in our log. */
export function fetchPosition(log: EpochLog, { offset, epoch }: OffsetAndEpoch): FetchPosition {
  const snapshot = latestSnapshotOf(log);
  if (snapshot !== null && isOnlyInSnapshot(log, { offset, epoch })) {
    return { kind: 'snapshot', id: { offset: snapshot.offset, epoch: snapshot.epoch } };
  }
  if (offset === 0 && epoch === 0) return { kind: 'valid' };
  const end = endOfEpoch(log, epoch);
  return end.epoch !== epoch || end.offset < offset ? { kind: 'diverging', end } : { kind: 'valid' };
}

/**
 * An empty follower is better served by the snapshot, one from before our start by nothing else. The record before our
 * start is known by the snapshot that ends there, if one does.
 */
function isOnlyInSnapshot({ startOffset, snapshots }: EpochLog, { offset, epoch }: OffsetAndEpoch): boolean {
  const [oldest] = snapshots;
  if (offset === startOffset && startOffset > 0) return oldest?.offset !== offset || oldest.epoch !== epoch;
  return offset === 0 || offset < startOffset || epoch < (oldest?.epoch ?? 0);
}

/** Where a follower's log has to end, given how far the leader's log goes in the largest epoch that both may have. */
export function truncationPoint(log: EpochLog, leader: OffsetAndEpoch): number {
  const ours = endOfEpoch(log, leader.epoch);
  return ours.epoch === leader.epoch ? Math.min(ours.offset, leader.offset) : ours.offset;
}
