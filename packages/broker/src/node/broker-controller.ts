import type { BrokerConfig } from '../config/config.ts';
import { Controller } from '../controller/controller.ts';
import type { ConfigValues } from '../metadata/configs/config-values.ts';
import { FlushedEnd } from '../raft/flushed-end.ts';
import type { RaftTiming } from '../raft/raft-state.ts';
import { SnapshotFiles } from '../raft/snapshot-files.ts';
import type { VoterNode } from '../raft/voter-set.ts';
import { NodePeers } from '../raft/wire/node-peers.ts';
import type { Disk } from '../runtime/disk.ts';
import type { SocketAddress } from '../runtime/network.ts';
import type { BrokerData } from './broker-data.ts';
import { type BoundListener, endpointOf } from './broker-listeners.ts';
import { openMetadataLog } from './broker-storage.ts';
import type { BrokerStart } from './open-rooms.ts';
import { PartitionMetadataLog } from './partition-metadata-log.ts';
import { peerClients } from './peer-clients.ts';
import { foundingVoters, metadataLogDirectory } from './quorum-founding.ts';

/** Longer than nodes that are started together are apart, and than an election takes on one machine. */
const FIRST_PATIENCE_MS = 60;

/** The controller of this node, which was not opened yet. */
export interface NodeController {
  readonly controller: Controller;
  /** Whether no other node can have a part in the quorum, as far as this one was told. */
  readonly isAlone: boolean;
  /** Of this start of the broker. */
  readonly incarnationId: string;
}

/** Puts the controller together: its log, the voters it knows of, the ways to them. */
export async function makeController(
  start: BrokerStart,
  { storage, publisher }: BrokerData,
  { listener, onLeaderChanged }: { readonly listener: BoundListener; readonly onLeaderChanged: () => void },
): Promise<NodeController> {
  const { config, runtime, rooms, fail } = start;
  const { metadataDirectory, clusterId } = storage;
  const { nodeId, staticValues } = config;
  const { listenerName: name, host, port } = endpointOf(listener);
  const directory = metadataLogDirectory(metadataDirectory.path);
  const snapshots = new SnapshotFiles(runtime.disk, directory);
  const founders = await foundingVoters(snapshots);
  const voter = {
    id: nodeId,
    directoryId: metadataDirectory.meta.directoryId,
    endpoints: [{ name, host, port }],
  };
  const { bootstrapServers } = config.quorum;
  const voters = knownVoters(config, founders);
  const isAlone =
    voters.every(({ id }) => id === nodeId) &&
    (voters.length > 0 || bootstrapServers.every((address) => isOwn(address, config, port)));
  // Alone, there is nobody to have back what is lost.
  const flushedEnd = isAlone ? null : await openFlushedEnd(runtime.disk, directory);
  rooms.add(async () => flushedEnd?.close());
  const partitionLog = await openMetadataLog(metadataDirectory, config, flushedEnd?.offset ?? 0);
  const log = new PartitionMetadataLog(partitionLog, flushedEnd);
  const timing = raftTiming(config.values);
  const peers = new NodePeers({
    open: peerClients(start, 'quorum'),
    requestTimeoutMs: timing.requestTimeoutMs,
  });
  const incarnationId = runtime.random.uuid();
  const controller = new Controller({
    ...runtime,
    ...{ log, clusterId, nodeId, incarnationId, staticValues, voter, timing, onLeaderChanged },
    quorumStatePath: `${directory}/quorum-state`,
    snapshots,
    ...(!isAlone && { company: { voters, bootstrapServers, peers } }),
    // It holds all that this broker knew before then, and nothing that was over since is taken for new.
    mayPublish: (image) => image.brokers.get(nodeId)?.incarnationId === incarnationId,
    publish: (delta, image) => publisher.publish(delta, image),
    onStopped: (reason) => fail(`The metadata log cannot be written any more: ${wordsOf(reason)}.`),
  });
  rooms.add(() => controller.close());
  // On a full disk the controller would wait for its log.
  rooms.add(async () => log.stopWaiting());
  return { controller, isAlone, incarnationId };
}

async function openFlushedEnd(disk: Disk, directory: string): Promise<FlushedEnd> {
  await disk.makeDirectory(directory);
  return FlushedEnd.open(disk, `${directory}/flushed-end`);
}

/**
 * Those that this node begins with; whom the log names later counts more, where they are is known best here. None:
 * others know them.
 */
function knownVoters({ quorum }: BrokerConfig, founders: readonly VoterNode[] | null): readonly VoterNode[] {
  const { staticVoters, initialControllers } = quorum;
  return [staticVoters, initialControllers, founders ?? []].find((voters) => voters.length > 0) ?? [];
}

function isOwn(
  { host, port }: SocketAddress,
  { controllerListener }: BrokerConfig,
  ownPort: number,
): boolean {
  const ownHosts = [controllerListener.host, controllerListener.advertisedHost, 'localhost', '127.0.0.1'];
  return port === ownPort && ownHosts.includes(host);
}

function raftTiming(values: ConfigValues): RaftTiming {
  return {
    electionTimeoutMs: values.number('controller.quorum.election.timeout.ms'),
    electionBackoffMaxMs: values.number('controller.quorum.election.backoff.max.ms'),
    fetchTimeoutMs: values.number('controller.quorum.fetch.timeout.ms'),
    requestTimeoutMs: values.number('controller.quorum.request.timeout.ms'),
    retryBackoffMs: values.number('controller.quorum.retry.backoff.ms'),
    firstPatienceMs: Math.min(FIRST_PATIENCE_MS, values.number('controller.quorum.election.timeout.ms')),
  };
}

function wordsOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
