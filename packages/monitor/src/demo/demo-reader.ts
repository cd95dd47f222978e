import type { Consumer, Message } from '@platformatic/kafka';
import { type ClusterDefinition, parseAddress } from '../cluster-client/cluster-definition.ts';
import type { KafkaLibrary } from '../cluster-client/kafka-library.ts';
import { connectionOptions } from '../cluster-client/kafka-requests.ts';

/** Fetched ahead at most; beyond it fetching waits. */
const WAITING_MAX = 20_000;

const COMMIT_EVERY_MS = 1_000;
const READ_EVERY_MS = 50;

/** The least that brokers permit: a member left over from a demo that was killed holds the group up no longer. */
const SESSION_TIMEOUT_MS = 6_000;

/** Read in one go at most, so that even catching up can be watched. */
const RECORDS_PER_READ_MAX = 60;

export interface DemoReaderNeeds {
  readonly library: KafkaLibrary;
  readonly definition: ClusterDefinition;
  readonly topic: string;
  readonly group: string;
  readonly onRead: (records: number) => void;
  readonly onFailure: (error: unknown) => void;
}

/**
 * A group of one member that reads at a set speed and commits each second. It takes from all its partitions in turn:
 * were it to read them one after the other, a slow reader would stall on all but one.
 */
export class DemoReader {
  readonly #needs: DemoReaderNeeds;
  readonly #consumer: Consumer;
  readonly #waiting = new Map<number, Message[]>();
  readonly #read = new Map<number, Message>();
  readonly #timers: NodeJS.Timeout[] = [];
  #stream: Awaited<ReturnType<Consumer['consume']>> | null = null;
  #allowance = 0;
  #turn = 0;
  recordsPerSecond: number | null = null;

  constructor(needs: DemoReaderNeeds) {
    this.#needs = needs;
    this.#consumer = new needs.library.Consumer({
      clientId: 'demo-shipping',
      groupId: needs.group,
      bootstrapBrokers: needs.definition.bootstrap.map(parseAddress),
      autocommit: false,
      sessionTimeout: SESSION_TIMEOUT_MS,
      rebalanceTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: SESSION_TIMEOUT_MS / 6,
      ...connectionOptions(needs.definition),
      // To join takes as long as the others take to come back.
      requestTimeout: 3 * SESSION_TIMEOUT_MS,
    });
  }

  /** Joins the group and begins to read. */
  async start(): Promise<void> {
    const stream = await this.#consumer.consume({
      topics: [this.#needs.topic],
      mode: 'committed',
      fallbackMode: 'earliest',
      maxWaitTime: 200,
    });
    this.#stream = stream;
    stream.on('error', this.#needs.onFailure);
    stream.on('data', (message) => this.#enqueue(message));
    this.#timers.push(
      setInterval(() => this.#readSome(), READ_EVERY_MS),
      setInterval(() => this.#commit().catch(this.#needs.onFailure), COMMIT_EVERY_MS),
    );
  }

  /** Leaves the group, as a consumer that is shut down. */
  async close(): Promise<void> {
    for (const timer of this.#timers) {
      clearInterval(timer);
    }
    await this.#consumer.close(true);
  }

  #enqueue(message: Message): void {
    this.#waiting.set(message.partition, [...(this.#waiting.get(message.partition) ?? []), message]);
    if (this.#count() > WAITING_MAX) {
      this.#stream?.pause();
    }
  }

  #count(): number {
    return [...this.#waiting.values()].reduce((sum, messages) => sum + messages.length, 0);
  }

  #readSome(): void {
    const perRead = ((this.recordsPerSecond ?? Number.POSITIVE_INFINITY) * READ_EVERY_MS) / 1_000;
    this.#allowance = Math.min(this.#allowance + perRead, RECORDS_PER_READ_MAX);
    let read = 0;
    while (this.#allowance >= 1 && this.#takeOne()) {
      this.#allowance -= 1;
      read += 1;
    }
    if (read > 0) {
      this.#needs.onRead(read);
    }
    if (this.#count() < WAITING_MAX / 2) {
      this.#stream?.resume();
    }
  }

  /** From the partition whose turn it is; false when nothing waits. */
  #takeOne(): boolean {
    const partitions = [...this.#waiting].filter(([, messages]) => messages.length > 0);
    const [partition, messages] = partitions[this.#turn % Math.max(1, partitions.length)] ?? [];
    const message = messages?.shift();
    if (partition === undefined || message === undefined) {
      return false;
    }
    this.#turn += 1;
    this.#read.set(partition, message);
    return true;
  }

  async #commit(): Promise<void> {
    const offsets = [...this.#read.values()].map(({ topic, partition, offset, leaderEpoch }) => ({
      topic,
      partition,
      offset: offset + 1n,
      leaderEpoch,
    }));
    if (offsets.length > 0) {
      await this.#consumer.commit({ offsets });
    }
  }
}
