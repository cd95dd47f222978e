import type { Findings } from './findings.ts';

/** How a producer was told to write. */
export interface ProducerMode {
  readonly acks: 1 | -1;
  readonly isIdempotent: boolean;
  /** Batches that may be sent one behind the other before the first is answered. */
  readonly batchesUnderWay: number;
}

export interface TopicPlan {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** What it is made with. */
  readonly configs: Readonly<Record<string, string>>;
}

/** What clients know of one partition. */
interface PartitionHistory {
  readonly topic: TopicPlan;
  readonly partition: number;
  /** Values by offset that a broker has acknowledged. */
  readonly acknowledged: Map<number, string>;
  /** Values by offset that a consumer has seen. */
  readonly seen: Map<number, string>;
  /** Whether records were lost, beyond what is promised: nothing is expected of it any more. */
  hasLost: boolean;
}

/** Everything that clients asked for and were told, and what must follow from it. */
export class History {
  readonly #findings: Findings;
  readonly #partitions = new Map<string, PartitionHistory>();
  /** The values that idempotent producers sent: each may lie in the log once. */
  readonly #idempotent = new Set<string>();
  readonly #sent = new Set<string>();
  #losses = 0;
  #lapses = 0;

  constructor(topics: readonly TopicPlan[], findings: Findings) {
    this.#findings = findings;
    for (const topic of topics) {
      for (let partition = 0; partition < topic.partitions; partition++) {
        this.#partitions.set(`${topic.name}-${partition}`, {
          topic,
          partition,
          acknowledged: new Map(),
          seen: new Map(),
          hasLost: false,
        });
      }
    }
  }

  /** How often records were lost, beyond what is promised. */
  get losses(): number {
    return this.#losses;
  }

  /**
   * How often a broker had what it knows of producers from a snapshot, where each has one batch left (in Kafka too):
   * after a start, and after its log was cut off.
   */
  get lapses(): number {
    return this.#lapses;
  }

  get partitions(): readonly { readonly topic: string; readonly partition: number }[] {
    return [...this.#partitions.values()].map(({ topic, partition }) => ({ topic: topic.name, partition }));
  }

  sent(values: readonly string[], isIdempotent: boolean): void {
    for (const value of values) {
      this.#sent.add(value);
      if (isIdempotent) this.#idempotent.add(value);
    }
  }

  /** A producer was told that its batch begins at `baseOffset`: by the leader alone, or by all in-sync replicas. */
  acknowledged(
    name: string,
    { baseOffset, values, acks }: { baseOffset: number; values: readonly string[]; acks: 1 | -1 },
  ): void {
    const partition = this.#partition(name);
    this.#findings.count('acknowledged', values.length);
    // What only the leader has may go with it.
    if (acks === 1 && partition.topic.replicationFactor > 1) return;
    for (const [index, value] of values.entries()) {
      const offset = baseOffset + index;
      this.#expectSame(name, {
        offset,
        value,
        known: partition.acknowledged.get(offset),
        who: 'acknowledged',
      });
      this.#expectSame(name, { offset, value, known: partition.seen.get(offset), who: 'acknowledged' });
      partition.acknowledged.set(offset, value);
    }
  }

  /** A consumer found `value` at `offset`. */
  seen(name: string, offset: number, value: string): void {
    const partition = this.#partition(name);
    if (!this.#sent.has(value))
      this.#findings.violate(`${name}: ${value} at ${offset} was never sent by anybody`);
    this.#expectSame(name, { offset, value, known: partition.acknowledged.get(offset), who: 'read' });
    this.#expectSame(name, { offset, value, known: partition.seen.get(offset), who: 'read' });
    partition.seen.set(offset, value);
  }

  #expectSame(
    name: string,
    { offset, value, known, who }: { offset: number; value: string; known: string | undefined; who: string },
  ): void {
    if (known !== undefined && known !== value && !this.#partition(name).hasLost)
      this.#findings.violate(`${name}: ${value} ${who} at ${offset}, where ${known} was`);
  }

  lapsed(): void {
    this.#lapses += 1;
  }

  /** Records from `offset` on are gone, and no promise is broken. */
  lostFrom(name: string): void {
    this.#losses += 1;
    const partition = this.#partitions.get(name);
    if (partition !== undefined) partition.hasLost = true;
  }

  /** Compares everything in a partition, read from its start to its end, with what clients were told. */
  checkWhole(name: string, content: ReadonlyMap<number, string>): void {
    const { acknowledged, hasLost } = this.#partition(name);
    if (hasLost) return;
    for (const [offset, value] of acknowledged) {
      if (content.get(offset) === value) continue;
      this.#findings.violate(
        `${name}: ${value} was acknowledged at ${offset}, there is ${content.get(offset)}`,
      );
      return;
    }
    const found = new Map<string, number>();
    const lastOf = new Map<string, number>();
    for (const [offset, value] of content) {
      const before = found.get(value);
      found.set(value, offset);
      if (before !== undefined) this.#findings.count('duplicates');
      if (!this.#idempotent.has(value)) continue;
      if (before !== undefined)
        this.#findings.violate(`${name}: ${value} of an idempotent producer at ${before} and at ${offset}`);
      const [producer = '', number = ''] = value.split('#');
      if (Number(number) < (lastOf.get(producer) ?? -1))
        this.#findings.violate(`${name}: ${value} of an idempotent producer lies behind a later one`);
      lastOf.set(producer, Number(number));
    }
  }

  #partition(name: string): PartitionHistory {
    const found = this.#partitions.get(name);
    if (found === undefined) throw new Error(`no partition ${name} was planned`);
    return found;
  }
}
