import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { brokerConfigFrom } from '../../src/config/config.ts';
import { type Broker, startBroker } from '../../src/node/broker.ts';
import { brokerRuntime } from '../../src/node/broker-runtime.ts';
import { createTopicsRequest } from '../../src/protocol/messages/create-topics-request.ts';
import { createTopicsResponse } from '../../src/protocol/messages/create-topics-response.ts';
import { describeQuorumRequest } from '../../src/protocol/messages/describe-quorum-request.ts';
import { describeQuorumResponse } from '../../src/protocol/messages/describe-quorum-response.ts';
import { Life } from '../../src/runtime/life.ts';
import type { Logger } from '../../src/runtime/logger.ts';
import { nodeRandom } from '../../src/runtime/node-random.ts';
import { PartitionAsker } from './partition-asker.ts';
import { WireClient } from './wire-client.ts';
import { portOfThisWorker } from './worker-ports.ts';

/** Much shorter than Kafka's, so that a failure is noticed within a test's patience. */
const TIMING = {
  'controller.quorum.election.timeout.ms': '300',
  'controller.quorum.election.backoff.max.ms': '200',
  'controller.quorum.fetch.timeout.ms': '600',
  'controller.quorum.request.timeout.ms': '600',
  'broker.heartbeat.interval.ms': '200',
  'broker.session.timeout.ms': '1500',
  'replica.fetch.backoff.ms': '50',
};

const RANDOM = nodeRandom();

interface Member {
  readonly id: number;
  readonly port: number;
  readonly controllerPort: number;
  readonly directoryId: string;
  readonly isVoter: boolean;
  life: { readonly process: Life; readonly broker: Broker } | null;
}

/** Real brokers that vote together, in this process, on fixed ports of 127.0.0.1 and directories of their own. */
export class BrokerCluster {
  readonly directory = fs.mkdtempSync(path.join(os.tmpdir(), 'odradek-cluster-'));
  readonly #members = new Map<number, Member>();
  readonly #clusterId = RANDOM.uuid();
  readonly #settings: Readonly<Record<string, string>>;
  readonly #clients: WireClient[] = [];

  constructor(settings: Readonly<Record<string, string>> = {}) {
    this.#settings = settings;
  }

  /** Starts brokers 1 to `count` together, all of them voters. */
  async start(count: number): Promise<void> {
    for (let id = 1; id <= count; id++) await this.add(id, { isVoter: true });
    await Promise.all([...this.#members.keys()].map((id) => this.startBroker(id)));
  }

  /** Makes a place for a broker. Voters are those that were added before the first was started. */
  async add(id: number, { isVoter }: { readonly isVoter: boolean }): Promise<void> {
    this.#members.set(id, {
      id,
      port: await portOfThisWorker(),
      controllerPort: await portOfThisWorker(),
      directoryId: RANDOM.uuid(),
      isVoter,
      life: null,
    });
  }

