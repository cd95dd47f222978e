/** What a writer's client promises. */
export interface WriterPromise {
  /** Each record is there once. */
  readonly isIdempotent: boolean;
  /** Records of a partition are in the order in which they were sent. */
  readonly isOrdered: boolean;
}

/** What one writer was told, by partition: the offset of each sequence number, -1 where it was not told which. */
interface WriterRecords extends WriterPromise {
  readonly offsets: (number | undefined)[][];
  /** When something was acknowledged, by partition, in the order in which it was told. */
  readonly times: number[][];
  readonly givenUp: { readonly partition: number; readonly sequence: number; readonly error: string }[];
  /** Where its client met an error after which a producer writes no more: it went on with another. */
  readonly begunAnew: { readonly atMs: number; readonly reason: string }[];
}

/** Every record that was acknowledged, as the writers tell of them. */
export class AcknowledgedRecords {
  readonly writers = new Map<string, WriterRecords>();
  /** When something was acknowledged last, by partition. */
  readonly #latest: number[];
  #count = 0;

  constructor(partitions: number) {
    this.#latest = Array.from({ length: partitions }, () => 0);
  }

  get count(): number {
    return this.#count;
  }

  addWriter(name: string, promise: WriterPromise): void {
    this.writers.set(name, {
      ...promise,
      offsets: this.#latest.map(() => []),
      times: this.#latest.map(() => []),
      givenUp: [],
      begunAnew: [],
    });
  }

  /**
   * Takes one line of a writer: `a NAME PARTITION SEQUENCE OFFSET MS`, `f NAME PARTITION SEQUENCE ERROR` or
   * `x NAME MS REASON`.
   */
  take(line: string): void {
    const [kind, name = '', partitionText, sequenceText, result, ms] = line.split(' ');
    const writer = this.writers.get(name);
    if (kind === 'x' && writer !== undefined) {
      const [, , atMs, ...reason] = line.split(' ');
      writer.begunAnew.push({ atMs: Number(atMs), reason: reason.join(' ') });
      return;
    }
    const partition = Number(partitionText);
    const sequence = Number(sequenceText);
    const offsets = writer?.offsets[partition];
    if (writer === undefined || offsets === undefined) throw new Error(`a writer said: ${line}`);
    if (kind === 'f') {
      writer.givenUp.push({ partition, sequence, error: result ?? '' });
    } else if (kind === 'a') {
      offsets[sequence] = Number(result);
      writer.times[partition]?.push(Number(ms));
      this.#latest[partition] = Number(ms);
      this.#count += 1;
    } else throw new Error(`a writer said: ${line}`);
  }

  /** When something was acknowledged in a partition, whoever had written it; in no order. */
  timesIn(partition: number): readonly number[] {
    return [...this.writers.values()].flatMap(({ times }) => times[partition] ?? []);
  }

  /** Whether each writer has had something acknowledged in each partition. */
  get hasReachedAll(): boolean {
    return [...this.writers.values()].every(({ offsets }) => offsets.every(({ length }) => length > 0));
  }

  /** Whether something was acknowledged in each partition after this time. */
  reachedAllSince(ms: number): boolean {
    return this.#latest.every((latest) => latest > ms);
  }
}
