import { SUPPORTED_FEATURES } from '../../src/controller/bootstrap.ts';
import { Controller } from '../../src/controller/controller.ts';
import { ControllerChannel, type KnownController } from '../../src/controller/controller-channel.ts';
import { alterPartitionHandler } from '../../src/handlers/alter-partition.ts';
import { beginQuorumEpochHandler } from '../../src/handlers/begin-quorum-epoch.ts';
import { brokerHeartbeatHandler } from '../../src/handlers/broker-heartbeat.ts';
import { brokerRegistrationHandler } from '../../src/handlers/broker-registration.ts';
import { controllerRegistrationHandler } from '../../src/handlers/controller-registration.ts';
import { endQuorumEpochHandler } from '../../src/handlers/end-quorum-epoch.ts';
import { fetchMetadataLogHandler } from '../../src/handlers/fetch-metadata-log.ts';
import { fetchSnapshotHandler } from '../../src/handlers/fetch-snapshot.ts';
import { type Handler, NOT_CONTROLLER } from '../../src/handlers/handler.ts';
import { voteHandler } from '../../src/handlers/vote.ts';
import type { MetadataDelta } from '../../src/metadata/metadata-delta.ts';
import type { MetadataImage } from '../../src/metadata/metadata-image.ts';
import { ErrorCode } from '../../src/protocol/errors.ts';
import { decodeMessage, encodeMessage } from '../../src/protocol/message.ts';
import type { PeerAnswer, PeerExchange } from '../../src/protocol/peer-channel.ts';
import { Reader } from '../../src/protocol/reader.ts';
import { SnapshotFiles } from '../../src/raft/snapshot-files.ts';
import { NodePeers } from '../../src/raft/wire/node-peers.ts';
import { allowAll } from '../../src/security/authorizer.ts';
import { ANONYMOUS } from '../../src/security/principal.ts';
import { MemoryMetadataLog } from '../metadata/memory-metadata-log.ts';
import { CountingRandom, ManualClock, silentLogger } from '../metadata/ports.ts';
import { memoryDisk } from '../raft/memory-disk.ts';
import { CLUSTER_ID, voterNode } from '../raft/test-nodes.ts';

export const IDS = [1, 2, 3];

export interface ControllerNode {
  readonly id: number;
  readonly controller: Controller;
  readonly channel: ControllerChannel;
  readonly handlers: readonly Handler[];
  /** Every image that was published, oldest first. */
  readonly published: MetadataImage[];
  /** What each of them had come to be by. */
  readonly deltas: MetadataDelta[];
  readonly log: MemoryMetadataLog;
  isReachable: boolean;
}

/** Chance that differs from node to node, so that they do not all lose patience at once. */
class NodeRandom extends CountingRandom {
  readonly #id: number;

  constructor(id: number) {
    super();
    this.#id = id;
  }

  override uint32(): number {
    return this.#id * 2 ** 28;
  }
}

/** The controllers of three nodes, over logs in memory and requests in their wire form. */
export class ThreeControllers {
  readonly clock = new ManualClock();
  readonly nodes: readonly ControllerNode[];
  readonly #staticValues: ReadonlyMap<string, string>;

