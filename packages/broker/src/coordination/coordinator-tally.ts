import type { Durations } from '../runtime/metrics.ts';

/** Where the times of coordinators of one kind are noted. */
export interface CoordinatorTimes {
  /** From the election of this broker until all of the partition is replayed. */
  readonly loading: Durations;
  /** From handing a batch to the log until it is committed. */
  readonly committing: Durations;
}

/** What the coordinators of one kind on this broker have come to since its start. */
export class CoordinatorTally {
  /** Null while nobody measures. */
  times: CoordinatorTimes | null = null;
  /** Records that were replayed when partitions were loaded. */
  replayedRecords = 0;
  /** Batches that the log has taken, and their bytes before compression. */
  batches = 0;
  batchBytes = 0;
  /** Decisions that were undone, for their records were refused or lost. */
  lostDecisions = 0;
  /** Decisions that nobody asked for: their time had come. */
  timers = 0;
}

/** What the coordinators of one kind have at present. */
export interface CoordinatorLoad {
  /** Partitions that this broker leads; a failed one could not be loaded and is served by nobody. */
  readonly loading: number;
  readonly active: number;
  readonly failed: number;
  /** Requests that wait for a commit, or that a machine has kept. */
  readonly unanswered: number;
  /** Of batches that the log has taken and that are not committed yet. */
  readonly uncommittedBytes: number;
}
