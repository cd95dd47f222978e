import { PartitionInterest, type SessionInterest } from './session-interest.ts';

/** What a fetcher asks of one partition. Where topics go by id (version 13), the name is empty, else the id is zero. */
export interface PartitionFetch {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  readonly currentLeaderEpoch: number;
  readonly fetchOffset: number;
  readonly lastFetchedEpoch: number;
  readonly logStartOffset: number;
  readonly maxBytes: number;
}

/** What an incremental response is compared with: a partition that shows nothing new is left out. */
export interface PartitionProgress {
  readonly highWatermark: number;
  readonly logStartOffset: number;
  readonly recordBytes: number;
  /** An error, a diverging epoch or a preferred replica: sent in any case. */
  readonly isRemarkable: boolean;
  readonly errorCode: number;
}

/** One partition of a session, with what its last answer told. */
export class SessionPartition {
  fetch: PartitionFetch;
  /** In a follower's session; all others read every partition every time. */
  readonly interest: PartitionInterest<SessionPartition> | null;
  #highWatermark = -1;
  #logStartOffset = -1;

  constructor(fetch: PartitionFetch, session: SessionInterest<SessionPartition> | null) {
    this.fetch = fetch;
    this.interest = session === null ? null : new PartitionInterest(session, this);
  }

  /** Whether there is anything to tell that was not told before. */
  isNews(seen: PartitionProgress): boolean {
    return (
      seen.recordBytes > 0 ||
      seen.isRemarkable ||
      this.#highWatermark !== seen.highWatermark ||
      this.#logStartOffset !== seen.logStartOffset
    );
  }

  noteTold(seen: PartitionProgress | undefined): void {
    // After an error the partition is sent again as soon as it is well.
    this.#highWatermark = seen?.errorCode === 0 ? seen.highWatermark : -1;
    this.#logStartOffset = seen?.logStartOffset ?? -1;
  }
}
