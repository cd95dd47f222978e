import { type BrokerApiNeeds, brokerApis, controllerApis } from './broker-apis.ts';
import { BrokerCleaner } from './broker-cleaner.ts';
import { groupCoordinator, groupDeletions, groupLeadership } from './broker-groups.ts';
import { type BoundListener, bindListener, endpointOf, ListenError } from './broker-listeners.ts';
import { brokerRuntime } from './broker-runtime.ts';
import { type BrokerStorage, followConfigs, openMetadataLog, openStorage } from './broker-storage.ts';
import { brokerConfigsOf, replicaFetchSettings, topicSettingsOf } from './broker-topic-settings.ts';
import type { BrokerConfig } from './config.ts';
import type { ListenerConfig } from './config-listeners.ts';
import { SUPPORTED_FEATURES } from './controller/bootstrap.ts';
import { Controller } from './controller/controller.ts';
import type { GroupCoordinator } from './groups/group-coordinator.ts';
import type { FinalizedFeatures } from './handlers/api-versions.ts';
import { Dispatch } from './handlers/dispatch.ts';
import { FetchSessions } from './handlers/fetch-sessions.ts';
import { DirectoryError } from './log/directory-error.ts';
import type { ConfigValues } from './metadata/configs/config-values.ts';
import { MetadataPublisher } from './metadata/metadata-publisher.ts';
import { CLUSTER_METADATA_TOPIC, GROUP_METADATA_TOPIC } from './metadata/topic-name.ts';
import { PartitionMetadataLog } from './partition-metadata-log.ts';
import { replicaSelectorOf } from './replication/nearest-replica.ts';
import { ReplicaFetchers } from './replication/replica-fetchers.ts';
import { Replicas } from './replication/replicas.ts';
import { ReplicationQuotas } from './replication/replication-quotas.ts';
import type { Runtime } from './runtime/runtime.ts';
import { allowAll } from './security/authorizer.ts';
import { ServedImage } from './served-image.ts';
import { TopicAutoCreation } from './topic-auto-creation.ts';
import { ProducerIds } from './transactions/producer-ids.ts';

export interface StartBrokerOptions {
  /** As `readBrokerConfig` or `brokerConfigFrom` gives it. */
  readonly config: BrokerConfig;
  /** The ports of this machine unless given. */
  readonly runtime?: Runtime;
  /** The broker cannot go on: its disks, or its metadata log, have failed. */
  readonly onFailed?: (reason: string) => void;
}

/** A broker that serves. */
export interface Broker {
  readonly nodeId: number;
  readonly clusterId: string;
  /** Where it is reached, the controller's listener last. */
  readonly listeners: readonly BrokerListener[];
  /** Stops in order: everything acknowledged is on disk, no TCP port and no directory is held. */
  close(): Promise<void>;
}

/** A listener as it was bound, with its real port. */
export interface BrokerListener {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/** Why a broker could not start, in a sentence that says what to do. */
export class BrokerStartError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BrokerStartError';
  }
}

/** A fetch session unused for this long may lose its slot to another, as in Kafka. */
const FETCH_SESSION_EVICTION_MS = 120_000;

/** What was opened so far, to be closed in reverse. */
class OpenRooms {
  readonly #closers: (() => Promise<void>)[] = [];
  #closed: Promise<void> | null = null;

  get isClosing(): boolean {
    return this.#closed !== null;
  }

  add(close: () => Promise<void>): void {
    this.#closers.push(close);
  }

  /** One room that cannot be closed in order keeps no other open; rejects with the first reason. */
  close(): Promise<void> {
    this.#closed ??= this.#closeAll();
    return this.#closed;
  }

  async #closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.#closers.toReversed()) {
      await close().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}

/**
 * Starts one node, broker and controller in one. Resolves when it serves. Rejects with a {@link BrokerStartError}
 * for what a person can put right: a directory or a port in use, no permission. Nothing is left open then.
 */
export async function startBroker(options: StartBrokerOptions): Promise<Broker> {
  const { config, onFailed } = options;
  const rooms = new OpenRooms();
  const fail = (reason: string): void => {
    if (!rooms.isClosing) onFailed?.(reason);
  };
  try {
    return await openRooms({ config, runtime: options.runtime ?? brokerRuntime(), rooms, fail });
  } catch (error) {
    await rooms.close();
    throw error instanceof DirectoryError || error instanceof ListenError
      ? new BrokerStartError(error.message, { cause: error })
      : error;
  }
}

/** What every step of the start is given. */
interface Start {
  readonly config: BrokerConfig;
  readonly runtime: Runtime;
  readonly rooms: OpenRooms;
  /** Something that the broker cannot do without is gone. */
  readonly fail: (reason: string) => void;
}

