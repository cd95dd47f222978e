/** Where one machine of the simulation is reached, and how its node is known to the others. */
export interface MachineAddress {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  readonly controllerPort: number;
  /** Of its metadata directory, as the cluster was planned. */
  readonly directoryId: string;
}

/** The folder that a node keeps everything in; its name says whose it is. */
export function dataDirectoryOf(id: number): string {
  return `/n${id}`;
}

/** What all nodes are told; times are short, so that a minute sees many of each. */
const COMMON = {
  'process.roles': 'broker,controller',
  'controller.listener.names': 'CONTROLLER',
  'offsets.topic.num.partitions': '2',
  'group.initial.rebalance.delay.ms': '100',
  'group.consumer.min.session.timeout.ms': '6000',
  'group.consumer.session.timeout.ms': '6000',
  'group.consumer.min.heartbeat.interval.ms': '500',
  'group.consumer.heartbeat.interval.ms': '500',
  'group.consumer.regex.refresh.interval.ms': '10000',
  'transaction.state.log.num.partitions': '2',
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': '1000',
  'connections.max.idle.ms': '20000',
  // Segments roll and checkpoints are written many times within the minute that a seed lasts.
  'log.roll.ms': '6000',
  'log.flush.offset.checkpoint.interval.ms': '3000',
  'log.flush.start.offset.checkpoint.interval.ms': '4000',
  'replica.high.watermark.checkpoint.interval.ms': '1000',
  'log.initial.task.delay.ms': '1000',
  'log.retention.check.interval.ms': '2000',
  'log.segment.delete.delay.ms': '2000',
};

/** What the nodes of a cluster of several are told besides. */
const CLUSTERED = {
  'broker.heartbeat.interval.ms': '300',
  'broker.session.timeout.ms': '1500',
  'replica.lag.time.max.ms': '2500',
  'replica.socket.timeout.ms': '2000',
};

/** The configs of one node. */
export function propertiesOf(
  node: MachineAddress,
  cluster: readonly MachineAddress[],
  {
    clusterId,
    replicationFactor,
    minInSyncReplicas,
  }: {
    readonly clusterId: string;
    readonly replicationFactor: number;
    readonly minInSyncReplicas: number;
  },
): Record<string, string> {
  const { id, host, port, controllerPort } = node;
  return {
    ...COMMON,
    ...(cluster.length > 1 && CLUSTERED),
    'node.id': `${id}`,
    'odradek.cluster.id': clusterId,
    listeners: `PLAINTEXT://${host}:${port},CONTROLLER://${host}:${controllerPort}`,
    'log.dirs': dataDirectoryOf(id),
    'default.replication.factor': `${replicationFactor}`,
    'offsets.topic.replication.factor': `${replicationFactor}`,
    'transaction.state.log.replication.factor': `${replicationFactor}`,
    'transaction.state.log.min.isr': `${minInSyncReplicas}`,
    'min.insync.replicas': `${minInSyncReplicas}`,
    ...(cluster.length > 1 && quorumOf(cluster)),
  };
}

/** Brokers 1 to 3 vote, with five or more brokers 1 to 5; the others observe. */
function quorumOf(cluster: readonly MachineAddress[]): Record<string, string> {
  const voters = cluster.slice(0, cluster.length >= 5 ? 5 : 3);
  return {
    'controller.quorum.bootstrap.servers': voters
      .map(({ host, controllerPort }) => `${host}:${controllerPort}`)
      .join(','),
    'odradek.initial.controllers': voters
      .map(({ id, host, controllerPort, directoryId }) => `${id}@${host}:${controllerPort}:${directoryId}`)
      .join(','),
  };
}
