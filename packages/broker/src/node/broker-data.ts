import type { GroupCoordinator } from '../groups/group-coordinator.ts';
import type { ConfigValues } from '../metadata/configs/config-values.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import { MetadataPublisher } from '../metadata/metadata-publisher.ts';
import { DirectoryAssignments } from '../replication/directory-assignments.ts';
import type { TopicSettings } from '../replication/hosted-replica.ts';
import { IsrChanges } from '../replication/isr-changes.ts';
import { ReplicaFetchers } from '../replication/replica-fetchers.ts';
import type { AssignDirectory } from '../replication/replica-move.ts';
import { ReplicaMoves } from '../replication/replica-moves.ts';
import { type LeadershipListener, Replicas } from '../replication/replicas.ts';
import { ReplicationQuotas } from '../replication/replication-quotas.ts';
import { ProducerIds } from '../transactions/producer-ids.ts';
import type { TransactionCoordinator } from '../transactions/transaction-coordinator.ts';
import { BrokerChannels } from './broker-channels.ts';
import { BrokerCleaner } from './broker-cleaner.ts';
import { groupCoordinator, groupLeadership, groupTopicChanges } from './broker-groups.ts';
import { BrokerLinks } from './broker-links.ts';
import { type BrokerStorage, followConfigs, openStorage } from './broker-storage.ts';
import { brokerConfigsOf, replicaFetchSettings, topicSettingsOf } from './broker-topic-settings.ts';
import {
  TransactionMetadataView,
  transactionCoordinator,
  transactionLeadership,
} from './broker-transactions.ts';
import type { ControllerLinks } from './controller-links.ts';
import type { BrokerStart } from './open-rooms.ts';
import { peerClients } from './peer-clients.ts';
import { producerIdBlocks } from './producer-id-requests.ts';
import { ServedImage } from './served-image.ts';

/** What the broker keeps: its logs, its replicas, the groups in them, and the metadata that clients see. */
export interface BrokerData {
  readonly storage: BrokerStorage;
  readonly groups: GroupCoordinator;
  readonly transactions: TransactionCoordinator;
  readonly producerIds: ProducerIds;
  /** The ways of transaction markers to the leaders of their partitions. */
  readonly markerLinks: BrokerLinks;
  /** The ways of partitions to the coordinators of transactions that are about to begin in them. */
  readonly verificationLinks: BrokerLinks;
  readonly cleaner: BrokerCleaner;
  readonly replicas: Replicas;
  readonly quotas: ReplicationQuotas;
  readonly served: ServedImage;
  readonly publisher: MetadataPublisher;
  /** Resolves with the first metadata, which every part of the broker has seen then. */
  readonly published: Promise<void>;
  /** The effective configs of this broker. */
  readonly configs: () => ConfigValues;
  /** The effective configs of a topic's partitions. */
  readonly settingsOf: (image: MetadataImage, topic: string) => TopicSettings;
  /** Of the registration as it is now; -1 before the first. */
  brokerEpoch: number;
}