/** Builds the rooms from the lowest up; each leaves behind how it is closed. */
async function openRooms(start: Start): Promise<Broker> {
  const { config, rooms } = start;
  const data = await openData(start);
  const listeners = await openListeners(start, data);
  const { controller, brokerEpoch } = await openController(start, data, listeners);
  data.setBrokerEpoch(brokerEpoch);
  const { replicas, served, storage, groups } = data;
  await replicas.setStraysAside();
  await served.caughtUp();
  for (const directory of new Set([...storage.directories, storage.metadataDirectory])) directory.start();
  data.cleaner.start();

  const finalizedFeatures = (): FinalizedFeatures => ({
    epoch: served.image.offset,
    levels: new Map(served.image.features.entries()),
  });
  const needs = brokerApiNeeds(start, { ...data, controller, brokerEpoch });
  const clientDispatch = new Dispatch(brokerApis(needs, finalizedFeatures), start.runtime.logger);
  const controllerDispatch = new Dispatch(controllerApis(needs, finalizedFeatures), start.runtime.logger);
  rooms.add(async () => {
    const closing = Promise.all(listeners.all.map(({ listener }) => listener.close()));
    // Whoever waits for something is answered, so that the connections can end.
    groups.close();
    replicas.wakeWaiting();
    await closing;
  });
  for (const { listener } of listeners.client) listener.start(clientDispatch);
  listeners.controller.listener.start(controllerDispatch);
  start.runtime.logger.info({ nodeId: config.nodeId, clusterId: storage.clusterId }, 'the broker serves');
  return {
    nodeId: config.nodeId,
    clusterId: storage.clusterId,
    listeners: listeners.all.map((bound) => {
      const { listenerName: name, host, port } = endpointOf(bound);
      return { name, host, port };
    }),
    close: () => rooms.close(),
  };
}

/** What the broker keeps: its logs, its replicas, the groups in them, and the metadata that clients see. */
interface BrokerData {
  readonly storage: BrokerStorage;
  readonly groups: GroupCoordinator;
  readonly cleaner: BrokerCleaner;
  readonly replicas: Replicas;
  readonly quotas: ReplicationQuotas;
  readonly served: ServedImage;
  readonly publisher: MetadataPublisher;
  /** The effective configs of this broker. */
  readonly configs: () => ConfigValues;
  setBrokerEpoch(brokerEpoch: number): void;
}

async function openData({ config, runtime, rooms, fail }: Start): Promise<BrokerData> {
  const { logger } = runtime;
  const configsOf = brokerConfigsOf(config);
  let brokerEpoch = -1;
  const storage = await openStorage(config, runtime, {
    onOffline: ({ path }, error) => {
      logger.error({ err: error, directory: path }, 'a log directory went offline: its disk refused');
      replicas.onDirectoryOffline(path);
      const isLast = storage.directories.every((directory) => directory.isOffline);
      const what = `The disk of ${path} refused (${error.code})`;
      if (path === storage.metadataDirectory.path)
        fail(`${what}, and the metadata of the cluster lies there.`);
      else if (isLast) fail(`${what}, and no other log directory is left.`);
    },
  });
  rooms.add(() => storage.close(brokerEpoch));
  const cleaner = new BrokerCleaner(runtime, storage.directories, { start: config.values, of: configsOf });
  const groups = groupCoordinator(config, runtime, () => served.image);
  const quotas = new ReplicationQuotas({
    ...{ nodeId: config.nodeId, clock: runtime.clock, configsOf, configs: config.values },
  });
  const replicas = new Replicas({
    nodeId: config.nodeId,
    clock: runtime.clock,
    maxLagMs: config.values.number('replica.lag.time.max.ms'),
    // A cluster has one broker as yet: nobody falls behind, and nobody catches up.
    alterIsr: async () => ({ kind: 'withdrawn' }),
    fetchers: new ReplicaFetchers({
      ...{ clock: runtime.clock, logger, settings: replicaFetchSettings(config.values) },
      replicaId: config.nodeId,
      replicaEpoch: () => brokerEpoch,
      channelTo: () => null,
      quota: quotas.follower,
    }),
    directories: storage.directories,
    lacksDirectories: storage.failedPaths.length > 0,
    settingsOf: topicSettingsOf(configsOf),
    listener: groupLeadership(groups),
    onReachChanged: () => served.refresh(),
    logger,
  });
  rooms.add(() => replicas.close());
  rooms.add(() => cleaner.close());
  const served = new ServedImage(config.nodeId, replicas);
  return {
    storage,
    groups,
    cleaner,
    replicas,
    quotas,
    served,
    publisher: new MetadataPublisher([
      quotas,
      followConfigs(storage.directories, configsOf),
      cleaner,
      replicas,
      groupDeletions(groups),
      served,
    ]),
    configs: () => configsOf(served.image),
    setBrokerEpoch: (epoch) => {
      brokerEpoch = epoch;
    },
  };
}

