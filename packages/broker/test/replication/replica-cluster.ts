import { setImmediate } from 'node:timers/promises';
import { DEFAULT_LOG_CONFIG } from '../../src/log/log-config.ts';
import { LogDirectory } from '../../src/log/log-directory.ts';
import { MetadataDelta } from '../../src/metadata/metadata-delta.ts';
import {
  EMPTY_IMAGE,
  type MetadataImage,
  type PartitionImage,
  partitionOf,
} from '../../src/metadata/metadata-image.ts';
import type { MetadataRecord, MetadataRecordValue } from '../../src/metadata/metadata-record.ts';
import { LEADER_UNCHANGED } from '../../src/metadata/partition-image.ts';
import type { PeerAnswer, PeerChannel } from '../../src/protocol/peer-channel.ts';
import type { IsrAnswer, IsrProposal } from '../../src/replication/leadership.ts';
import type { Partition } from '../../src/replication/partition.ts';
import { ReplicaFetchers } from '../../src/replication/replica-fetchers.ts';
import { Replicas } from '../../src/replication/replicas.ts';
import { silentLogger } from '../../src/runtime/logger.ts';
import { nodeClock } from '../../src/runtime/node-clock.ts';
import { LogBed } from '../log/log-bed.ts';
import { registration } from '../metadata/controller-view.ts';
import { TOPIC_ID } from '../metadata/three-brokers.ts';
import { askHandlers, newSessions } from './asked-handlers.ts';

/** One broker as far as replication goes: real logs in a real directory, real handlers, real fetchers. */
export class ReplicaNode {
  readonly id: number;
  readonly replicas: Replicas;
  readonly sessions = newSessions();
  image: MetadataImage = EMPTY_IMAGE;
  /** Nobody reaches it, and it reaches nobody. */
  isCutOff = false;
  readonly #bed: LogBed;
  readonly #directory: LogDirectory;

  private constructor(id: number, cluster: ReplicaCluster, opened: { bed: LogBed; directory: LogDirectory }) {
    this.id = id;
    this.#bed = opened.bed;
    this.#directory = opened.directory;
    const settings = { waitMaxMs: 20, minBytes: 1, maxBytes: 4096, responseMaxBytes: 65_536, backoffMs: 2 };
    this.replicas = new Replicas({
      nodeId: id,
      clock: nodeClock,
      maxLagMs: cluster.maxLagMs,
      alterIsr: (_, proposal) => cluster.alterIsr(this, proposal),
      fetchers: new ReplicaFetchers({
        ...{ clock: nodeClock, logger: silentLogger, settings: { ...settings, requestTimeoutMs: 5000 } },
        ...{
          replicaId: id,
          replicaEpoch: () => id,
          channelTo: (leaderId) => cluster.channel(this, leaderId),
        },
      }),
      directories: [opened.directory],
      lacksDirectories: false,
      settingsOf: () => ({ log: DEFAULT_LOG_CONFIG, minInSyncReplicas: cluster.minInSyncReplicas }),
      listener: { leading: () => {}, resigned: () => {} },
      onReachChanged: () => {},
      logger: silentLogger,
    });
  }

  static async start(id: number, cluster: ReplicaCluster): Promise<ReplicaNode> {
    const bed = new LogBed();
    const place = { path: bed.directory, nodeId: id, clusterId: 'a-cluster', onOffline: () => {} };
    const directory = await LogDirectory.open({ ...bed.environment(), clock: nodeClock, ...place });
    const node = new ReplicaNode(id, cluster, { bed, directory });
    await node.replicas.scan();
    return node;
  }

  get partition(): Partition {
    const partition = this.replicas.get('orders', 0);
    if (partition === undefined) throw new Error(`broker ${this.id} has no replica`);
    return partition;
  }

  learn(records: readonly MetadataRecord[]): void {
    const delta = new MetadataDelta(this.image);
    for (const record of records) delta.replay(record);
    this.image = delta.imageAt({ offset: this.image.offset + records.length, epoch: 1 });
    this.replicas.onMetadata(delta, this.image);
  }

