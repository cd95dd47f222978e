import { EnvelopeChannel } from '../handlers/envelope-channel.ts';
import { FetchSessions } from '../handlers/fetch-sessions.ts';
import { forwarding } from '../handlers/forwarding.ts';
import { replicaSelectorOf } from '../replication/nearest-replica.ts';
import { allowAll } from '../security/authorizer.ts';
import { ANONYMOUS } from '../security/principal.ts';
import type { BrokerApiNeeds } from './broker-apis.ts';
import type { NodeController } from './broker-controller.ts';
import type { BrokerData } from './broker-data.ts';
import { offersConsumerGroups } from './broker-groups.ts';
import { partitionVerification } from './broker-verification.ts';
import { type ControllerLinks, NO_CONNECTION } from './controller-links.ts';
import type { BrokerStart } from './open-rooms.ts';
import { TopicAutoCreation } from './topic-auto-creation.ts';

/** A fetch session unused for this long may lose its slot to another, as in Kafka. */
const FETCH_SESSION_EVICTION_MS = 120_000;

/** What the handlers of this broker are given. */
export function brokerApiNeeds(
  { config, runtime }: BrokerStart,
  data: BrokerData,
  { node, links }: { readonly node: NodeController; readonly links: ControllerLinks },
): BrokerApiNeeds {
  const { storage, groups, transactions, producerIds, replicas, quotas, served, configs } = data;
  const replicaSelector = replicaSelectorOf(config.values.stringOrNull('replica.selector.class'));
  const sessions = new FetchSessions({
    ...runtime,
    slots: config.values.number('max.incremental.fetch.session.cache.slots'),
    evictionMs: FETCH_SESSION_EVICTION_MS,
    tellsMoves: replicaSelector === 'rack-aware',
  });
  replicas.whenLed(() => sessions.expectFollowers());
  const image = () => served.image;
  const { name: listenerName, host: clientHost } = config.controllerListener;
  const forward = forwarding({ controller: links.requests, logger: runtime.logger });
  const creation = new TopicAutoCreation({
    ...runtime,
    ...{ image, configs: config.values, isAlone: node.isAlone },
    controller: new EnvelopeChannel(forward, {
      ...{ connectionId: NO_CONNECTION, listenerName, clientHost, principal: ANONYMOUS },
    }),
  });
  return {
    ...runtime,
    image,
    replicas,
    controller: node.controller,
    coordinator: groups,
    offersConsumerGroups: offersConsumerGroups(config, image),
    transactions,
    verification: partitionVerification(
      { config, runtime },
      { image, configs, links: data.verificationLinks },
    ),
    markerTimeoutMs: config.values.number('request.timeout.ms'),
    authorizer: allowAll,
    clusterId: storage.clusterId,
    logDirs: config.logDirs,
    isLogDirOnline: (path) =>
      storage.directories.some((directory) => directory.path === path && !directory.isOffline),
    sessions,
    replicaSelector,
    leaderQuota: quotas.leader,
    fetchMaxBytes: config.values.number('fetch.max.bytes'),
    caughtUp: () => served.caughtUp(),
    autoCreatesTopics: () => configs().boolean('auto.create.topics.enable'),
    autoCreateTopics: (names) => creation.create(names),
    deletesTopics: () => configs().boolean('delete.topic.enable'),
    groupPartition: (groupId) => groups.partitionOf(groupId),
    transactionPartition: (transactionalId) => transactions.partitionOf(transactionalId),
    createInternalTopic: (name) => creation.create([name]),
    nextProducerId: () => producerIds.next(),
    nodeId: config.nodeId,
    controllerFor: (context) => new EnvelopeChannel(forward, context),
    node: () => ({ image: served.image, nodeId: config.nodeId, staticValues: config.staticValues }),
    partitionLimit: () => configs().number('max.request.partition.size.limit'),
  };
}
