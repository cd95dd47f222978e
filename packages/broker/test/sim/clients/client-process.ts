import { frameOf } from '../../../src/net/framing.ts';
import { ErrorCode } from '../../../src/protocol/errors.ts';
import {
  type Decoded,
  decodeMessage,
  type Encodable,
  type MessageDeclaration,
} from '../../../src/protocol/message.ts';
import { readResponseHeader, writeRequest } from '../../../src/protocol/message-header.ts';
import { Reader } from '../../../src/protocol/reader.ts';
import { Writer } from '../../../src/protocol/writer.ts';
import { type Network, NetworkError, type SocketAddress } from '../../../src/runtime/network.ts';
import type { SeededRandom } from '../../seeded-random.ts';
import type { Incarnation } from '../incarnation.ts';
import { EPOCH_MS } from '../simulated-clock.ts';
import type { VirtualTime } from '../virtual-time.ts';
import { findCoordinator, metadata } from './apis.ts';
import { ClientConnection } from './client-connection.ts';

/** A request of the protocol with the response that belongs to it. */
export interface Api<Request extends MessageDeclaration, Response extends MessageDeclaration> {
  readonly request: Request;
  readonly response: Response;
  readonly version: number;
}

/** Which broker is asked: any, or the one with this id. */
export type Target = number | 'any';

/** Who leads a partition, as a client has heard. */
export interface KnownLeader {
  readonly nodeId: number;
  readonly leaderEpoch: number;
}

export interface ClientOptions {
  readonly name: string;
  readonly time: VirtualTime;
  readonly incarnation: Incarnation;
  readonly network: Network;
  readonly random: SeededRandom;
  readonly bootstrap: readonly SocketAddress[];
  /** Told when an answer is not what the protocol allows. */
  readonly violate: (text: string) => void;
}

const METADATA_TIMEOUT_MS = 2000;
const CONNECT_TIMEOUT_MS = 1500;
const KEY_TYPES = { group: 0, transaction: 1 } as const;

