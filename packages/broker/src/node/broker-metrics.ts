import { RequestTallies } from '../handlers/request-tallies.ts';
import { type MetadataImage, NO_LEADER, type PartitionImage } from '../metadata/metadata-image.ts';
import type { ListenerCounts } from '../net/listener.ts';
import type { RaftState } from '../raft/raft-state.ts';
import type { Replicas } from '../replication/replicas.ts';
import type { Metrics, Sample } from '../runtime/metrics.ts';
import { type Listener, NetworkError } from '../runtime/network.ts';
import { type BoundListener, ListenError } from './broker-listeners.ts';
import { type MeasuredCoordinators, observeCoordinators } from './coordinator-metrics.ts';
import { oncePerScrape } from './once-per-scrape.ts';
import type { BrokerStart } from './open-rooms.ts';

/** Whoever wants to be scraped from elsewhere puts a proxy before it that knows who may. */
const METRICS_HOST = '127.0.0.1';
/** `odradek.metrics.port`. */
const OFF = -1;

/** What the numbers of a broker are taken from. */
export interface MeasuredRooms extends MeasuredCoordinators {
  readonly replicas: Replicas;
  readonly image: () => MetadataImage;
  readonly minInSyncReplicasOf: (image: MetadataImage, topic: string) => number;
  readonly listeners: readonly BoundListener[];
  /** Of the metadata quorum, as this node knows it. */
  readonly quorum: () => RaftState;
}

/** Where a broker is scraped, and what its requests are counted by. */
export interface OpenMetrics {
  readonly port: number;
  readonly tallies: RequestTallies;
}

/**
 * Opens the endpoint that the config names; null where it names none, and nothing is counted then. Rejects with a
 * {@link ListenError}.
 */
export async function openMetrics(start: BrokerStart, rooms: MeasuredRooms): Promise<OpenMetrics | null> {
  const { config, runtime } = start;
  const port = config.values.number('odradek.metrics.port');
  if (port === OFF) return null;
  const endpoint = await serve(runtime.metrics, port);
  start.rooms.add(() => endpoint.close());
  observeBroker({ ...rooms, nodeId: config.nodeId, metrics: runtime.metrics });
  return { port: endpoint.address.port, tallies: new RequestTallies(runtime) };
}

async function serve(metrics: Metrics, port: number): Promise<Listener> {
  try {
    return await metrics.serve({ host: METRICS_HOST, port });
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    const why = error.code === 'EADDRINUSE' ? `TCP port ${port} is in use by another process` : error.message;
    throw new ListenError(
      `The metrics endpoint on ${METRICS_HOST}:${port} cannot be opened: ${why}. Give it another port (odradek.metrics.port).`,
      { cause: error },
    );
  }
}

interface ObservedRooms extends MeasuredRooms {
  readonly nodeId: number;
  readonly metrics: Metrics;
}

/** Registers what a scrape tells of a broker; nothing is counted before one comes. */
function observeBroker(rooms: ObservedRooms): void {
  observeReplicas(rooms);
  observeReplication(rooms);
  observeCluster(rooms);
  observeQuorum(rooms);
  observeCoordinators(rooms.metrics, rooms);
  observeListeners(rooms);
}

interface ReplicaCounts {
  replicas: number;
  leaders: number;
  offline: number;
  underReplicated: number;
  underMinIsr: number;
  atMinIsr: number;
  reassigning: number;
}

const REPLICA_GAUGES: Readonly<Record<keyof ReplicaCounts, readonly [name: string, help: string]>> = {
  replicas: ['partitioncount', 'Replicas on this broker'],
  leaders: ['leadercount', 'Partitions that this broker leads'],
  offline: ['offlinereplicacount', 'Replicas on this broker whose disk does not let them be served'],
  underReplicated: ['underreplicatedpartitions', 'Led partitions with fewer replicas in sync than they have'],
  underMinIsr: [
    'underminisrpartitioncount',
    'Led partitions with fewer replicas in sync than min.insync.replicas',
  ],
  atMinIsr: ['atminisrpartitioncount', 'Led partitions with exactly min.insync.replicas in sync'],
  reassigning: ['reassigningpartitions', 'Led partitions whose replicas are being moved'],
};

function observeReplicas({ metrics, replicas, image, minInSyncReplicasOf, nodeId }: ObservedRooms): void {
  const counted = oncePerScrape(() => {
    const counts: ReplicaCounts = {
      ...{ replicas: 0, leaders: 0, offline: [...replicas.outOfReach()].length },
      ...{ underReplicated: 0, underMinIsr: 0, atMinIsr: 0, reassigning: 0 },
    };
    const present = image();
    for (const topic of present.topicsById.values()) {
      const minimum = minInSyncReplicasOf(present, topic.name);
      for (const partition of topic.partitions) countReplica(counts, partition, { nodeId, minimum });
    }
    return counts;
  });
  for (const [key, [name, help]] of Object.entries(REPLICA_GAUGES)) {
    metrics.observe(`kafka_server_replicamanager_${name}`, help, {
      type: 'gauge',
      read: () => counted()[key as keyof ReplicaCounts],
    });
  }
}

