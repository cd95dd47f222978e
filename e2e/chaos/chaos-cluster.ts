import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KafkaTools } from '../interop/kafka-tools.ts';
import { ask } from './ask.ts';
import { ChaosBroker } from './chaos-broker.ts';
import type { Settings } from './cluster-settings.ts';
import { controllerFrom, isWhole, leadersIn, type View, viewFrom } from './cluster-view.ts';
import type { HostName, TestNetwork } from './test-network.ts';

export type ClusterName = 'Apache Kafka' | 'Odradek';

export const BROKERS = [1, 2, 3] as const;

/** How long a cluster may take to be whole again once nothing is wrong any more. */
const RECOVERY_MS: Readonly<Record<ClusterName, number>> = { Odradek: 60_000, 'Apache Kafka': 240_000 };
const LOOK_MS = 50;

/** Three brokers of one kind, all voters, and what can be asked and done of them. */
export class ChaosCluster {
  readonly name: ClusterName;
  readonly brokers: readonly ChaosBroker[];
  readonly network: TestNetwork;
  #topic = '';
  #partitions = 0;

  private constructor(name: ClusterName, brokers: readonly ChaosBroker[], network: TestNetwork) {
    this.name = name;
    this.brokers = brokers;
    this.network = network;
  }

  /** Makes the directories of three brokers that are yet to be started. */
  static async prepare(
    name: ClusterName,
    { folder, network, settings, tools }: ClusterNeeds,
  ): Promise<ChaosCluster> {
    const directoryIds = new Map(BROKERS.map((id) => [id, randomId()]));
    const initial = BROKERS.map((id) => {
      return `${id}@${network.addresses(id).controller.advertised}:${directoryIds.get(id)}`;
    }).join(',');
    const clusterId = randomId();
    const brokers: ChaosBroker[] = [];
    for (const id of BROKERS) {
      const broker = new ChaosBroker(name, id, join(folder, `broker-${id}`), network);
      mkdirSync(join(folder, `broker-${id}`), { recursive: true });
      const own =
        name === 'Odradek' ? { 'odradek.cluster.id': clusterId, 'odradek.initial.controllers': initial } : {};
      writeFileSync(
        broker.configFile,
        propertiesText({
          ...memberSettings(id, network),
          ...settings,
          ...own,
          'log.dirs': broker.dataDirectory,
        }),
      );
      if (name === 'Apache Kafka') {
        const format = ['format', '-t', clusterId, '-c', broker.configFile, '--initial-controllers', initial];
        await tools.run('kafka.tools.StorageTool', format);
      }
      brokers.push(broker);
    }
    return new ChaosCluster(name, brokers, network);
  }

  get bootstrap(): string {
    return this.brokers.map(({ address }) => address).join(',');
  }

  broker(id: number): ChaosBroker {
    const broker = this.brokers.find((candidate) => candidate.id === id);
    if (broker === undefined) throw new Error(`there is no broker ${id}`);
    return broker;
  }

  startAll(): void {
    for (const broker of this.brokers) broker.start();
  }

  /** Makes the topic of the run, with a replica on each broker, and resolves when it is whole. */
  async createTopic(topic: string, partitions: number, configs: Settings = {}): Promise<void> {
    this.#topic = topic;
    this.#partitions = 0;
    // Until all are there nothing has three replicas.
    await this.becomesWhole();
    this.#partitions = partitions;
    const topics = [
      {
        name: topic,
        numPartitions: partitions,
        replicationFactor: BROKERS.length,
        configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
      },
    ];
    const body = { topics, timeoutMs: 20_000, validateOnly: false };
    const answer = await ask(this.#first.address, { api: 'CreateTopics', version: 7, body }, 30_000);
    const [made] =
      (answer as { topics: { errorCode: number; errorMessage: string | null }[] } | null)?.topics ?? [];
    if (made?.errorCode !== 0) throw new Error(`the topic was not made: ${JSON.stringify(made)}`);
    await this.becomesWhole();
  }

  /** What each broker says now. */
  views(): Promise<(View | null)[]> {
    return Promise.all(this.brokers.map(({ address }) => viewFrom(address, this.#topic)));
  }

  /** By partition, as some broker says; empty when none does. */
  async leaders(): Promise<readonly number[]> {
    return leadersIn(await this.views());
  }

  async controller(): Promise<number | null> {
    const told = await Promise.all(this.brokers.map(({ address }) => controllerFrom(address)));
    return told.find((id) => id !== null && id >= 0) ?? null;
  }

  /** Resolves with how long it took until all brokers agreed that nothing is missing; rejects when that does not happen. */
  async becomesWhole(): Promise<number> {
    const begun = performance.now();
    const longestMs = RECOVERY_MS[this.name];
    for (;;) {
      for (const broker of this.brokers) broker.checkAlive();
      const views = await this.views();
      if (isWhole(views, this.#partitions)) return performance.now() - begun;
      if (performance.now() - begun > longestMs) {
        throw new Error(
          `stuck: not whole ${longestMs / 1000} s after the last fault: ${JSON.stringify(views)}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** Has each partition be led by the first of its replicas again. */
  async electPreferred(): Promise<void> {
    const body = { electionType: 0, topicPartitions: null, timeoutMs: 10_000 };
    await ask(this.#first.address, { api: 'ElectLeaders', version: 2, body }, 15_000);
  }

  async cutBothWays(left: HostName, right: HostName): Promise<void> {
    await this.network.cut(left, right);
    await this.network.cut(right, left);
  }

  async healBothWays(left: HostName, right: HostName): Promise<void> {
    await this.network.heal(left, right);
    await this.network.heal(right, left);
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.brokers.map((broker) => broker.stop()));
  }

  async killAll(): Promise<void> {
    await Promise.all(this.brokers.map((broker) => broker.kill()));
  }

  get #first(): ChaosBroker {
    return this.broker(BROKERS[0]);
  }
}

export interface ClusterNeeds {
  readonly folder: string;
  readonly network: TestNetwork;
  /** Configs of every broker besides its own place in the cluster. */
  readonly settings: Settings;
  readonly tools: KafkaTools;
}

function memberSettings(id: number, network: TestNetwork): Settings {
  const { client, controller } = network.addresses(id);
  return {
    'process.roles': 'broker,controller',
    'node.id': String(id),
    listeners: `PLAINTEXT://${client.bound},CONTROLLER://${controller.bound}`,
    'advertised.listeners': `PLAINTEXT://${client.advertised},CONTROLLER://${controller.advertised}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.bootstrap.servers': BROKERS.map(
      (peer) => network.addresses(peer).controller.advertised,
    ).join(','),
  };
}

const propertiesText = (settings: Settings) =>
  Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');

/** A random id in Kafka's 22-character form, which must not begin with a dash for its tools to take it. */
function randomId(): string {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? randomId() : id;
}