  /** Where all voters are asked who leads. */
  get bootstrapServers(): string {
    const voters = [...this.#members.values()].filter(({ isVoter }) => isVoter);
    return voters.map(({ controllerPort }) => `127.0.0.1:${controllerPort}`).join(',');
  }

  async startBroker(
    id: number,
    {
      settings = {},
      signal,
      logger,
    }: { settings?: Readonly<Record<string, string>>; signal?: AbortSignal; logger?: Logger } = {},
  ): Promise<void> {
    const member = this.#member(id);
    const process = new Life({
      ...brokerRuntime({ logLevel: LOG_LEVEL }),
      ...(logger !== undefined && { logger }),
    });
    const config = brokerConfigFrom({
      'process.roles': 'broker,controller',
      'node.id': String(id),
      'controller.listener.names': 'CONTROLLER',
      listeners: `PLAINTEXT://127.0.0.1:${member.port},CONTROLLER://127.0.0.1:${member.controllerPort}`,
      'log.dirs': `${this.directory}/broker-${id}`,
      'odradek.cluster.id': this.#clusterId,
      'odradek.initial.controllers': [...this.#members.values()]
        .filter(({ isVoter }) => isVoter)
        .map((voter) => `${voter.id}@127.0.0.1:${voter.controllerPort}:${voter.directoryId}`)
        .join(','),
      'group.initial.rebalance.delay.ms': '0',
      'offsets.topic.num.partitions': '1',
      ...TIMING,
      ...this.#settings,
      ...settings,
    });
    const options = { config, runtime: process.ports, ...(signal !== undefined && { signal }) };
    const broker = await startBroker(options);
    member.life = { process, broker };
  }

  /** Ends it as `kill -9` would. */
  async kill(id: number): Promise<void> {
    const member = this.#member(id);
    const { life } = member;
    member.life = null;
    await life?.process.end();
  }

  async stopBroker(id: number): Promise<void> {
    const member = this.#member(id);
    await member.life?.broker.close();
    member.life = null;
  }

  get running(): readonly number[] {
    return [...this.#members.values()].filter(({ life }) => life !== null).map(({ id }) => id);
  }

  portOf(id: number): number {
    return this.#member(id).port;
  }

  async connect(id: number): Promise<WireClient> {
    const client = await WireClient.connect(this.#member(id).port);
    this.#clients.push(client);
    return client;
  }

  /** What the broker tells Prometheus. */
  async scrape(id: number): Promise<string> {
    const port = this.#member(id).life?.broker.metricsPort;
    const response = await fetch(`http://127.0.0.1:${port}/metrics`);
    return response.text();
  }

  async asker(id: number): Promise<PartitionAsker> {
    return new PartitionAsker(await this.connect(id));
  }

  /**
   * Makes a topic by any broker; its replicas are by hand where they are given. Resolves when every broker that runs has
   * heard of it, which is after the answer to the creation.
   */
  async createTopic(
    name: string,
    {
      via = 1,
      replicas = [],
    }: { readonly via?: number; readonly replicas?: readonly (readonly number[])[] } = {},
  ): Promise<void> {
    const client = await this.connect(via);
    const byHand = replicas.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds }));
    const counts = replicas.length > 0 ? -1 : 1;
    const { topics } = await client.ask(
      createTopicsRequest,
      createTopicsResponse,
      {
        topics: [
          {
            name,
            numPartitions: counts,
            replicationFactor: replicas.length > 0 ? -1 : this.#members.size,
            assignments: byHand,
          },
        ],
        timeoutMs: 10_000,
      },
      7,
    );
    const [topic] = topics;
    if (topic?.errorCode !== 0) {
      throw new Error(`topic ${name}: error ${topic?.errorCode} ${topic?.errorMessage ?? ''}`);
    }
    for (const id of this.running) {
      const asker = await this.asker(id);
      await until(`${id} knows ${name}`, async () => (await asker.topicId(name)) === topic.topicId);
    }
  }

  /** What the leader of the quorum says of it, asked through a broker. */
  async describeQuorum(via: number) {
    const client = await this.connect(via);
    const { topics } = await client.ask(
      describeQuorumRequest,
      describeQuorumResponse,
      { topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }] },
      2,
    );
    return topics[0]?.partitions[0];
  }

  async close(): Promise<void> {
    for (const client of this.#clients.splice(0)) client.destroy();
    await Promise.all(this.running.map((id) => this.stopBroker(id)));
    fs.rmSync(this.directory, { recursive: true, force: true });
  }

  #member(id: number): Member {
    const member = this.#members.get(id);
    if (member === undefined) throw new Error(`no broker ${id}`);
    return member;
  }
}

const LOG_LEVEL = process.env.ODRADEK_TEST_LOG === undefined ? 'silent' : 'info';

/** Many times what anything takes, also on a machine that is slow and busy. */
const PATIENCE_MS = 60_000;

/** Asks until it is so. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > deadlineMs) throw new Error(`${what}: not within ${PATIENCE_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
