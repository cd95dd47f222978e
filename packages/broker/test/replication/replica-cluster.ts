import fs from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { FetchSessions } from '../../src/handlers/fetch-sessions.ts';
import { DEFAULT_LOG_CONFIG } from '../../src/log/log-config.ts';
import { LogDirectory } from '../../src/log/log-directory.ts';
import { brokerConfigValues } from '../../src/metadata/configs/broker-config-layers.ts';
import { MetadataDelta } from '../../src/metadata/metadata-delta.ts';
import {
  EMPTY_IMAGE,
  type MetadataImage,
  type PartitionImage,
  partitionOf,
} from '../../src/metadata/metadata-image.ts';
import type { MetadataRecord, MetadataRecordValue } from '../../src/metadata/metadata-record.ts';
import { LEADER_UNCHANGED } from '../../src/metadata/partition-image.ts';
import type { Decoded } from '../../src/protocol/message.ts';
import { fetchRequest } from '../../src/protocol/messages/fetch-request.ts';
import { fetchResponse } from '../../src/protocol/messages/fetch-response.ts';
import type { PeerAnswer, PeerChannel } from '../../src/protocol/peer-channel.ts';
import { ZERO_UUID } from '../../src/protocol/uuid.ts';
import type { IsrAnswer, IsrProposal } from '../../src/replication/leadership.ts';
import type { ReplicaSelector } from '../../src/replication/nearest-replica.ts';
import type { Partition } from '../../src/replication/partition.ts';
import { ReplicaFetchers } from '../../src/replication/replica-fetchers.ts';
import type { AssignDirectory } from '../../src/replication/replica-move.ts';
import { ReplicaMoves } from '../../src/replication/replica-moves.ts';
import { Replicas } from '../../src/replication/replicas.ts';
import { ReplicationQuotas } from '../../src/replication/replication-quotas.ts';
import type { Disk } from '../../src/runtime/disk.ts';
import { silentLogger } from '../../src/runtime/logger.ts';
import { nodeClock } from '../../src/runtime/node-clock.ts';
import { LogBed } from '../log/log-bed.ts';
import { registration } from '../metadata/controller-view.ts';
import { TOPIC_ID } from '../metadata/three-brokers.ts';
import { type AskedNode, askHandlers, newSessions } from './asked-handlers.ts';

/** What differs from a cluster in which nothing is said of racks, quotas and times. */
export interface ReplicaClusterSettings {
  readonly maxLagMs?: number;
  /** Of the brokers, in the order of their ids. */
  readonly racks?: readonly string[];
  readonly selector?: ReplicaSelector;
  readonly waitMaxMs?: number;
  /** Of each broker. */
  readonly directories?: number;
  readonly brokerConfigs?: Readonly<Record<string, string>>;
  /** Of all brokers; that of this machine where there is none. */
  readonly disk?: Disk;
}

export interface ConsumerFetch {
  readonly fetchOffset: number;
  readonly rack?: string;
  readonly maxWaitMs?: number;
  readonly minBytes?: number;
  readonly leaderEpoch?: number;
}

export type FetchedPartition = Decoded<typeof fetchResponse>['responses'][number]['partitions'][number];

/** One broker as far as replication goes: real logs in a real directory, real handlers, real fetchers. */
export class ReplicaNode {
  readonly id: number;
  readonly replicas: Replicas;
  readonly quotas: ReplicationQuotas;
  readonly sessions: FetchSessions;
  image: MetadataImage = EMPTY_IMAGE;
  /** Nobody reaches it, and it reaches nobody. */
  isCutOff = false;
  readonly selector: ReplicaSelector;
  readonly #bed: LogBed;
  #held: MetadataRecord[] | null = null;
  readonly directories: readonly LogDirectory[];

