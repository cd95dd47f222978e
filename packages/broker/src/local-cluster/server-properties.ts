import { LOCAL_TIMING } from './cluster-timing.ts';
import { LOOPBACK } from './loopback-ports.ts';
import { DATA_DIRECTORY, type Manifest, type ManifestBroker } from './manifest.ts';

const METRICS_PORT = 'odradek.metrics.port';

/** Configs that make a node a member of its local cluster; the cluster alone sets them. */
const OWN_KEYS: ReadonlySet<string> = new Set([
  'process.roles',
  'node.id',
  'broker.id',
  'listeners',
  'advertised.listeners',
  'listener.security.protocol.map',
  'inter.broker.listener.name',
  'controller.listener.names',
  'controller.quorum.voters',
  'controller.quorum.bootstrap.servers',
  'log.dir',
  'log.dirs',
  'metadata.log.dir',
  'odradek.cluster.id',
  'odradek.initial.controllers',
]);

/** Why a setting of the user cannot be taken, in one sentence; null when it can. */
export function refusedSetting(key: string): string | null {
  if (!OWN_KEYS.has(key)) return null;
  return `${key} is set by the local cluster itself (TCP ports by --port, the place of the data by --data)`;
}

/** The configs of one broker of the cluster. `directory` is the broker's own folder, absolute. */
export function memberConfigs(
  manifest: Manifest,
  broker: ManifestBroker,
  directory: string,
): Readonly<Record<string, string>> {
  return {
    ...defaultsFor(manifest.brokers.length),
    ...manifest.settings,
    ...metricsPort(manifest, broker),
    'process.roles': 'broker,controller',
    'node.id': String(broker.id),
    listeners: `PLAINTEXT://${LOOPBACK}:${broker.port},CONTROLLER://${LOOPBACK}:${broker.controllerPort}`,
    'advertised.listeners': `PLAINTEXT://${LOOPBACK}:${broker.port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    ...quorumOf(manifest),
    'log.dirs': `${directory}/${DATA_DIRECTORY}`,
    'odradek.cluster.id': manifest.clusterId,
  };
}

/** Where the voters are, and which directories they were made with. */
function quorumOf({ brokers, voters }: Manifest): Record<string, string> {
  const controllers = voters.flatMap(({ id, directoryId }) => {
    const broker = brokers.find((candidate) => candidate.id === id);
    return broker === undefined ? [] : [{ id, directoryId, at: `${LOOPBACK}:${broker.controllerPort}` }];
  });
  return {
    'controller.quorum.bootstrap.servers': controllers.map(({ at }) => at).join(','),
    'odradek.initial.controllers': controllers
      .map(({ id, at, directoryId }) => `${id}@${at}:${directoryId}`)
      .join(','),
  };
}

/** Brokers of one machine cannot share a TCP port: the port that was asked for is the first one's, and so on. */
function metricsPort({ brokers, settings }: Manifest, { id }: ManifestBroker): Record<string, string> {
  const first = Number(settings[METRICS_PORT] ?? -1);
  if (!(first > 0)) return {};
  return { [METRICS_PORT]: String(first + brokers.findIndex((broker) => broker.id === id)) };
}

/** Configs as the text of a server.properties file. */
export function propertiesText(configs: Readonly<Record<string, string>>): string {
  return Object.entries(configs)
    .map(([key, value]) => `${escapeKey(key)}=${escapeValue(value)}\n`)
    .join('');
}

/** What a local cluster of this size differs in from Kafka's defaults, unless the user says otherwise. */
function defaultsFor(brokerCount: number): Record<string, string> {
  const replicas = String(Math.min(3, brokerCount));
  const inSync = brokerCount >= 3 ? '2' : '1';
  return {
    'default.replication.factor': replicas,
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'transaction.state.log.min.isr': inSync,
    'group.initial.rebalance.delay.ms': '0',
    ...(brokerCount > 1 ? LOCAL_TIMING : {}),
  };
}

/** Escapes of Java's properties format: what would end a key, start a comment or be taken for an escape. */
function escapeKey(key: string): string {
  return escapeValue(key).replace(/[ :=]/g, '\\$&');
}

function escapeValue(value: string): string {
  return value
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replace(/^[ #!]/, '\\$&');
}
