import { EventEmitter, once } from 'node:events';
import { type Consumer, Kafka, logLevel, type Producer, type Transaction } from 'kafkajs';
import { javaClassPath, pythonWithClients } from '../../tools/workshop.mjs';
import { DriverProcess } from '../driver-process.ts';
import { found, inTime } from '../patience.ts';

/** Where a group is to go on reading. */
export interface GroupOffset {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Somebody else's transactional producers and read_committed consumers, step by step. */
export interface TransactionalClient {
  readonly name: string;
  /** Makes a producer of this transactional id, which fences others of it. */
  open(bootstrap: string, transactionalId: string): Promise<void>;
  begin(transactionalId: string): Promise<void>;
  /** Resolves when all values are acknowledged. */
  send(transactionalId: string, topic: string, partition: number, values: readonly string[]): Promise<void>;
  sendOffset(transactionalId: string, offset: GroupOffset): Promise<void>;
  end(transactionalId: string, how: 'commit' | 'abort'): Promise<void>;
  /**
   * The values of each partition of a topic that it sees when it has read all that is to be read, which is at least
   * `count`: who commits is answered when that is decided, and markers tell the partitions of it afterwards.
   */
  committed(bootstrap: string, topic: string, partitions: number, count: number): Promise<string[][]>;
  close(): Promise<void>;
}

/** A client that lives in a driver process of another language. */
class DrivenClient implements TransactionalClient {
  readonly name: string;
  readonly #driver: DriverProcess;

  constructor(name: string, program: string, args: readonly string[]) {
    this.name = name;
    this.#driver = new DriverProcess(program, args);
  }

  async open(bootstrap: string, transactionalId: string): Promise<void> {
    await this.#run('open', { bootstrap, transactional_id: transactionalId });
  }

  async begin(transactionalId: string): Promise<void> {
    await this.#run('begin', { transactional_id: transactionalId });
  }

  async send(
    transactionalId: string,
    topic: string,
    partition: number,
    values: readonly string[],
  ): Promise<void> {
    await this.#run('send', { transactional_id: transactionalId, topic, partition, values });
  }

  async sendOffset(transactionalId: string, offset: GroupOffset): Promise<void> {
    await this.#run('sendOffset', { transactional_id: transactionalId, ...offset });
  }

  async end(transactionalId: string, how: 'commit' | 'abort'): Promise<void> {
    await this.#run(how, { transactional_id: transactionalId });
  }

  committed(bootstrap: string, topic: string, partitions: number, count: number): Promise<string[][]> {
    let seen: string[][] = [];
    const look = async () => {
      seen = await this.read(bootstrap, topic, partitions, 'read_committed');
      return seen.flat().length < count ? null : seen;
    };
    return found(`${this.name} sees ${count} values`, look, {
      saw: () => `it has seen ${JSON.stringify(seen)}`,
    });
  }

  /** The values of each partition that a reader of the isolation level sees. */
  async read(bootstrap: string, topic: string, partitions: number, isolation: string): Promise<string[][]> {
    return (await this.#run('read', { bootstrap, topic, partitions, isolation })) as string[][];
  }

  close(): Promise<void> {
    return this.#driver.close();
  }

  #run(verb: string, args: Readonly<Record<string, unknown>>): Promise<unknown> {
    return this.#driver.request({ verb, arguments: args });
  }
}

export function javaClient(): DrivenClient {
  const jvm = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', javaClassPath('clients')];
  return new DrivenClient('Java clients', 'java', [...jvm, 'TransactionDriver']);
}

export function librdkafkaClient(): DrivenClient {
  const program = `${import.meta.dirname}/../clients/transaction_driver.py`;
  return new DrivenClient('confluent-kafka', pythonWithClients(), [program]);
}

/** KafkaJS, in this process. It cannot tell where a partition ends: it follows a topic, and is waited for. */
export class KafkaJsTransactions implements TransactionalClient {
  readonly name = 'KafkaJS';
  readonly #producers = new Map<string, Producer>();
  readonly #open = new Map<string, Transaction>();
  readonly #followers = new Map<string, KafkaJsFollower>();

  async open(bootstrap: string, transactionalId: string): Promise<void> {
    const producer = kafkaJs(bootstrap).producer({
      transactionalId,
      maxInFlightRequests: 1,
      idempotent: true,
    });
    await producer.connect();
    this.#producers.set(transactionalId, producer);
  }

  async begin(transactionalId: string): Promise<void> {
    const producer = this.#producers.get(transactionalId);
    if (producer === undefined) throw new Error(`${transactionalId} is not open`);
    this.#open.set(transactionalId, await producer.transaction());
  }

  async send(
    transactionalId: string,
    topic: string,
    partition: number,
    values: readonly string[],
  ): Promise<void> {
    await this.#transaction(transactionalId).send({
      topic,
      messages: values.map((value) => ({ partition, value })),
    });
  }

  async sendOffset(transactionalId: string, { group, topic, partition, offset }: GroupOffset): Promise<void> {
    await this.#transaction(transactionalId).sendOffsets({
      consumerGroupId: group,
      topics: [{ topic, partitions: [{ partition, offset: String(offset) }] }],
    });
  }

  async end(transactionalId: string, how: 'commit' | 'abort'): Promise<void> {
    await this.#transaction(transactionalId)[how]();
  }

  async committed(bootstrap: string, topic: string, partitions: number, count: number): Promise<string[][]> {
    let follower = this.#followers.get(topic);
    if (follower === undefined) {
      follower = await KafkaJsFollower.start(bootstrap, topic, partitions);
      this.#followers.set(topic, follower);
    }
    return follower.seen(count);
  }

  async close(): Promise<void> {
    for (const follower of this.#followers.values()) await follower.close();
    for (const producer of this.#producers.values()) await producer.disconnect();
  }

  #transaction(transactionalId: string): Transaction {
    const transaction = this.#open.get(transactionalId);
    if (transaction === undefined) throw new Error(`${transactionalId} has no transaction`);
    return transaction;
  }
}

class KafkaJsFollower {
  readonly #consumer: Consumer;
  readonly #values: string[][];
  readonly #arrivals = new EventEmitter();

  private constructor(consumer: Consumer, partitions: number) {
    this.#consumer = consumer;
    this.#values = Array.from({ length: partitions }, () => []);
  }

  static async start(bootstrap: string, topic: string, partitions: number): Promise<KafkaJsFollower> {
    const consumer = kafkaJs(bootstrap).consumer({ groupId: `follower-of-${topic}`, maxWaitTimeInMs: 50 });
    const follower = new KafkaJsFollower(consumer, partitions);
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ partition, message }) => {
        follower.#values[partition]?.push(message.value?.toString() ?? '');
        follower.#arrivals.emit('arrival');
      },
    });
    return follower;
  }

  /** What it has seen, once that is so much. */
  async seen(count: number): Promise<string[][]> {
    const seen = async () => {
      while (this.#values.flat().length < count) await once(this.#arrivals, 'arrival');
    };
    await inTime(`KafkaJS sees ${count} values`, seen(), () => `it has seen ${JSON.stringify(this.#values)}`);
    return this.#values.map((values) => [...values]);
  }

  async close(): Promise<void> {
    await this.#consumer.disconnect();
  }
}

function kafkaJs(bootstrap: string): Kafka {
  return new Kafka({ brokers: bootstrap.split(','), logLevel: logLevel.NOTHING });
}