/** A client of the cluster that speaks Kafka's bytes, with one connection to each broker that it asks. */
export class ClientProcess {
  readonly name: string;
  readonly random: SeededRandom;
  readonly #options: ClientOptions;
  readonly #connections = new Map<string, Promise<ClientConnection | null>>();
  readonly #brokers = new Map<number, SocketAddress>();
  readonly #leaders = new Map<string, KnownLeader>();
  /** The newest leader epochs heard of: what is older is not believed. */
  readonly #epochs = new Map<string, number>();
  readonly #topicIds = new Map<string, string>();
  readonly #coordinators = new Map<string, number>();
  #bootstrapAt = 0;
  #correlationId = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.name = options.name;
    this.random = options.random;
    this.#bootstrapAt = this.random.below(options.bootstrap.length);
  }

  /** Something that must not be. */
  violate(text: string): void {
    this.#options.violate(`${this.name}: ${text}`);
  }

  /** Of its own clock, which goes right. */
  get wallMs(): number {
    return Math.floor(EPOCH_MS + this.#options.time.nowMs);
  }

  /** Of the whole simulation, for what is compared with what others saw. */
  get virtualMs(): number {
    return this.#options.time.nowMs;
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#options.incarnation.after(delayMs, 'wakes', resolve);
    });
  }

  /** Drops all connections, whatever is under way on them. */
  disconnect(): void {
    for (const connection of this.#connections.values()) void connection.then((open) => open?.giveUp());
    this.#connections.clear();
  }

  /** The leader of a partition, asked for where it is not known; null when nobody says. */
  async leaderOf(topic: string, partition: number): Promise<KnownLeader | null> {
    const key = `${topic}-${partition}`;
    if (!this.#leaders.has(key)) await this.#learnLeaders(topic);
    return this.#leaders.get(key) ?? null;
  }

  /** The id of a topic, asked for where it is not known; null when nobody says. */
  async topicIdOf(topic: string): Promise<string | null> {
    if (!this.#topicIds.has(topic)) await this.#learnLeaders(topic);
    return this.#topicIds.get(topic) ?? null;
  }

  /** The leader did not answer, or says that it is none: the next one who asks looks again. */
  forgetLeader(topic: string, partition: number): void {
    this.#leaders.delete(`${topic}-${partition}`);
  }

  /** The newest leader epoch of a partition that was heard of; -1 for none. */
  epochOf(topic: string, partition: number): number {
    return this.#epochs.get(`${topic}-${partition}`) ?? -1;
  }

  /** A partition was read in this leader epoch, maybe by another: whoever says an older one is not believed (KIP-320). */
  heardOf(topic: string, partition: number, leaderEpoch: number): void {
    if (leaderEpoch <= this.epochOf(topic, partition)) return;
    this.#epochs.set(`${topic}-${partition}`, leaderEpoch);
    this.forgetLeader(topic, partition);
  }

  /** The coordinator of a group, or of a transactional id; null when nobody says. */
  async coordinatorOf(key: string, kind: keyof typeof KEY_TYPES = 'group'): Promise<number | null> {
    const known = this.#coordinators.get(`${kind} ${key}`);
    if (known !== undefined) return known;
    const body = { keyType: KEY_TYPES[kind], coordinatorKeys: [key] };
    const answer = await this.ask(findCoordinator, body, METADATA_TIMEOUT_MS);
    const [found] = answer?.coordinators ?? [];
    if (found === undefined || found.errorCode !== ErrorCode.NONE) return null;
    this.#brokers.set(found.nodeId, { host: found.host, port: found.port });
    this.#coordinators.set(`${kind} ${key}`, found.nodeId);
    return found.nodeId;
  }

  forgetCoordinators(): void {
    this.#coordinators.clear();
  }

  /** The answer, or null when there is none: then it is not known whether the broker did what was asked. */
  async ask<Request extends MessageDeclaration, Response extends MessageDeclaration>(
    api: Api<Request, Response>,
    body: Encodable<Request>,
    timeoutMs: number,
    target: Target = 'any',
  ): Promise<Decoded<Response> | null> {
    const [answer = null] = await this.askAll(api, [body], timeoutMs, target);
    return answer;
  }

  /** The answers to requests that are sent one behind the other on one connection, without waiting between them. */
  async askAll<Request extends MessageDeclaration, Response extends MessageDeclaration>(
    api: Api<Request, Response>,
    bodies: readonly Encodable<Request>[],
    timeoutMs: number,
    target: Target = 'any',
  ): Promise<(Decoded<Response> | null)[]> {
    const connection = await this.#connected(target);
    if (connection === null) {
      if (target === 'any') this.#bootstrapAt += 1;
      return bodies.map(() => null);
    }
    const timeout = this.#options.incarnation.after(timeoutMs, 'gives up', () => connection.giveUp());
    const answers = await Promise.all(bodies.map((body) => this.#send(connection, api, body)));
    timeout.cancel();
    if (connection.isOver && target === 'any') this.#bootstrapAt += 1;
    return answers;
  }

  async #learnLeaders(topic: string): Promise<void> {
    const answer = await this.ask(metadata, { topics: [{ name: topic }] }, METADATA_TIMEOUT_MS);
    if (answer === null) return;
    for (const { nodeId, host, port } of answer.brokers) this.#brokers.set(nodeId, { host, port });
    for (const { topicId, errorCode } of answer.topics)
      if (errorCode === ErrorCode.NONE) this.#topicIds.set(topic, topicId);
    for (const { partitionIndex, leaderId, leaderEpoch } of answer.topics[0]?.partitions ?? []) {
      const key = `${topic}-${partitionIndex}`;
      if (leaderEpoch < this.epochOf(topic, partitionIndex)) {
        // Whoever says so lags behind: another is asked next.
        this.#bootstrapAt += 1;
        continue;
      }
      this.#epochs.set(key, leaderEpoch);
      if (leaderId >= 0 && this.#brokers.has(leaderId))
        this.#leaders.set(key, { nodeId: leaderId, leaderEpoch });
    }
  }

  async #send<Request extends MessageDeclaration, Response extends MessageDeclaration>(
    connection: ClientConnection,
    { request, response, version }: Api<Request, Response>,
    body: Encodable<Request>,
  ): Promise<Decoded<Response> | null> {
    this.#correlationId += 1;
    const correlationId = this.#correlationId;
    const writer = new Writer();
    writeRequest(writer, request, { apiVersion: version, correlationId, clientId: this.name }, body);
    const frame = await connection.send(correlationId, frameOf(writer.parts()));
    if (frame === null) return null;
    const reader = new Reader(frame);
    const answered = readResponseHeader(reader, response, version);
    if (answered !== correlationId) this.violate(`answer ${answered} to request ${correlationId}`);
    const decoded = decodeMessage(response, reader, version);
    reader.expectEnd();
    return decoded;
  }

  async #connected(target: Target): Promise<ClientConnection | null> {
    const { bootstrap } = this.#options;
    const address =
      target === 'any' ? bootstrap[this.#bootstrapAt % bootstrap.length] : this.#brokers.get(target);
    if (address === undefined) return null;
    const key = `${address.host}:${address.port}`;
    const known = await this.#connections.get(key);
    if (known !== undefined && known !== null && !known.isOver) return known;
    const connecting = this.#connect(address);
    this.#connections.set(key, connecting);
    return connecting;
  }

  /** A connection that is there too late is not used. */
  #connect(address: SocketAddress): Promise<ClientConnection | null> {
    return new Promise((resolve) => {
      const timeout = this.#options.incarnation.after(CONNECT_TIMEOUT_MS, 'waits no longer', () =>
        resolve(null),
      );
      this.#options.network.connect(address).then(
        (socket) => {
          timeout.cancel();
          resolve(new ClientConnection(socket));
        },
        (error: unknown) => {
          if (!(error instanceof NetworkError)) throw error;
          timeout.cancel();
          resolve(null);
        },
      );
    });
  }
}
