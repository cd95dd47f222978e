/** A map by topic and partition. */
export class TopicPartitionMap<V> {
  readonly #topics = new Map<string, Map<number, V>>();

  get(topic: string, partition: number): V | undefined {
    return this.#topics.get(topic)?.get(partition);
  }

  set(topic: string, partition: number, value: V): void {
    const partitions = this.#topics.get(topic);
    if (partitions === undefined) {
      this.#topics.set(topic, new Map([[partition, value]]));
    } else {
      partitions.set(partition, value);
    }
  }

  /** The value; made and kept when there is none. */
  getOrMake(topic: string, partition: number, make: () => V): V {
    const kept = this.get(topic, partition);
    if (kept !== undefined) {
      return kept;
    }
    const made = make();
    this.set(topic, partition, made);
    return made;
  }

  delete(topic: string, partition: number): void {
    const partitions = this.#topics.get(topic);
    partitions?.delete(partition);
    if (partitions?.size === 0) {
      this.#topics.delete(topic);
    }
  }

  deleteTopic(topic: string): void {
    this.#topics.delete(topic);
  }

  get topics(): readonly string[] {
    return [...this.#topics.keys()];
  }

  partitionsOf(topic: string): ReadonlyMap<number, V> {
    return this.#topics.get(topic) ?? new Map<number, V>();
  }

  get isEmpty(): boolean {
    return this.#topics.size === 0;
  }

  *entries(): Generator<{ topic: string; partition: number; value: V }> {
    for (const [topic, partitions] of this.#topics) {
      for (const [partition, value] of partitions) {
        yield { topic, partition, value };
      }
    }
  }
}
