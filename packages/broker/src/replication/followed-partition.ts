import type { AppendOutcome } from '../log/append-outcome.ts';
import type { FollowerLog } from './follower-step.ts';

/** A partition that this broker follows, as its fetcher sees it. */
export interface FollowedPartition extends FollowerLog {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  /** The leader epoch in which it is followed; what was asked for in another is not taken. */
  readonly leaderEpoch: number;
  readonly logStartOffset: number;
  /** Everything below is written, and flushed where that is what counts: the leader takes it for an acknowledgement. */
  readonly acknowledgedEndOffset: number;
  /** Has a listener told of every move of its end, whoever made it; there is one at a time. */
  onMoved(listener: () => void): void;
  /** Queues whole batches of the leader. The buffer is given away. */
  append(records: Uint8Array): AppendOutcome;
  /** Rejects with a `DiskError`. */
  truncateTo(offset: number): Promise<void>;
  /** Drops all records and begins anew. Rejects with a `DiskError`. */
  startAt(offset: number): Promise<void>;
  /** How far the leader was when it answered; what is beyond this copy's end counts up to there. */
  tookOver(leader: { readonly highWatermark: number; readonly logStartOffset: number }): void;
}
