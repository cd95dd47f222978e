import { TopicPartitionMap } from '../topic-partition-map.ts';

/** One poll of a partition's end offset (its high watermark). */
export interface EndOffsetPoll {
  readonly offset: number;
  readonly at: number;
}

/** The end offsets polled last, per partition: Burrow's broker ring. */
export class EndOffsetHistory {
  readonly #size: number;
  readonly #polls = new TopicPartitionMap<EndOffsetPoll[]>();

  constructor(size: number) {
    this.#size = size;
  }

  record(topic: string, partition: number, poll: EndOffsetPoll): void {
    const polls = this.#polls.getOrMake(topic, partition, () => []);
    polls.push(poll);
    if (polls.length > this.#size) {
      polls.shift();
    }
  }

  newest(topic: string, partition: number): number | null {
    return this.#polls.get(topic, partition)?.at(-1)?.offset ?? null;
  }

  /** Oldest first. */
  offsets(topic: string, partition: number): number[] {
    return this.#polls.get(topic, partition)?.map((poll) => poll.offset) ?? [];
  }

  polls(topic: string, partition: number): readonly EndOffsetPoll[] {
    return this.#polls.get(topic, partition) ?? [];
  }

  /** Records per second between the oldest and newest poll; null before two polls. */
  rate(topic: string, partition: number): number | null {
    const polls = this.#polls.get(topic, partition) ?? [];
    const [first, last] = [polls[0], polls.at(-1)];
    if (first === undefined || last === undefined || last.at <= first.at) {
      return null;
    }
    return Math.max(0, ((last.offset - first.offset) * 1000) / (last.at - first.at));
  }

  restore(topic: string, partition: number, polls: readonly EndOffsetPoll[]): void {
    this.#polls.set(topic, partition, polls.slice(-this.#size));
  }

  forgetTopic(topic: string): void {
    this.#polls.deleteTopic(topic);
  }

  *entries(): Generator<{ topic: string; partition: number; value: readonly EndOffsetPoll[] }> {
    yield* this.#polls.entries();
  }
}