  async stop(): Promise<void> {
    await this.replicas.close();
    await this.#directory.close(this.id);
    this.#bed.remove();
  }
}

/** Brokers 1 to N with one partition that all replicate; this object is their controller. */
export class ReplicaCluster {
  readonly nodes: ReplicaNode[] = [];
  readonly minInSyncReplicas: number;
  readonly maxLagMs: number;

  private constructor(minInSyncReplicas: number, maxLagMs: number) {
    this.minInSyncReplicas = minInSyncReplicas;
    this.maxLagMs = maxLagMs;
  }

  static async start(size: number, minInSyncReplicas: number, maxLagMs = 30_000): Promise<ReplicaCluster> {
    const cluster = new ReplicaCluster(minInSyncReplicas, maxLagMs);
    const ids = Array.from({ length: size }, (_, index) => index + 1);
    for (const id of ids) cluster.nodes.push(await ReplicaNode.start(id, cluster));
    cluster.publish([
      ...ids.map((id) => registration(id)),
      { kind: 'topic', value: { name: 'orders', topicId: TOPIC_ID } },
      {
        kind: 'partition',
        value: {
          ...{ partitionId: 0, topicId: TOPIC_ID, replicas: ids, isr: ids, leader: 1, leaderEpoch: 0 },
          ...{ removingReplicas: [], addingReplicas: [], leaderRecoveryState: 0, partitionEpoch: 0 },
          directories: ids.map(() => 'DIRECTORYAAAAAAAAAAAAQ'),
          ...{ eligibleLeaderReplicas: null, lastKnownElr: null },
        },
      },
    ]);
    for (const node of cluster.nodes) await node.replicas.settled();
    return cluster;
  }

  node(id: number): ReplicaNode {
    const node = this.nodes[id - 1];
    if (node === undefined) throw new Error(`there is no broker ${id}`);
    return node;
  }

  get state(): PartitionImage {
    const partition = partitionOf(this.node(1).image, 'orders', 0);
    if (partition === undefined) throw new Error('there is no partition');
    return partition;
  }

  get leader(): ReplicaNode {
    return this.node(this.state.leader);
  }

  publish(records: readonly MetadataRecord[]): void {
    for (const node of this.nodes) node.learn(records);
  }

  change(given: Partial<MetadataRecordValue<'partitionChange'>>): void {
    const unchanged = {
      ...{
        isr: null,
        leader: LEADER_UNCHANGED,
        replicas: null,
        removingReplicas: null,
        addingReplicas: null,
      },
      ...{ leaderRecoveryState: -1, directories: null, eligibleLeaderReplicas: null, lastKnownElr: null },
    };
    this.publish([
      { kind: 'partitionChange', value: { partitionId: 0, topicId: TOPIC_ID, ...unchanged, ...given } },
    ]);
  }

  channel(from: ReplicaNode, id: number): PeerChannel {
    const to = this.node(id);
    const none: PeerAnswer<never> = { kind: 'unanswered', reason: 'there is no way' };
    return {
      ask: async (exchange) => {
        await setImmediate();
        if (from.isCutOff || to.isCutOff) return none;
        const answer = await askHandlers(exchange, { ...to, image: () => to.image });
        return from.isCutOff || to.isCutOff ? none : answer;
      },
    };
  }

  async alterIsr(from: ReplicaNode, proposal: IsrProposal): Promise<IsrAnswer> {
    await setImmediate();
    if (from.isCutOff) return { kind: 'withdrawn' };
    const { leaderEpoch, partitionEpoch } = this.state;
    if (proposal.leaderEpoch !== leaderEpoch || proposal.partitionEpoch !== partitionEpoch)
      return { kind: 'superseded' };
    const isr = proposal.isr.map(({ brokerId }) => brokerId);
    this.change({ isr });
    return { kind: 'changed', isr, partitionEpoch: partitionEpoch + 1 };
  }

  async stop(): Promise<void> {
    for (const node of this.nodes) await node.stop();
  }
}
