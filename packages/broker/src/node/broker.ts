import type { BrokerConfig } from '../config/config.ts';
import type { ListenerConfig } from '../config/config-listeners.ts';
import type { Controller } from '../controller/controller.ts';
import type { FinalizedFeatures } from '../handlers/api-versions.ts';
import { Dispatch } from '../handlers/dispatch.ts';
import { forwarding } from '../handlers/forwarding.ts';
import { DirectoryError } from '../log/directory-error.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import { LostMetadataError } from '../raft/lost-metadata-error.ts';
import { UnknownVotersError } from '../raft/unknown-voters-error.ts';
import type { PartitionVerification } from '../replication/partition-verification.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { brokerApiNeeds } from './broker-api-needs.ts';
import { brokerApis, controllerApis, forwardableApis } from './broker-apis.ts';
import { makeController } from './broker-controller.ts';
import { type BrokerData, openData } from './broker-data.ts';
import { type BoundListener, bindListener, endpointOf, ListenError } from './broker-listeners.ts';
import { BrokerMembership } from './broker-membership.ts';
import { type OpenMetrics, openMetrics } from './broker-metrics.ts';
import { brokerRuntime } from './broker-runtime.ts';
import { BrokerStartError } from './broker-start-error.ts';
import { ControllerLinks } from './controller-links.ts';
import { registerNodeController } from './controller-membership.ts';
import { beginAnew } from './metadata-begun-anew.ts';
import { type BrokerStart, OpenRooms } from './open-rooms.ts';

export interface StartBrokerOptions {
  /** As `readBrokerConfig` or `brokerConfigFrom` gives it. */
  readonly config: BrokerConfig;
  /** The ports of this machine unless given. */
  readonly runtime?: Runtime;
  /** The broker cannot go on: its disks, or its metadata log, have failed. */
  readonly onFailed?: (reason: string) => void;
  /** Ends a start that waits for other nodes; it rejects then. */
  readonly signal?: AbortSignal;
}

/** A broker that serves. */
export interface Broker {
  readonly nodeId: number;
  readonly clusterId: string;
  /** Where it is reached, the controller's listener last. */
  readonly listeners: readonly BrokerListener[];
  /** Where it is scraped, on 127.0.0.1; null where `odradek.metrics.port` names no port. */
  readonly metricsPort: number | null;
  /** Stops in order: everything acknowledged is on disk, no TCP port and no directory is held. */
  close(): Promise<void>;
}