interface BrokerListeners {
  readonly client: readonly BoundListener[];
  readonly controller: BoundListener;
  readonly all: readonly BoundListener[];
}

async function openListeners({ config, runtime, rooms }: Start, data: BrokerData): Promise<BrokerListeners> {
  const bind = async (listenerConfig: ListenerConfig): Promise<BoundListener> => {
    const bound = await bindListener(listenerConfig, { config, runtime, limits: data.configs });
    rooms.add(() => bound.listener.close());
    return bound;
  };
  const client: BoundListener[] = [];
  for (const listenerConfig of config.listeners) client.push(await bind(listenerConfig));
  const controller = await bind(config.controllerListener);
  return { client, controller, all: [...client, controller] };
}

async function openController(
  { config, runtime, rooms, fail }: Start,
  { storage, replicas, publisher }: BrokerData,
  listeners: BrokerListeners,
): Promise<{ controller: Controller; brokerEpoch: number }> {
  const { metadataDirectory } = storage;
  const { listenerName: name, host, port } = endpointOf(listeners.controller);
  const log = new PartitionMetadataLog(await openMetadataLog(metadataDirectory, config));
  const incarnationId = runtime.random.uuid();
  const controller = new Controller({
    ...runtime,
    log,
    clusterId: storage.clusterId,
    nodeId: config.nodeId,
    incarnationId,
    staticValues: config.staticValues,
    voter: {
      id: config.nodeId,
      directoryId: metadataDirectory.meta.directoryId,
      endpoints: [{ name, host, port }],
    },
    quorumStatePath: `${metadataDirectory.path}/${CLUSTER_METADATA_TOPIC}-0/quorum-state`,
    publish: (delta, image) => publisher.publish(delta, image),
    onStopped: () => fail('The metadata log cannot be written any more.'),
  });
  rooms.add(() => controller.close());
  // On a full disk the controller would wait for its log.
  rooms.add(async () => log.stopWaiting());
  await replicas.scan();
  const { brokerEpoch } = await controller.start({
    clusterId: storage.clusterId,
    brokerId: config.nodeId,
    incarnationId,
    endpoints: listeners.client.map(endpointOf),
    features: SUPPORTED_FEATURES,
    rack: config.rack,
    directories: storage.directories.map(({ meta }) => meta.directoryId),
    previousBrokerEpoch: storage.previousBrokerEpoch,
  });
  return { controller, brokerEpoch };
}

function brokerApiNeeds(
  { config, runtime }: Start,
  broker: BrokerData & { readonly controller: Controller; readonly brokerEpoch: number },
): BrokerApiNeeds {
  const { storage, groups, replicas, quotas, served, configs, controller, brokerEpoch } = broker;
  const replicaSelector = replicaSelectorOf(config.values.stringOrNull('replica.selector.class'));
  const image = () => served.image;
  const creation = new TopicAutoCreation({
    controller,
    configs: config.values,
    image,
    logger: runtime.logger,
  });
  const producerIds = new ProducerIds(async () => {
    const outcome = await controller.allocateProducerIds({ id: config.nodeId, epoch: brokerEpoch });
    if (outcome.kind !== 'committed' || outcome.response.kind !== 'allocated') return null;
    return { firstProducerId: outcome.response.firstId, length: outcome.response.length };
  });
  return {
    ...runtime,
    image,
    replicas,
    controller,
    coordinator: groups,
    authorizer: allowAll,
    clusterId: storage.clusterId,
    logDirs: config.logDirs,
    isLogDirOnline: (path) =>
      storage.directories.some((directory) => directory.path === path && !directory.isOffline),
    sessions: new FetchSessions({
      ...runtime,
      slots: config.values.number('max.incremental.fetch.session.cache.slots'),
      evictionMs: FETCH_SESSION_EVICTION_MS,
      tellsMoves: replicaSelector === 'rack-aware',
    }),
    replicaSelector,
    leaderQuota: quotas.leader,
    fetchMaxBytes: config.values.number('fetch.max.bytes'),
    caughtUp: () => served.caughtUp(),
    autoCreatesTopics: () => configs().boolean('auto.create.topics.enable'),
    autoCreateTopics: (names) => creation.create(names),
    deletesTopics: () => configs().boolean('delete.topic.enable'),
    groupPartition: (groupId) => groups.partitionOf(groupId),
    createOffsetsTopic: () => creation.create([GROUP_METADATA_TOPIC]),
    nextProducerId: () => producerIds.next(),
    nodeId: config.nodeId,
    node: () => ({ image: served.image, nodeId: config.nodeId, staticValues: config.staticValues }),
    partitionLimit: () => configs().number('max.request.partition.size.limit'),
  };
}
