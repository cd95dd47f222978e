import type { LockOutcome } from '../runtime/disk.ts';
import type { Logger } from '../runtime/logger.ts';
import { nodeClock } from '../runtime/node-clock.ts';
import { nodeDisk } from '../runtime/node-disk.ts';
import { nodeNetwork } from '../runtime/node-network.ts';
import { nodeRandom } from '../runtime/node-random.ts';
import { readText } from '../runtime/whole-file.ts';
import * as action from './broker-action.ts';
import { BrokerActionError } from './broker-action.ts';
import { BrokerLogFile } from './broker-log-file.ts';
import { childProcessHost } from './child-process-host.ts';
import { addToCluster, type ClusterInChange, removeFromCluster } from './cluster-changes.ts';
import {
  brokerPaths,
  type ClusterDirectory,
  type DirectoryOutcome,
  LOCK_FILE,
  openClusterDirectory,
  PROCESS_FILE,
} from './cluster-directory.ts';
import type { LocalClusterOptions, LocalClusterPorts } from './cluster-options.ts';
import { LOOPBACK } from './loopback-ports.ts';
import { MANIFEST_FILE, type ManifestBroker, parseManifest } from './manifest.ts';
import { roundTrip } from './round-trip.ts';
import { SupervisedBroker } from './supervised-broker.ts';
import type { BrokerState } from './supervision.ts';
import { noteText } from './text-file.ts';

export { BrokerActionError } from './broker-action.ts';
export { DEFAULT_BROKERS, type LocalClusterOptions, type LocalClusterPorts } from './cluster-options.ts';
export { LOCAL_TIMING } from './cluster-timing.ts';

const LOG_FILE = 'broker.log';

export type OpenOutcome =
  | {
      readonly kind: 'opened';
      readonly cluster: LocalCluster;
      /** What a person may not expect of the cluster, in sentences. */
      readonly notes: readonly string[];
    }
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
  /** Whether it is one of those that vote on metadata. */
  readonly isVoter: boolean;
  /** Why it failed, died last or was ended; null when there is nothing to say. */
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

/** The TCP ports for clients that the brokers of a directory have; null where there is no cluster yet. */
export async function keptPortsOf(directory: string): Promise<readonly number[] | null> {
  const text = await readText(nodeDisk, `${directory}/${MANIFEST_FILE}`);
  const parsed = text === null ? null : parseManifest(text);
  if (parsed === null || parsed.kind === 'unreadable') return null;
  return parsed.manifest.brokers.map(({ port }) => port);
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
  const { directory, notes } = outcome;
  return { kind: 'opened', cluster: new LocalCluster(directory, ports), notes };
}

/** A broker's process and where its log goes. */
interface Member {
  readonly supervised: SupervisedBroker;
  readonly log: BrokerLogFile;
}

/**
 * Supervises the broker processes of one cluster on this machine. Brokers listen on 127.0.0.1 only. What is asked of a
 * broker resolves when it is true and rejects with a {@link BrokerActionError} when it cannot be.
 */
export class LocalCluster {
  readonly #directory: ClusterDirectory;
  readonly #ports: LocalClusterPorts;
  readonly #members = new Map<number, Member>();
  readonly #listeners = new Set<(broker: BrokerStatus) => void>();
  /** Brokers are added and removed one after the other. */
  #change: Promise<unknown> = Promise.resolve();
  #isClosing = false;

