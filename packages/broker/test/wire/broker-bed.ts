import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { brokerConfigFrom } from '../../src/config/config.ts';
import { type Broker, startBroker } from '../../src/node/broker.ts';
import { brokerRuntime } from '../../src/node/broker-runtime.ts';
import { createTopicsRequest } from '../../src/protocol/messages/create-topics-request.ts';
import { createTopicsResponse } from '../../src/protocol/messages/create-topics-response.ts';
import { deleteTopicsRequest } from '../../src/protocol/messages/delete-topics-request.ts';
import { deleteTopicsResponse } from '../../src/protocol/messages/delete-topics-response.ts';
import type { Disk } from '../../src/runtime/disk.ts';
import { nodeDisk } from '../../src/runtime/node-disk.ts';
import { WireClient } from './wire-client.ts';

/** A real broker on free ports of 127.0.0.1 and a directory of its own, and clients that speak to it byte by byte. */
export class BrokerBed {
  readonly directory: string;
  #broker: Broker | null = null;
  readonly #clients: WireClient[] = [];

  constructor() {
    this.directory = fs.mkdtempSync(path.join(os.tmpdir(), 'odradek-broker-'));
  }

  async start(
    settings: Readonly<Record<string, string>> = {},
    { disk = nodeDisk, onFailed = () => {} }: { disk?: Disk; onFailed?: (reason: string) => void } = {},
  ): Promise<Broker> {
    const config = brokerConfigFrom({
      'process.roles': 'broker,controller',
      'node.id': '1',
      'controller.listener.names': 'CONTROLLER',
      listeners: 'PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0',
      'log.dirs': `${this.directory}/data`,
      'offsets.topic.num.partitions': '1',
      'group.initial.rebalance.delay.ms': '0',
      ...settings,
    });
    const runtime = { ...brokerRuntime({ logLevel: 'silent' }), disk };
    this.#broker = await startBroker({ config, runtime, onFailed });
    return this.#broker;
  }

  get broker(): Broker {
    if (this.#broker === null) throw new Error('the broker was not started');
    return this.#broker;
  }

  portOf(listener: string): number {
    return this.broker.listeners.find(({ name }) => name === listener)?.port ?? 0;
  }

  async connect(listener = 'PLAINTEXT'): Promise<WireClient> {
    const client = await WireClient.connect(this.portOf(listener));
    this.#clients.push(client);
    return client;
  }

  /** Makes a topic and resolves with its id. */
  async createTopic(name: string, numPartitions = 1): Promise<string> {
    const client = await this.connect();
    const { topics } = await client.ask(
      createTopicsRequest,
      createTopicsResponse,
      { topics: [{ name, numPartitions, replicationFactor: 1 }], timeoutMs: 5000 },
      7,
    );
    const [topic] = topics;
    if (topic?.errorCode !== 0) throw new Error(`topic ${name}: ${topic?.errorMessage}`);
    return topic.topicId;
  }

  async deleteTopic(name: string): Promise<void> {
    const client = await this.connect();
    const body = { topics: [{ name }], timeoutMs: 5000 };
    const { responses } = await client.ask(deleteTopicsRequest, deleteTopicsResponse, body, 6);
    if (responses[0]?.errorCode !== 0) throw new Error(`topic ${name}: ${responses[0]?.errorMessage}`);
  }

  async stop(): Promise<void> {
    for (const client of this.#clients.splice(0)) client.destroy();
    await this.#broker?.close();
    this.#broker = null;
  }

  async remove(): Promise<void> {
    await this.stop();
    fs.rmSync(this.directory, { recursive: true, force: true });
  }
}