/** What replication has come to since the start, and how far it is behind. */
function observeReplication({ metrics, replicas }: ObservedRooms): void {
  const observe = (type: 'gauge' | 'counter', [name, help]: readonly [string, string], read: () => number) =>
    metrics.observe(`kafka_server_${name}`, help, { type, read });
  observe(
    'counter',
    ['replicamanager_isrshrinks_total', 'How often led partitions have come to have fewer replicas in sync'],
    () => replicas.isrChanges.shrinks,
  );
  observe(
    'counter',
    ['replicamanager_isrexpands_total', 'How often led partitions have come to have more replicas in sync'],
    () => replicas.isrChanges.expands,
  );
  observe(
    'gauge',
    [
      'replicafetchermanager_maxlag',
      'Records that a replica here lacks at most of what its leader has committed',
    ],
    () => replicas.following.maxLag,
  );
  observe(
    'gauge',
    [
      'replicafetchermanager_failedpartitionscount',
      'Replicas here that do not follow until the metadata changes',
    ],
    () => replicas.following.halted,
  );
}

function countReplica(
  counts: ReplicaCounts,
  partition: PartitionImage,
  { nodeId, minimum }: { readonly nodeId: number; readonly minimum: number },
): void {
  if (!partition.replicas.includes(nodeId)) return;
  counts.replicas += 1;
  if (partition.leader !== nodeId) return;
  counts.leaders += 1;
  // Those that a reassignment adds are not missed before they are there.
  const wanted = partition.replicas.length - partition.addingReplicas.length;
  const inSync = partition.isr.length;
  if (inSync < wanted) counts.underReplicated += 1;
  const least = Math.min(minimum, partition.replicas.length);
  if (inSync < least) counts.underMinIsr += 1;
  else if (inSync === least) counts.atMinIsr += 1;
  if (partition.addingReplicas.length + partition.removingReplicas.length > 0) counts.reassigning += 1;
}

/** The cluster, by its active controller: the others say 0, so that the sum over all brokers is the cluster's. */
function observeCluster({ metrics, image, nodeId, quorum }: ObservedRooms): void {
  const gauge = (name: string, help: string, read: (present: MetadataImage) => number) => {
    metrics.observe(`kafka_controller_kafkacontroller_${name}`, help, {
      type: 'gauge',
      read: () => (quorum().leaderId === nodeId ? read(image()) : 0),
    });
  };
  gauge('activecontrollercount', 'Whether this node is the active controller', () => 1);
  gauge('activebrokercount', 'Brokers that are not fenced', (present) => brokersOf(present, false));
  gauge('fencedbrokercount', 'Brokers that are fenced', (present) => brokersOf(present, true));
  gauge('globaltopiccount', 'Topics of the cluster', (present) => present.topicsById.size);
  gauge('globalpartitioncount', 'Partitions of the cluster', (present) => partitionsOf(present, () => true));
  gauge('offlinepartitionscount', 'Partitions without a leader', (present) =>
    partitionsOf(present, ({ leader }) => leader === NO_LEADER),
  );
  gauge(
    'preferredreplicaimbalancecount',
    'Partitions that another than their first replica leads',
    (present) => partitionsOf(present, ({ leader, replicas }) => leader !== replicas[0]),
  );
}

function brokersOf({ brokers }: MetadataImage, isFenced: boolean): number {
  let count = 0;
  for (const broker of brokers.values()) if (broker.isFenced === isFenced) count += 1;
  return count;
}

function partitionsOf(
  { topicsById }: MetadataImage,
  isCounted: (partition: PartitionImage) => boolean,
): number {
  let count = 0;
  for (const { partitions } of topicsById.values()) count += partitions.filter(isCounted).length;
  return count;
}

function observeQuorum({ metrics, quorum }: ObservedRooms): void {
  const gauge = (name: string, help: string, read: (state: RaftState) => number) => {
    metrics.observe(`kafka_server_raft_metrics_${name}`, help, { type: 'gauge', read: () => read(quorum()) });
  };
  gauge(
    'current_leader',
    'Id of the leader of the metadata quorum, -1 while none is known',
    ({ leaderId }) => leaderId ?? -1,
  );
  gauge('current_epoch', 'Epoch of the metadata quorum', ({ epoch }) => epoch);
  gauge(
    'high_watermark',
    'Up to where the metadata log is committed, as this node knows',
    ({ highWatermark }) => highWatermark,
  );
  gauge('log_end_offset', 'End of the metadata log on this node', ({ log }) => log.endOffset);
}

function observeListeners({ metrics, listeners }: ObservedRooms): void {
  const byListener = (
    [name, help]: readonly [name: string, help: string],
    type: 'gauge' | 'counter',
    read: (counts: ListenerCounts) => number,
  ) => {
    metrics.observe(`kafka_server_socketservermetrics_${name}`, help, {
      type,
      read: () =>
        listeners.map(
          ({ config, listener }): Sample => ({
            labels: { listener: config.name },
            value: read(listener.counts),
          }),
        ),
    });
  };
  byListener(['connection_count', 'Open connections'], 'gauge', (counts) => counts.openConnections);
  byListener(
    ['connection_creation_total', 'Connections that were made'],
    'counter',
    (counts) => counts.madeConnections,
  );
  byListener(
    ['incoming_byte_total', 'Bytes that clients and brokers have sent here'],
    'counter',
    (counts) => counts.receivedBytes,
  );
  byListener(['outgoing_byte_total', 'Bytes that were answered'], 'counter', (counts) => counts.sentBytes);
}