/** A listener as it was bound, with its real port. */
export interface BrokerListener {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/**
 * Starts one node, broker and controller in one. Resolves when it serves, which may take until a majority of the voters
 * is there. Rejects with a {@link BrokerStartError} for what a person can put right: a directory or a port in use, or
 * of another quorum, no permission, no controller that takes it in. Nothing is left open then.
 */
export async function startBroker(options: StartBrokerOptions): Promise<Broker> {
  const { config, runtime = brokerRuntime() } = options;
  try {
    return await tryToStart({ ...options, runtime });
  } catch (error) {
    if (!(error instanceof LostMetadataError)) throw error;
    await beginAnew(config, runtime, error);
    return tryToStart({ ...options, runtime });
  }
}

async function tryToStart({
  config,
  runtime,
  onFailed,
  signal,
}: StartBrokerOptions & { readonly runtime: Runtime }): Promise<Broker> {
  const rooms = new OpenRooms();
  const { promise: givenUp, reject: giveUp } = Promise.withResolvers<never>();
  // Nobody may be waiting when it comes.
  givenUp.catch(() => {});
  const fail = (reason: string): void => {
    if (rooms.isClosing) return;
    onFailed?.(reason);
    giveUp(new BrokerStartError(reason));
  };
  const abort = (): void => giveUp(new BrokerStartError('The start was given up.'));
  if (signal?.aborted === true) abort();
  signal?.addEventListener('abort', abort);
  try {
    return await openRooms({ config, runtime, rooms, fail, givenUp });
  } catch (error) {
    await rooms.close();
    throw isForAPerson(error) ? new BrokerStartError(error.message, { cause: error }) : error;
  }
}

function isForAPerson(error: unknown): error is Error {
  return (
    error instanceof DirectoryError || error instanceof ListenError || error instanceof UnknownVotersError
  );
}

/** Builds the rooms from the lowest up; each leaves behind how it is closed. */
async function openRooms(start: BrokerStart): Promise<Broker> {
  const { config, runtime, rooms } = start;
  const links = new ControllerLinks(start);
  const data = await openData(start, links);
  const listeners = await bindListeners(start, data);
  const node = await makeController(start, data, {
    listener: listeners.controller,
    onLeaderChanged: () => links.controllerChanged(),
  });
  const needs = brokerApiNeeds(start, data, { node, links });
  const { logger } = runtime;
  const { controller } = node;
  const metrics = await measure(start, data, { listeners, controller, verification: needs.verification });
  const tallies = metrics?.tallies ?? null;
  const features = featuresOf(needs.image);
  const dispatch = new Dispatch(brokerApis(needs, features), logger, {
    tallies,
    forwarding: {
      isController: () => controller.isActive,
      forward: forwarding({ controller: links.requests, logger }),
    },
  });
  data.markerLinks.connect(dispatch);
  data.verificationLinks.connect(dispatch);
  const forwardable = new Dispatch(forwardableApis({ ...needs, nodeId: null }), logger);
  const controllerNeeds = { ...needs, logger, nodeId: null, forwardable: () => forwardable };
  const controllerFeatures = featuresOf(() => controller.image);
  const controllerDispatch = new Dispatch(controllerApis(controllerNeeds, controllerFeatures), logger, {
    tallies,
    closed: (connectionId) => controller.connectionClosed(connectionId),
  });
  links.connect(controller, controllerDispatch);
  rooms.add(async () => links.close());
  const membership = new BrokerMembership(start, data, { node, links, listeners: listeners.client });
  const { replicas, served, storage } = data;
  await replicas.scan();
  // Other nodes may need this one's vote before any broker can register.
  listeners.controller.listener.start(controllerDispatch);
  await Promise.race([membership.register(), start.givenUp]);
  registerNodeController(start, { node, links, listener: listeners.controller });
  await replicas.setStraysAside();
  await served.caughtUp();
  for (const directory of new Set([...storage.directories, storage.metadataDirectory])) directory.start();
  data.cleaner.start();
  serveClients(start, data, { listeners: listeners.client, dispatch });
  await Promise.race([membership.enter(), start.givenUp]);
  logger.info({ nodeId: config.nodeId, clusterId: storage.clusterId }, 'the broker serves');
  return {
    nodeId: config.nodeId,
    clusterId: storage.clusterId,
    listeners: [...listeners.client, listeners.controller].map((bound) => {
      const { listenerName: name, host, port } = endpointOf(bound);
      return { name, host, port };
    }),
    metricsPort: metrics?.port ?? null,
    close: () => rooms.close(),
  };
}

function featuresOf(image: () => MetadataImage): () => FinalizedFeatures {
  return () => {
    const { offset, features } = image();
    return { epoch: offset, levels: new Map(features.entries()) };
  };
}

function measure(
  start: BrokerStart,
  { groups, replicas, served, settingsOf, transactions }: BrokerData,
  {
    listeners,
    controller,
    verification,
  }: {
    readonly listeners: BrokerListeners;
    readonly controller: Controller;
    readonly verification: PartitionVerification;
  },
): Promise<OpenMetrics | null> {
  return openMetrics(start, {
    replicas,
    image: () => served.image,
    minInSyncReplicasOf: (image, topic) => settingsOf(image, topic).minInSyncReplicas,
    listeners: [...listeners.client, listeners.controller],
    quorum: () => controller.quorum.state,
    ...{ groups, transactions, verification },
  });
}

interface BrokerListeners {
  readonly client: readonly BoundListener[];
  readonly controller: BoundListener;
}

async function bindListeners(
  { config, runtime, rooms }: BrokerStart,
  { configs }: BrokerData,
): Promise<BrokerListeners> {
  const bind = async (listenerConfig: ListenerConfig): Promise<BoundListener> => {
    const bound = await bindListener(listenerConfig, { config, runtime, limits: configs });
    rooms.add(() => bound.listener.close());
    return bound;
  };
  const client: BoundListener[] = [];
  for (const listenerConfig of config.listeners) client.push(await bind(listenerConfig));
  return { client, controller: await bind(config.controllerListener) };
}

/** Lets clients and other brokers in. */
function serveClients(
  { rooms }: BrokerStart,
  { groups, transactions, replicas, verificationLinks }: BrokerData,
  { listeners, dispatch }: { readonly listeners: readonly BoundListener[]; readonly dispatch: Dispatch },
): void {
  rooms.add(async () => {
    const closing = Promise.all(listeners.map(({ listener }) => listener.close()));
    // Whoever waits for something is answered, so that the connections can end.
    groups.close();
    transactions.close();
    verificationLinks.close();
    replicas.wakeWaiting();
    await closing;
  });
  for (const { listener } of listeners) listener.start(dispatch);
}
