import { ErrorCode, errorOf } from '../../../src/protocol/errors.ts';
import type { Findings } from '../findings.ts';
import type { TopicPlan } from '../history.ts';
import { createTopics, deleteTopics, metadata } from './apis.ts';
import type { ClientProcess } from './client-process.ts';

const REQUEST_TIMEOUT_MS = 5000;
const RETRY_MS_MAX = 300;
const PAUSE_MS_MAX = 2500;
/** More are not there at once beside the planned ones. */
const MADE_MAX = 5;

export interface TopicMakerOptions {
  readonly client: ClientProcess;
  readonly findings: Findings;
  readonly replicationFactor: number;
  readonly isOver: () => boolean;
}

/** What is known of a topic: there for certain, gone for certain, or asked for and not answered. */
type Existence = 'there' | 'gone' | 'unknown';

/** Makes topics and deletes some of them, and looks whether what was acknowledged stays so. */
export class TopicMaker {
  readonly #options: TopicMakerOptions;
  readonly #topics = new Map<string, Existence>();
  #made = 0;

  constructor(options: TopicMakerOptions) {
    this.#options = options;
  }

  /** Makes the topics that the other clients write to; resolves when all are acknowledged. */
  async makePlanned(topics: readonly TopicPlan[]): Promise<void> {
    const { client } = this.#options;
    for (const { name, partitions, replicationFactor, configs: given } of topics) {
      const configs = Object.entries(given).map(([key, value]) => ({ name: key, value }));
      while (
        (await this.#create({ name, numPartitions: partitions, replicationFactor, configs })) !== 'there'
      )
        await client.sleep(client.random.fraction() * RETRY_MS_MAX);
    }
  }

  async run(): Promise<void> {
    const { client, isOver } = this.#options;
    while (!isOver()) {
      const draw = client.random.fraction();
      if (draw < 0.4 && this.#there.length < MADE_MAX) await this.#make();
      else if (draw < 0.6) await this.#deleteOne();
      // Of several brokers one may be a little behind.
      else if (this.#options.replicationFactor === 1) await this.check();
      await client.sleep(client.random.fraction() * PAUSE_MS_MAX);
    }
    client.disconnect();
  }

  async #make(): Promise<void> {
    this.#made += 1;
    const name = `made-${this.#made}`;
    const { replicationFactor } = this.#options;
    await this.#create({ name, numPartitions: 1 + (this.#made % 2), replicationFactor, configs: [] });
  }

  async #create(topic: {
    name: string;
    numPartitions: number;
    replicationFactor: number;
    configs: { name: string; value: string }[];
  }): Promise<Existence> {
    const { client, findings } = this.#options;
    const before = this.#topics.get(topic.name);
    this.#topics.set(topic.name, 'unknown');
    const answer = await client.ask(
      createTopics,
      { topics: [topic], timeoutMs: REQUEST_TIMEOUT_MS },
      REQUEST_TIMEOUT_MS,
    );
    const result = answer?.topics[0];
    if (result === undefined) return 'unknown';
    if (result.errorCode === ErrorCode.NONE) findings.count('topicsCreated');
    const isThere =
      result.errorCode === ErrorCode.NONE ||
      (result.errorCode === ErrorCode.TOPIC_ALREADY_EXISTS && before !== undefined);
    if (isThere) this.#topics.set(topic.name, 'there');
    return isThere ? 'there' : 'unknown';
  }

  get #there(): readonly string[] {
    const made = [...this.#topics].filter(([name, state]) => state === 'there' && name.startsWith('made-'));
    return made.map(([name]) => name);
  }

  async #deleteOne(): Promise<void> {
    const { client, findings } = this.#options;
    const there = this.#there;
    if (there.length === 0) return;
    const name = client.random.pick(there);
    this.#topics.set(name, 'unknown');
    const body = { topics: [{ name }], timeoutMs: REQUEST_TIMEOUT_MS };
    const answer = await client.ask(deleteTopics, body, REQUEST_TIMEOUT_MS);
    const result = answer?.responses[0];
    if (result?.errorCode !== ErrorCode.NONE) return;
    findings.count('topicsDeleted');
    this.#topics.set(name, 'gone');
  }

  /** Resolves when every partition has a leader: on a healthy disk all of them can be opened. */
  async untilServed(): Promise<void> {
    const { client } = this.#options;
    for (;;) {
      const answer = await client.ask(metadata, { topics: null }, REQUEST_TIMEOUT_MS);
      const partitions = answer?.topics.flatMap((topic) => topic.partitions) ?? [];
      if (partitions.length > 0 && partitions.every(({ leaderId }) => leaderId >= 0)) return;
      await client.sleep(RETRY_MS_MAX);
    }
  }

  /** Compares what the broker says with what it has acknowledged. */
  async check(): Promise<void> {
    const { client } = this.#options;
    const expected = [...this.#topics];
    const answer = await client.ask(metadata, { topics: null }, REQUEST_TIMEOUT_MS);
    if (answer === null || answer.errorCode !== ErrorCode.NONE) return;
    const listed = new Map(answer.topics.map((topic) => [topic.name, topic]));
    for (const [name, state] of expected) {
      const topic = listed.get(name);
      if (state === 'there' && topic === undefined)
        client.violate(`topic ${name} was acknowledged and is gone`);
      if (state === 'gone' && topic !== undefined) client.violate(`topic ${name} was deleted and is back`);
      if (topic !== undefined && topic.errorCode !== ErrorCode.NONE)
        client.violate(`topic ${name}: ${errorOf(topic.errorCode).name}`);
    }
  }
}