  constructor(directory: ClusterDirectory, ports: LocalClusterPorts) {
    this.#directory = directory;
    this.#ports = ports;
    for (const broker of directory.manifest.brokers) this.#supervise(broker);
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
  onChange(listener: (broker: BrokerStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Starts every broker at the same time; resolves when all are running, or one cannot. */
  start(): Promise<StartOutcome> {
    const outcome = this.#settled((brokers): StartOutcome | null => {
      const failed = brokers.find(({ state }) => state === 'failed');
      if (failed !== undefined) return { kind: 'failed', broker: failed };
      if (brokers.every(({ state }) => state === 'running')) return { kind: 'running' };
      return this.#isStopped() ? { kind: 'stopped' } : null;
    });
    for (const { supervised } of this.#members.values()) supervised.tell({ kind: 'start' });
    return outcome;
  }

  /** Stops all brokers at the same time, each cleanly or, after a grace period, by force. */
  async stop(): Promise<void> {
    const stopped = this.#settled(() => (this.#isStopped() ? true : null));
    for (const { supervised } of this.#members.values()) supervised.tell({ kind: 'stop' });
    if (!this.#isStopped()) await stopped;
  }

  /** Stops the brokers and gives the directory back; whatever is asked from now on is refused. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.stop();
    await this.#change.catch(() => {});
    for (const { log } of this.#members.values()) await log.close();
    await this.#directory.release();
  }

  /** Resolves when the broker has answered. */
  startBroker(id: number): Promise<BrokerStatus> {
    return this.#act(id, action.start);
  }

  /** Stops it cleanly or, after a grace period, by force. */
  stopBroker(id: number): Promise<BrokerStatus> {
    return this.#act(id, action.stop);
  }

  restartBroker(id: number): Promise<BrokerStatus> {
    return this.#act(id, action.restart);
  }

  /** Ends the process at once, as a crash would. It stays stopped until it is started. */
  killBroker(id: number): Promise<BrokerStatus> {
    return this.#act(id, action.kill);
  }

  /** Holds the process still; its connections stay open. */
  pauseBroker(id: number): Promise<BrokerStatus> {
    return this.#act(id, action.pause);
  }

  /** Lets a halted process go on. */
  resumeBroker(id: number): Promise<BrokerStatus> {
    return this.#act(id, action.resume);
  }

  /** Adds an observer to the cluster and starts it; topics that are there stay where they are. */
  addBroker(): Promise<BrokerStatus> {
    return this.#changing(async (cluster) => {
      const broker = await addToCluster(cluster, this.#ports);
      this.#supervise(broker);
      await this.#act(broker.id, action.start);
      return this.#statusOf(broker);
    });
  }

  /** Takes an observer that holds no replicas out of the cluster, and removes its folder. */
  removeBroker(id: number): Promise<void> {
    return this.#changing(async (cluster) => {
      const { log } = this.#memberOf(id);
      await removeFromCluster(cluster, id, this.#ports);
      this.#members.delete(id);
      await log.close();
      await this.#directory.removeFolder(id);
    });
  }

  async #act(id: number, act: (broker: SupervisedBroker) => Promise<void>): Promise<BrokerStatus> {
    const { supervised } = this.#memberOf(id);
    this.#refuseWhenClosing();
    await act(supervised);
    return this.#statusOf(this.#entryOf(id));
  }

  #changing<Answer>(change: (cluster: ClusterInChange) => Promise<Answer>): Promise<Answer> {
    const done = this.#change.then(() => {
      this.#refuseWhenClosing();
      return change({
        directory: this.#directory,
        stop: async (id) => {
          const { supervised } = this.#memberOf(id);
          const { wanted } = supervised.supervision;
          await action.stop(supervised);
          return wanted;
        },
        start: (id) => action.start(this.#memberOf(id).supervised),
        runningBesides: (id) =>
          this.brokers.find((each) => each.id !== id && each.state === 'running')?.port ?? null,
      });
    });
    this.#change = done.catch(() => {});
    return done;
  }

  #refuseWhenClosing(): void {
    if (this.#isClosing) throw new BrokerActionError('conflict', 'The cluster is being stopped.');
  }

  #memberOf(id: number): Member {
    const member = this.#members.get(id);
    if (member === undefined) {
      throw new BrokerActionError('unknown', `This cluster has no broker ${id}.`);
    }
    return member;
  }

  #entryOf(id: number): ManifestBroker {
    const entry = this.#directory.manifest.brokers.find((broker) => broker.id === id);
    if (entry === undefined) throw new BrokerActionError('unknown', `Broker ${id} was removed.`);
    return entry;
  }

  #supervise(broker: ManifestBroker): void {
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
    this.#members.set(broker.id, { supervised, log });
  }

  #statusOf(broker: ManifestBroker): BrokerStatus {
    const { supervised } = this.#memberOf(broker.id);
    const { state, reason } = supervised.supervision;
    return {
      id: broker.id,
      state,
      pid: supervised.pid,
      port: broker.port,
      controllerPort: broker.controllerPort,
      directory: brokerPaths(this.#directory.path, broker).folder,
      isVoter: this.#directory.manifest.voters.some(({ id }) => id === broker.id),
      reason,
    };
  }

  #isStopped(): boolean {
    return [...this.#members.values()].every(({ supervised: { supervision } }) => {
      return supervision.state === 'stopped' && !supervision.wanted;
    });
  }

  /** Resolves with the first answer that is not null, asked for after each change. */
  #settled<Answer>(ask: (brokers: readonly BrokerStatus[]) => Answer | null): Promise<Answer> {
    return new Promise((resolve) => {
      const unsubscribe = this.onChange(() => {
        const answer = ask(this.brokers);
        if (answer === null) return;
        unsubscribe();
        resolve(answer);
      });
    });
  }
}
