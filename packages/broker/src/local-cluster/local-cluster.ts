import type { LockOutcome } from '../runtime/disk.ts';
import type { Logger } from '../runtime/logger.ts';
import { nodeClock } from '../runtime/node-clock.ts';
import { nodeDisk } from '../runtime/node-disk.ts';
import { nodeNetwork } from '../runtime/node-network.ts';
import { nodeRandom } from '../runtime/node-random.ts';
import { BrokerLogFile } from './broker-log-file.ts';
import { childProcessHost } from './child-process-host.ts';
import {
  brokerPaths,
  type ClusterDirectory,
  type DirectoryOutcome,
  LOCK_FILE,
  type LocalClusterOptions,
  type LocalClusterPorts,
  openClusterDirectory,
  PROCESS_FILE,
} from './cluster-directory.ts';
import { LOOPBACK } from './loopback-ports.ts';
import type { ManifestBroker } from './manifest.ts';
import { roundTrip } from './round-trip.ts';
import { SupervisedBroker } from './supervised-broker.ts';
import type { BrokerState } from './supervision.ts';
import { noteText } from './text-file.ts';

export type { LocalClusterOptions, LocalClusterPorts } from './cluster-directory.ts';

const LOG_FILE = 'broker.log';

export type OpenOutcome =
  | { readonly kind: 'opened'; readonly cluster: LocalCluster }
  | Exclude<DirectoryOutcome, { kind: 'opened' }>;

export interface BrokerStatus {
  readonly id: number;
  readonly state: BrokerState;
  /** Null while there is no process. */
  readonly pid: number | null;
  readonly port: number;
  readonly controllerPort: number;
  /** The broker's own folder, absolute: its server.properties, its log and its data. */
  readonly directory: string;
  /** Why it failed or died last; null when there is nothing to say. */
  readonly reason: string | null;
}

export type StartOutcome =
  | { readonly kind: 'running' }
  /** One broker is `failed`; the others are left as they are. */
  | { readonly kind: 'failed'; readonly broker: BrokerStatus }
  /** `stop` was called meanwhile. */
  | { readonly kind: 'stopped' };

/** The ports of this machine; brokers are child processes that run `program`, the broker process's entry file. */
export function machinePorts(program: string, logger: Logger): LocalClusterPorts {
  return {
    clock: nodeClock,
    random: nodeRandom(),
    disk: nodeDisk,
    network: nodeNetwork,
    logger,
    host: childProcessHost(program),
  };
}

/**
 * Takes a data directory that holds no cluster (the console's own) for this process; it is made when it is missing.
 * Throws a DiskError.
 */
export async function lockDirectory(directory: string): Promise<LockOutcome> {
  await nodeDisk.makeDirectory(directory);
  return nodeDisk.lock(`${directory}/${LOCK_FILE}`);
}

/**
 * Opens a cluster that lives in one directory: `cluster.json`, one folder per broker, and a lock that this process
 * holds until `close`. Nothing is started.
 */
export async function openLocalCluster(
  options: LocalClusterOptions,
  ports: LocalClusterPorts,
): Promise<OpenOutcome> {
  const outcome = await openClusterDirectory(options, ports);
  if (outcome.kind !== 'opened') return outcome;
  return { kind: 'opened', cluster: new LocalCluster(outcome.directory, ports) };
}

/** Supervises the broker processes of one cluster on this machine. Brokers listen on 127.0.0.1 only. */
export class LocalCluster {
  readonly #directory: ClusterDirectory;
  readonly #ports: LocalClusterPorts;
  readonly #brokers = new Map<
    number,
    { readonly supervised: SupervisedBroker; readonly log: BrokerLogFile }
  >();
  readonly #listeners = new Set<(broker: BrokerStatus) => void>();

  constructor(directory: ClusterDirectory, ports: LocalClusterPorts) {
    this.#directory = directory;
    this.#ports = ports;
    for (const broker of directory.manifest.brokers) this.#brokers.set(broker.id, this.#supervise(broker));
  }

  /** Absolute path of the cluster's directory. */
  get directory(): string {
    return this.#directory.path;
  }

  get clusterId(): string {
    return this.#directory.manifest.clusterId;
  }

  /** `host:port` of every broker, for clients. */
  get bootstrap(): string {
    return this.#directory.manifest.brokers.map(({ port }) => `${LOOPBACK}:${port}`).join(',');
  }

