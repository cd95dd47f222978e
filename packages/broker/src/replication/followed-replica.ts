import type { AppendOutcome } from '../log/append-outcome.ts';
import type { EpochEndOffset } from '../log/leader-epoch-cache.ts';
import type { FollowedPartition } from './followed-partition.ts';
import type { Partition } from './partition.ts';

/** A partition of this broker as long as another leads it. */
export class FollowedReplica implements FollowedPartition {
  readonly #partition: Partition;

  constructor(partition: Partition) {
    this.#partition = partition;
  }

  get topic(): string {
    return this.#partition.topic;
  }

  get topicId(): string {
    return this.#partition.topicId;
  }

  get partition(): number {
    return this.#partition.partition;
  }

  get leaderEpoch(): number {
    return this.#partition.leaderEpoch;
  }

  get logStartOffset(): number {
    return this.#partition.log.logStartOffset;
  }

  get logEndOffset(): number {
    return this.#partition.log.logEndOffset;
  }

  get acknowledgedEndOffset(): number {
    return this.#partition.log.acknowledgedEndOffset;
  }

  get highWatermark(): number {
    return this.#partition.log.highWatermark;
  }

  get latestEpoch(): number {
    return this.#partition.log.latestEpoch;
  }

  endOffsetForEpoch(epoch: number): EpochEndOffset {
    return this.#partition.log.endOffsetForEpoch(epoch);
  }

  onMoved(listener: () => void): void {
    this.#partition.onFollowerMoved(listener);
  }

  append(records: Uint8Array): AppendOutcome {
    return this.#partition.appendAsFollower(records);
  }

  async truncateTo(offset: number): Promise<void> {
    await this.#partition.whenFree;
    return this.#partition.log.follower.truncateTo(offset);
  }

  async startAt(offset: number): Promise<void> {
    await this.#partition.whenFree;
    return this.#partition.log.follower.startAt(offset);
  }

  tookOver(leader: { readonly highWatermark: number; readonly logStartOffset: number }): void {
    this.#partition.leaderTold(leader);
  }
}