  private constructor(
    id: number,
    cluster: ReplicaCluster,
    opened: { bed: LogBed; directories: readonly LogDirectory[] },
  ) {
    this.id = id;
    this.#bed = opened.bed;
    this.directories = opened.directories;
    const { selector = 'leader', waitMaxMs = 20, brokerConfigs = {} } = cluster.given;
    this.selector = selector;
    this.sessions = newSessions(selector === 'rack-aware');
    const staticValues = new Map(Object.entries(brokerConfigs));
    const configsOf = (image: MetadataImage) => brokerConfigValues({ image, nodeId: id, staticValues });
    const configs = configsOf(EMPTY_IMAGE);
    this.quotas = new ReplicationQuotas({ nodeId: id, clock: nodeClock, configsOf, configs });
    const assign: AssignDirectory = (partition, directoryId) => cluster.assign(this, partition, directoryId);
    const settings = { waitMaxMs, minBytes: 1, maxBytes: 4096, responseMaxBytes: 65_536, backoffMs: 2 };
    this.replicas = new Replicas({
      nodeId: id,
      clock: nodeClock,
      maxLagMs: cluster.given.maxLagMs ?? 30_000,
      alterIsr: (_, proposal) => cluster.alterIsr(this, proposal),
      fetchers: new ReplicaFetchers({
        ...{ clock: nodeClock, logger: silentLogger, settings: { ...settings, requestTimeoutMs: 5000 } },
        ...{
          replicaId: id,
          replicaEpoch: () => id,
          channelTo: (leaderId) => cluster.channel(this, leaderId),
          quota: this.quotas.follower,
        },
      }),
      directories: opened.directories,
      lacksDirectories: false,
      moves: new ReplicaMoves({
        directories: opened.directories,
        paths: opened.directories.map(({ path }) => path),
        ...{ clock: nodeClock, logger: silentLogger, quota: this.quotas.moves },
        assign,
      }),
      assign,
      settingsOf: () => ({ log: DEFAULT_LOG_CONFIG, minInSyncReplicas: cluster.minInSyncReplicas }),
      listener: { leading: () => {}, resigned: () => {} },
      onReachChanged: () => {},
      logger: silentLogger,
    });
  }

  static async start(id: number, cluster: ReplicaCluster): Promise<ReplicaNode> {
    return ReplicaNode.#open(id, cluster, new LogBed(cluster.given.disk));
  }

  static async #open(id: number, cluster: ReplicaCluster, bed: LogBed): Promise<ReplicaNode> {
    const directories: LogDirectory[] = [];
    for (let index = 0; index < (cluster.given.directories ?? 1); index++) {
      const path = `${bed.directory}/${index}`;
      const place = { path, nodeId: id, clusterId: 'a-cluster', onOffline: () => {} };
      directories.push(await LogDirectory.open({ ...bed.environment(), clock: nodeClock, ...place }));
    }
    const node = new ReplicaNode(id, cluster, { bed, directories });
    await node.replicas.scan();
    return node;
  }

  /** Ends as a crash would, in the middle of whatever it does, and starts again over the same files. */
  async crash(cluster: ReplicaCluster): Promise<ReplicaNode> {
    const copy = new LogBed(cluster.given.disk);
    fs.cpSync(this.#bed.directory, copy.directory, { recursive: true });
    await this.stop();
    for (const { path } of this.directories) {
      fs.rmSync(`${path.replace(this.#bed.directory, copy.directory)}/.lock`, { force: true });
    }
    return ReplicaNode.#open(this.id, cluster, copy);
  }

  /** As its handlers have it. */
  get asked(): AskedNode {
    const { sessions, replicas, quotas, selector } = this;
    return {
      image: () => this.image,
      replicas,
      sessions,
      leaderQuota: quotas.leader,
      replicaSelector: selector,
    };
  }

  /** What a consumer gets that reads one partition once. */
  async fetch(given: ConsumerFetch): Promise<FetchedPartition> {
    const { rack = '', maxWaitMs = 0, minBytes = 1, leaderEpoch = -1, fetchOffset } = given;
    const answer = await askHandlers(
      {
        ...{ request: fetchRequest, response: fetchResponse, version: 18, timeoutMs: 5000 },
        body: {
          ...{ rackId: rack, maxWaitMs, minBytes, maxBytes: 65_536, sessionEpoch: -1 },
          topics: [
            {
              topicId: TOPIC_ID,
              partitions: [
                { partition: 0, fetchOffset, currentLeaderEpoch: leaderEpoch, partitionMaxBytes: 65_536 },
              ],
            },
          ],
        },
      },
      this.asked,
    );
    const found = answer.kind === 'answered' ? answer.body.responses[0]?.partitions[0] : undefined;
    if (found === undefined) throw new Error(`broker ${this.id} gave no answer`);
    return found;
  }

  get partition(): Partition {
    const partition = this.replicas.get('orders', 0);
    if (partition === undefined) throw new Error(`broker ${this.id} has no replica`);
    return partition;
  }

  /** What it learns from here on it learns later. */
  holdMetadata(): void {
    this.#held = [];
  }

  learnHeld(): void {
    const held = this.#held ?? [];
    this.#held = null;
    if (held.length > 0) this.learn(held);
  }

  learn(records: readonly MetadataRecord[]): void {
    if (this.#held !== null) {
      this.#held.push(...records);
      return;
    }
    const delta = new MetadataDelta(this.image);
    for (const record of records) delta.replay(record);
    this.image = delta.imageAt({ offset: this.image.offset + records.length, epoch: 1 });
    this.quotas.onMetadata(delta, this.image);
    this.replicas.onMetadata(delta, this.image);
  }

  async stop(): Promise<void> {
    await this.replicas.close();
    for (const directory of this.directories) await directory.close(this.id);
    this.#bed.remove();
  }
}