  /** In the order of their ids. */
  get brokers(): readonly BrokerStatus[] {
    return this.#directory.manifest.brokers.map((broker) => this.#statusOf(broker));
  }

  /** Tells `listener` each change of a broker's state, until the function returned is called. */
  subscribe(listener: (broker: BrokerStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Starts every broker; resolves when all are running, or one cannot. */
  start(): Promise<StartOutcome> {
    const outcome = this.#settled((brokers): StartOutcome | null => {
      const failed = brokers.find(({ state }) => state === 'failed');
      if (failed !== undefined) return { kind: 'failed', broker: failed };
      if (brokers.every(({ state }) => state === 'running')) return { kind: 'running' };
      return this.#isStopped() ? { kind: 'stopped' } : null;
    });
    for (const id of this.#brokers.keys()) this.startBroker(id);
    return outcome;
  }

  /** Stops all brokers at the same time, each cleanly or, after a grace period, by force. */
  async stop(): Promise<void> {
    const stopped = this.#settled(() => (this.#isStopped() ? true : null));
    for (const id of this.#brokers.keys()) this.stopBroker(id);
    if (!this.#isStopped()) await stopped;
  }

  /** Stops the brokers and gives the directory back. */
  async close(): Promise<void> {
    await this.stop();
    for (const { log } of this.#brokers.values()) await log.close();
    await this.#directory.release();
  }

  /** Throws a RangeError for an id the cluster does not have, as do the four below. */
  startBroker(id: number): void {
    this.#brokerOf(id).tell({ kind: 'start' });
  }

  stopBroker(id: number): void {
    this.#brokerOf(id).tell({ kind: 'stop' });
  }

  /** Ends the process at once, as a crash would; it is started again. */
  killBroker(id: number): void {
    this.#brokerOf(id).tell({ kind: 'kill' });
  }

  /** Holds the process still; its connections stay open. */
  pauseBroker(id: number): void {
    this.#brokerOf(id).tell({ kind: 'pause' });
  }

  /** Lets a paused process go on; it is `running` once it has answered. */
  resumeBroker(id: number): void {
    this.#brokerOf(id).tell({ kind: 'resume' });
  }

  #brokerOf(id: number): SupervisedBroker {
    const broker = this.#brokers.get(id);
    if (broker === undefined) throw new RangeError(`this cluster has no broker ${id}`);
    return broker.supervised;
  }

  #supervise(broker: ManifestBroker): { supervised: SupervisedBroker; log: BrokerLogFile } {
    const { clock, disk, host, logger, network } = this.#ports;
    const { folder, properties } = brokerPaths(this.#directory.path, broker);
    const log = new BrokerLogFile({ disk, logger, path: `${folder}/${LOG_FILE}` });
    const supervised = new SupervisedBroker({
      id: broker.id,
      configFile: properties,
      log,
      host,
      clock,
      logger,
      probe: () =>
        roundTrip({ network, clock }, { address: { host: LOOPBACK, port: broker.port }, nodeId: broker.id }),
      onSpawned: (identity) => {
        noteText(disk, { directory: folder, name: PROCESS_FILE }, JSON.stringify(identity)).catch(
          (error: unknown) => {
            logger.warn({ broker: broker.id, error }, 'the process of a broker cannot be noted down');
          },
        );
      },
      onChange: () => {
        for (const listener of this.#listeners) listener(this.#statusOf(broker));
      },
    });
    return { supervised, log };
  }

  #statusOf(broker: ManifestBroker): BrokerStatus {
    const supervised = this.#brokerOf(broker.id);
    const { state, reason } = supervised.supervision;
    return {
      id: broker.id,
      state,
      pid: supervised.pid,
      port: broker.port,
      controllerPort: broker.controllerPort,
      directory: brokerPaths(this.#directory.path, broker).folder,
      reason,
    };
  }

  #isStopped(): boolean {
    return [...this.#brokers.values()].every(({ supervised: { supervision } }) => {
      return supervision.state === 'stopped' && !supervision.wanted;
    });
  }

  /** Resolves with the first answer that is not null, asked for after each change. */
  #settled<Answer>(ask: (brokers: readonly BrokerStatus[]) => Answer | null): Promise<Answer> {
    return new Promise((resolve) => {
      const unsubscribe = this.subscribe(() => {
        const answer = ask(this.brokers);
        if (answer === null) return;
        unsubscribe();
        resolve(answer);
      });
    });
  }
}
