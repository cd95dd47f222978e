import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { Kafka, logLevel, type Producer } from 'kafkajs';

/** A consumer in a process of its own, so that killing it leaves the group as a crash does. */
export class ConsumerProcess {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Starts it and waits until it has joined the group. */
  static async start(options: {
    readonly bootstrap: string;
    readonly topic: string;
    readonly group: string;
    readonly pauseMs: number;
  }): Promise<ConsumerProcess> {
    const { bootstrap, topic, group, pauseMs } = options;
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'consumer-process.mjs'), bootstrap, topic, group, String(pauseMs)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await new Promise<void>((resolve, reject) => {
      child.stdout?.once('data', () => resolve());
      child.once('exit', (code) => reject(new Error(`the consumer ended with ${code}`)));
    });
    return new ConsumerProcess(child);
  }

  /** `kill -9`: it leaves nothing and tells nobody. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Leaves the group and ends. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill(signal);
    await ended;
  }
}

/** A producer that writes a steady number of records a second until it is stopped. */
export class SteadyProducer {
  readonly #producer: Producer;
  readonly #topic: string;
  readonly #timer: NodeJS.Timeout;
  #inFlight: Promise<unknown> = Promise.resolve();

  private constructor(producer: Producer, topic: string, everyMs: number) {
    this.#producer = producer;
    this.#topic = topic;
    this.#timer = setInterval(() => {
      this.#inFlight = this.#producer.send({
        topic: this.#topic,
        messages: [{ key: 'order', value: '{"amount":1}' }],
      });
    }, everyMs);
  }

  static async start(bootstrap: string, topic: string, perSecond: number): Promise<SteadyProducer> {
    const producer = await connectedProducer(bootstrap);
    return new SteadyProducer(producer, topic, 1_000 / perSecond);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#inFlight;
    await this.#producer.disconnect();
  }
}

/** Writes the values into a partition of a topic. */
export async function writeRecords(
  bootstrap: string,
  topic: string,
  values: readonly string[],
  partition = 0,
): Promise<void> {
  const producer = await connectedProducer(bootstrap);
  await producer.send({ topic, messages: values.map((value) => ({ key: 'k', value, partition })) });
  await producer.disconnect();
}

/** Commits an offset for partition 0 of a topic without joining the group. */
export async function commitOffset(
  bootstrap: string,
  group: string,
  topic: string,
  offset: number,
): Promise<void> {
  const admin = kafka(bootstrap).admin();
  await admin.connect();
  await admin.setOffsets({ groupId: group, topic, partitions: [{ partition: 0, offset: String(offset) }] });
  await admin.disconnect();
}

/** Creates a topic; the replication factor is the broker's default unless given. */
export async function createTopic(
  bootstrap: string,
  topic: string,
  partitions = 1,
  replicationFactor = -1,
): Promise<void> {
  const admin = kafka(bootstrap).admin();
  await admin.connect();
  // Not waited for: kafkajs gives up where it asks a broker that has not heard of the topic yet.
  await admin.createTopics({
    topics: [{ topic, numPartitions: partitions, replicationFactor }],
    waitForLeaders: false,
  });
  await admin.disconnect();
}

async function connectedProducer(bootstrap: string): Promise<Producer> {
  const producer = kafka(bootstrap).producer();
  await producer.connect();
  return producer;
}

function kafka(bootstrap: string): Kafka {
  return new Kafka({ brokers: bootstrap.split(','), logLevel: logLevel.NOTHING });
}