/** Brokers 1 to N with one partition that all replicate; this object is their controller. */
export class ReplicaCluster {
  readonly nodes: ReplicaNode[] = [];
  readonly #records: MetadataRecord[] = [];
  readonly minInSyncReplicas: number;
  readonly given: ReplicaClusterSettings;

  private constructor(minInSyncReplicas: number, given: ReplicaClusterSettings) {
    this.minInSyncReplicas = minInSyncReplicas;
    this.given = given;
  }

  static async start(
    size: number,
    minInSyncReplicas: number,
    given: ReplicaClusterSettings = {},
  ): Promise<ReplicaCluster> {
    const cluster = new ReplicaCluster(minInSyncReplicas, given);
    const ids = Array.from({ length: size }, (_, index) => index + 1);
    for (const id of ids) cluster.nodes.push(await ReplicaNode.start(id, cluster));
    cluster.publish([
      ...ids.map((id) => registration(id, { rack: given.racks?.[id - 1] ?? null })),
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
    this.#records.push(...records);
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

  removeTopic(): void {
    this.publish([{ kind: 'removeTopic', value: { topicId: TOPIC_ID } }]);
  }

  /** One more partition of the topic, on all brokers; unassigned to their directories unless given. */
  addPartition(partitionId: number, directories?: readonly string[]): void {
    this.addPartitionLedBy(1, partitionId, directories);
  }

  addPartitionLedBy(leader: number, partitionId: number, directories?: readonly string[]): void {
    const ids = this.nodes.map(({ id }) => id);
    const value = {
      ...{ partitionId, topicId: TOPIC_ID, replicas: ids, isr: ids, leader, leaderEpoch: 0 },
      ...{ removingReplicas: [], addingReplicas: [], leaderRecoveryState: 0, partitionEpoch: 0 },
      directories: directories ?? ids.map(() => ZERO_UUID),
      ...{ eligibleLeaderReplicas: null, lastKnownElr: null },
    };
    this.publish([{ kind: 'partition', value }]);
  }

  /** The broker ends in the middle of whatever it does, and starts again with the metadata as it is. */
  async crash(id: number): Promise<void> {
    const again = await this.node(id).crash(this);
    this.nodes[id - 1] = again;
    again.learn(this.#records);
    await again.replicas.settled();
  }

  /** Controllers that refuse to say yes are asked again. */
  isAssigning = true;
  readonly assigned: { readonly brokerId: number; readonly directoryId: string }[] = [];

  async assign(
    from: ReplicaNode,
    partition: { readonly partition: number },
    directoryId: string,
  ): Promise<boolean> {
    await setImmediate();
    if (!this.isAssigning) return false;
    this.assigned.push({ brokerId: from.id, directoryId });
    const { replicas, directories } = this.state;
    const index = replicas.indexOf(from.id);
    if (partition.partition === 0) this.change({ directories: directories.with(index, directoryId) });
    return true;
  }

  channel(from: ReplicaNode, id: number): PeerChannel {
    const to = this.node(id);
    const none: PeerAnswer<never> = { kind: 'unanswered', reason: 'there is no way' };
    return {
      ask: async (exchange) => {
        await setImmediate();
        if (from.isCutOff || to.isCutOff) return none;
        const answer = await askHandlers(exchange, to.asked);
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
