import type { Clock } from '../runtime/clock.ts';
import { type RateWindows, WindowedRate } from './windowed-rate.ts';

/** Which partitions of a topic are throttled on this broker. */
export type ThrottledPartitions = 'all' | ReadonlySet<number>;

interface ThrottledPartition {
  readonly topic: string;
  readonly partition: number;
}

/** Kafka's default, the largest long, is no limit. */
const UNLIMITED = 2 ** 63;

/**
 * How many bytes a second replication may move, counted over the partitions that are throttled. What is moved may go
 * beyond it at once; then nothing is until the rate is below it again.
 */
export class ReplicationQuota {
  readonly #rate: WindowedRate;
  readonly #throttled = new Map<string, ThrottledPartitions>();
  #bytesPerSecond = UNLIMITED;

  constructor(clock: Clock, windows: RateWindows) {
    this.#rate = new WindowedRate(clock, windows);
  }

  /** From now on another limit. */
  limit(bytesPerSecond: number): void {
    this.#bytesPerSecond = bytesPerSecond;
  }

  throttle(topic: string, partitions: ThrottledPartitions): void {
    if (partitions !== 'all' && partitions.size === 0) this.#throttled.delete(topic);
    else this.#throttled.set(topic, partitions);
  }

  isThrottled({ topic, partition }: ThrottledPartition): boolean {
    if (this.#throttled.size === 0) return false;
    const partitions = this.#throttled.get(topic);
    return partitions === 'all' || partitions?.has(partition) === true;
  }

  get isExceeded(): boolean {
    return this.#bytesPerSecond < UNLIMITED && this.#rate.perSecond() > this.#bytesPerSecond;
  }

  /** Whether a partition has to wait. */
  holdsBack(partition: ThrottledPartition): boolean {
    return this.isThrottled(partition) && this.isExceeded;
  }

  /** Counts what was moved of a partition that is throttled. */
  note(partition: ThrottledPartition, bytes: number): void {
    if (bytes > 0 && this.isThrottled(partition)) this.record(bytes);
  }

  /** Counts what was moved, whatever it is of. */
  record(bytes: number): void {
    this.#rate.note(bytes);
  }
}
