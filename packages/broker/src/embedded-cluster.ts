import { tmpdir } from 'node:os';
import { type Broker, startBroker } from './broker.ts';
import { brokerRuntime } from './broker-runtime.ts';
import { brokerConfigFrom } from './config.ts';

export interface StartClusterOptions {
  /** How many brokers; 1 unless given. More than one is refused until brokers can replicate. */
  readonly brokers?: number;
  /** Where the brokers keep their data. Without it a new directory that `close` removes. */
  readonly directory?: string;
  /** Broker configs by Kafka's names; they win over the cluster's own. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Brokers in the caller's own process, on free ports of 127.0.0.1. */
export interface EmbeddedCluster {
  /** `host:port` of every broker, for clients. */
  readonly bootstrap: string;
  readonly clusterId: string;
  readonly brokers: readonly Broker[];
  /** Stops all brokers in order. */
  close(): Promise<void>;
}

/** What suits a cluster of one on a developer's machine. */
const SINGLE_BROKER_SETTINGS = {
  'default.replication.factor': '1',
  'offsets.topic.replication.factor': '1',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'group.initial.rebalance.delay.ms': '0',
};

/** Starts a cluster for a test run or a desktop. Rejects as `startBroker` does; nothing is left behind then. */
export async function startCluster(options: StartClusterOptions = {}): Promise<EmbeddedCluster> {
  const count = options.brokers ?? 1;
  if (count !== 1) throw new RangeError(`a cluster of ${count} brokers cannot be started yet, only one of 1`);
  const runtime = brokerRuntime({ logLevel: 'warn' });
  const directory = options.directory ?? `${tmpdir()}/odradek-embedded-${runtime.random.uuid()}`;
  const isTemporary = options.directory === undefined;
  const removeData = () => (isTemporary ? runtime.disk.removeDirectory(directory) : Promise.resolve());
  const config = brokerConfigFrom({
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.listener.names': 'CONTROLLER',
    listeners: 'PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0',
    'log.dirs': `${directory}/broker-1`,
    ...SINGLE_BROKER_SETTINGS,
    ...options.settings,
  });
  try {
    const broker = await startBroker({ config, runtime });
    return {
      bootstrap: addressOf(broker),
      clusterId: broker.clusterId,
      brokers: [broker],
      async close() {
        await broker.close();
        await removeData();
      },
    };
  } catch (error) {
    await removeData();
    throw error;
  }
}

function addressOf({ listeners }: Broker): string {
  const [{ host, port } = { host: '127.0.0.1', port: 0 }] = listeners;
  return `${host}:${port}`;
}