/** Opens the log directories and builds what follows the metadata. */
export async function openData(start: BrokerStart, links: ControllerLinks): Promise<BrokerData> {
  const { config, runtime, rooms } = start;
  const configsOf = brokerConfigsOf(config);
  const brokerEpoch = () => data.brokerEpoch;
  const storage = await openStorage(
    config,
    runtime,
    offlineListener(start, () => data),
  );
  rooms.add(() => storage.close(data.brokerEpoch));
  const cleaner = new BrokerCleaner(runtime, storage.directories, { start: config.values, of: configsOf });
  // What clients are served here may be behind what the coordinator before this one knew of topics.
  const groups = groupCoordinator(config, runtime, () => publisher.image);
  const producerIds = new ProducerIds(
    producerIdBlocks(links.requests, () => ({ id: config.nodeId, epoch: data.brokerEpoch })),
  );
  const markerLinks = new BrokerLinks(start, 'transaction-markers');
  const verificationLinks = new BrokerLinks(start, 'transaction-verification');
  const view = new TransactionMetadataView();
  const transactions = transactionCoordinator(start, { view, producerIds, markerLinks });
  const quotas = new ReplicationQuotas({
    ...{ nodeId: config.nodeId, clock: runtime.clock, configsOf, configs: config.values },
  });
  const channels = new BrokerChannels(config.interBrokerListenerName, peerClients(start, 'replicas'));
  const isrChanges = new IsrChanges({
    ...runtime,
    ...{ controller: links.isrChanges, brokerId: config.nodeId, brokerEpoch },
  });
  const assignments = new DirectoryAssignments({
    ...runtime,
    ...{ controller: links.directories, brokerId: config.nodeId, brokerEpoch },
  });
  const assign: AssignDirectory = (partition, directoryId) => assignments.assign(partition, directoryId);
  const settingsOf = topicSettingsOf(configsOf);
  const replicas = new Replicas({
    nodeId: config.nodeId,
    clock: runtime.clock,
    maxLagMs: config.values.number('replica.lag.time.max.ms'),
    alterIsr: (partition, proposal) => isrChanges.propose(partition, proposal),
    fetchers: new ReplicaFetchers({
      ...runtime,
      settings: replicaFetchSettings(config.values),
      replicaId: config.nodeId,
      replicaEpoch: brokerEpoch,
      channelTo: (brokerId) => channels.to(brokerId),
      quota: quotas.follower,
    }),
    directories: storage.directories,
    lacksDirectories: storage.failedPaths.length > 0,
    moves: new ReplicaMoves({
      ...runtime,
      ...{ directories: storage.directories, paths: config.logDirs, quota: quotas.moves, assign },
    }),
    assign,
    settingsOf,
    listener: allOf(
      groupLeadership(groups, runtime.clock),
      transactionLeadership(transactions, runtime.clock),
    ),
    onReachChanged: () => served.refresh(),
    logger: runtime.logger,
  });
  rooms.add(async () => {
    isrChanges.close();
    assignments.close();
    const closing = replicas.close();
    // No fetcher waits for its leader any more.
    channels.close();
    markerLinks.close();
    verificationLinks.close();
    await closing;
  });
  rooms.add(() => cleaner.close());
  const served = new ServedImage(config.nodeId, replicas);
  const { promise: published, resolve: noteFirst } = Promise.withResolvers<void>();
  const publisher = new MetadataPublisher([
    quotas,
    followConfigs(storage.directories, configsOf),
    cleaner,
    channels,
    markerLinks,
    verificationLinks,
    view,
    replicas,
    groupTopicChanges(groups),
    served,
    { onMetadata: () => noteFirst() },
  ]);
  const configs = () => configsOf(served.image);
  const data = {
    ...{
      storage,
      groups,
      transactions,
      producerIds,
      markerLinks,
      verificationLinks,
      cleaner,
      replicas,
      quotas,
    },
    ...{ served, publisher, published, configs, settingsOf },
    brokerEpoch: -1,
  };
  return data;
}

function allOf(...listeners: readonly LeadershipListener[]): LeadershipListener {
  return {
    leading: (partition) => {
      for (const listener of listeners) listener.leading(partition);
    },
    resigned: (topic, partition, leaderEpoch) => {
      for (const listener of listeners) listener.resigned(topic, partition, leaderEpoch);
    },
  };
}

function offlineListener(
  { runtime, fail }: BrokerStart,
  data: () => Pick<BrokerData, 'storage' | 'replicas'>,
): Parameters<typeof openStorage>[2] {
  return {
    onOffline: ({ path }, error) => {
      runtime.logger.error({ err: error, directory: path }, 'a log directory went offline: its disk refused');
      const { storage, replicas } = data();
      replicas.onDirectoryOffline(path);
      const isLast = storage.directories.every((directory) => directory.isOffline);
      const what = `The disk of ${path} refused (${error.code})`;
      if (path === storage.metadataDirectory.path)
        fail(`${what}, and the metadata of the cluster lies there.`);
      else if (isLast) fail(`${what}, and no other log directory is left.`);
    },
  };
}