  constructor(staticValues: Readonly<Record<string, string>> = {}) {
    this.#staticValues = new Map(Object.entries(staticValues));
    this.nodes = IDS.map((id) => this.#node(id));
  }

  async open(): Promise<void> {
    for (const { controller } of this.nodes) await controller.open();
  }

  async close(): Promise<void> {
    for (const { channel } of this.nodes) channel.close();
    for (const { controller } of this.nodes) await this.answered(controller.close());
  }

  node(id: number): ControllerNode {
    const found = this.nodes.find((node) => node.id === id);
    if (found === undefined) throw new Error(`no node ${id}`);
    return found;
  }

  /** The node that leads, with the controller that it is then. */
  async active(): Promise<ControllerNode> {
    const found = () =>
      this.nodes.find(
        ({ controller, isReachable }) =>
          isReachable && controller.isActive && controller.image.features.has('metadata.version'),
      );
    await this.until(() => found() !== undefined);
    const active = found();
    if (active === undefined) throw new Error('nobody leads');
    return active;
  }

  /** Has a broker take part, without a process of its own. */
  async registerBroker({ controller }: ControllerNode, brokerId: number): Promise<void> {
    const registered = await this.answered(
      controller.registerBroker({
        ...{ clusterId: CLUSTER_ID, brokerId, rack: null, previousBrokerEpoch: -1 },
        incarnationId: `BROKER${brokerId}`.padEnd(21, 'A').concat('Q'),
        endpoints: [{ listenerName: 'PLAINTEXT', host: '127.0.0.1', port: 9092, securityProtocol: 0 }],
        features: SUPPORTED_FEATURES,
        directories: [`BROKERDIR${brokerId}`.padEnd(21, 'A').concat('Q')],
      }),
    );
    if (registered.kind !== 'committed' || registered.response.kind !== 'registered') {
      throw new Error('the broker was refused');
    }
    const { brokerEpoch } = registered.response;
    const ready = { connectionId: null, wantsFence: false, wantsShutdown: false, offlineDirectories: [] };
    await this.answered(
      controller.heartbeat({ brokerId, brokerEpoch, metadataOffset: brokerEpoch, ...ready }),
    );
  }

  /** Lets time pass until it is so. */
  async until(isSo: () => boolean): Promise<void> {
    for (let waitedMs = 0; !isSo(); waitedMs += 10) {
      if (waitedMs > 30_000) throw new Error('it did not come to be so');
      this.clock.advance(10);
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Lets time pass until it is answered. */
  async answered<Answer>(answer: Promise<Answer>): Promise<Answer> {
    let isAnswered = false;
    void answer.then(() => {
      isAnswered = true;
    });
    await this.until(() => isAnswered);
    return answer;
  }

  #node(id: number): ControllerNode {
    const { clock } = this;
    const log = new MemoryMetadataLog();
    const disk = memoryDisk();
    const published: MetadataImage[] = [];
    const deltas: MetadataDelta[] = [];
    const open = ({ port }: { readonly port: number }) => this.#channel(id, port - 9090);
    const controller = new Controller({
      log,
      disk,
      clock,
      random: new NodeRandom(id),
      logger: silentLogger,
      clusterId: CLUSTER_ID,
      nodeId: id,
      incarnationId: `INCARNATION${id}`.padEnd(21, 'A').concat('Q'),
      staticValues: this.#staticValues,
      voter: voterNode(id),
      quorumStatePath: '/quorum-state',
      snapshots: new SnapshotFiles(disk, '/metadata'),
      company: {
        voters: IDS.map(voterNode),
        peers: new NodePeers({ open, requestTimeoutMs: 2000 }),
      },
      publish: (delta, image) => {
        published.push(image);
        deltas.push(delta);
      },
      onStopped: () => {},
    });
    const needs = { controller, authorizer: allowAll };
    const handlers: readonly Handler[] = [
      voteHandler(needs),
      beginQuorumEpochHandler(needs),
      endQuorumEpochHandler(needs),
      fetchMetadataLogHandler(needs),
      fetchSnapshotHandler(needs),
      brokerRegistrationHandler(needs),
      brokerHeartbeatHandler(needs),
      alterPartitionHandler(needs),
      controllerRegistrationHandler(needs),
    ];
    const known = (): KnownController | null => {
      const { leaderId, leaderEndpoints } = controller.quorum.state;
      if (leaderId === id) return { kind: 'self' };
      const [endpoint] = leaderEndpoints;
      return endpoint === undefined ? null : { kind: 'other', ...endpoint };
    };
    const own = this.#channel(id, id);
    const channel = new ControllerChannel({ clock, controller: known, own, open, patienceMs: 0 });
    return { id, controller, channel, handlers, published, deltas, log, isReachable: true };
  }

  /** Both forms go over the wire, as far as bytes go. */
  #channel(from: number, to: number) {
    const unanswered = { kind: 'unanswered', reason: 'cut off' } as const;
    const isCut = () => from !== to && !(this.node(from).isReachable && this.node(to).isReachable);
    return {
      ask: async (exchange: PeerExchange<never, never>): Promise<PeerAnswer<never>> => {
        const { request, version, body, response } = exchange;
        if (isCut()) return unanswered;
        const handler = this.node(to).handlers.find((one) => one.request === request);
        if (handler === undefined) throw new Error('no handler');
        const received = decodeMessage(request, new Reader(encodeMessage(request, body, version)), version);
        const context = {
          principal: ANONYMOUS,
          clientId: 'test',
          clientHost: '127.0.0.1',
          connectionId: from,
          listenerName: 'CONTROLLER',
          apiVersion: version,
        };
        const said = await handler.handle(received, context);
        const answer =
          said === NOT_CONTROLLER ? handler.refuse(ErrorCode.NOT_CONTROLLER, received, context) : said;
        if (answer === null || typeof answer === 'symbol') throw new Error('no answer');
        if (isCut()) return unanswered;
        const written = encodeMessage(handler.response, answer, version);
        return { kind: 'answered', body: decodeMessage(response, new Reader(written), version) };
      },
      close: () => {},
    };
  }
}
