import { tmpdir } from 'node:os';
import { jsonLogger } from '../runtime/json-logger.ts';
import { nodeClock } from '../runtime/node-clock.ts';
import { nodeDisk } from '../runtime/node-disk.ts';
import { nodeNetwork } from '../runtime/node-network.ts';
import { nodeRandom } from '../runtime/node-random.ts';
import { readText } from '../runtime/whole-file.ts';
import { embeddedHost } from './embedded-host.ts';
import { type BrokerStatus, type LocalCluster, openLocalCluster } from './local-cluster.ts';
import { MANIFEST_FILE } from './manifest.ts';
import type { BrokerState } from './supervision.ts';

export interface StartClusterOptions {
  /** How many brokers; 1 unless given, or as many as a directory that was used before has. */
  readonly brokers?: number;
  /** TCP port of the first broker; the others follow. Free ones unless given. */
  readonly port?: number;
  /**
   * Where the brokers keep their data, absolute. What is there is used again, on the same TCP ports. Without it a new
   * directory that `close` removes.
   */
  readonly directory?: string;
  /** Broker configs by Kafka's names; they win over the cluster's own. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Brokers in the caller's own process, on TCP ports of 127.0.0.1. */
export interface EmbeddedCluster {
  /** `host:port` of every broker, for clients. */
  readonly bootstrapServers: string;
  readonly clusterId: string;
  readonly brokers: readonly EmbeddedBroker[];
  /** Stops a broker cleanly: others take over what it leads. Rejects with a sentence where that makes no sense. */
  stopBroker(id: number): Promise<void>;
  /** Ends a broker as `kill -9` ends a process. It stays stopped until it is started. */
  killBroker(id: number): Promise<void>;
  /** Resolves when the broker answers. */
  startBroker(id: number): Promise<void>;
  /** Stops all brokers. No TCP port and no directory is held then. */
  close(): Promise<void>;
}

export interface EmbeddedBroker {
  readonly id: number;
  readonly state: BrokerState;
  /** Of the listener for clients. */
  readonly port: number;
  /** Why it failed or was ended last; null when there is nothing to say. */
  readonly reason: string | null;
}

/** Starts a cluster for a test run or a desktop. Rejects with a sentence; nothing is left behind then. */
export async function startCluster(options: StartClusterOptions = {}): Promise<EmbeddedCluster> {
  const { brokers } = options;
  if (brokers !== undefined && !(Number.isInteger(brokers) && brokers > 0)) {
    throw new RangeError(`brokers: ${brokers} is no number of brokers`);
  }
  if (options.directory !== undefined) return start(options.directory, options);
  for (let attempt = 1; ; attempt++) {
    const directory = `${tmpdir()}/odradek-embedded-${nodeRandom().uuid()}`;
    const removeData = () => nodeDisk.removeDirectory(directory);
    try {
      const cluster = await start(directory, options);
      return {
        ...cluster,
        get brokers() {
          return cluster.brokers;
        },
        close: async () => {
          await cluster.close();
          await removeData();
        },
      };
    } catch (error) {
      await removeData();
      // Somebody else has taken a port that was free when it was chosen.
      const isOvertaken = error instanceof PortTakenError && options.port === undefined;
      if (!isOvertaken || attempt === ATTEMPTS) throw error;
    }
  }
}

const ATTEMPTS = 3;

class PortTakenError extends Error {}

async function start(directory: string, options: StartClusterOptions): Promise<EmbeddedCluster> {
  const { brokers, port, settings } = options;
  const isNew = (await readText(nodeDisk, `${directory}/${MANIFEST_FILE}`)) === null;
  const opened = await openLocalCluster(
    {
      directory,
      ...(isNew ? { brokers: 1, port: 0 } : {}),
      ...(brokers === undefined ? {} : { brokers }),
      ...(port === undefined ? {} : { port }),
      ...(settings === undefined ? {} : { settings }),
    },
    {
      clock: nodeClock,
      random: nodeRandom(),
      disk: nodeDisk,
      network: nodeNetwork,
      logger: jsonLogger('error'),
      host: embeddedHost,
    },
  );
  switch (opened.kind) {
    case 'opened':
      return started(opened.cluster);
    case 'held':
      throw new Error(`${directory} is in use by ${opened.holder}`);
    case 'port-in-use':
      throw new PortTakenError(`TCP port ${opened.port} is in use by another program`);
    case 'refused':
      throw new Error(opened.reason);
  }
}

async function started(cluster: LocalCluster): Promise<EmbeddedCluster> {
  const outcome = await cluster.start();
  if (outcome.kind !== 'running') {
    await cluster.close();
    throw outcome.kind === 'failed' ? failureOf(outcome.broker) : new Error('the cluster was stopped');
  }
  return {
    bootstrapServers: cluster.bootstrap,
    clusterId: cluster.clusterId,
    get brokers() {
      return cluster.brokers.map(({ id, state, port, reason }) => ({ id, state, port, reason }));
    },
    stopBroker: async (id) => void (await cluster.stopBroker(id)),
    killBroker: async (id) => void (await cluster.killBroker(id)),
    startBroker: async (id) => void (await cluster.startBroker(id)),
    close: () => cluster.close(),
  };
}

function failureOf({ id, reason }: BrokerStatus): Error {
  const sentence = `broker ${id} could not be started: ${reason ?? 'it gives no reason'}`;
  return /TCP port \d+ is in use/.test(sentence) ? new PortTakenError(sentence) : new Error(sentence);
}
