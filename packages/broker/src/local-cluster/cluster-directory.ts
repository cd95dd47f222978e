import { BrokerConfigError, brokerConfigFrom } from '../config.ts';
import type { Clock } from '../runtime/clock.ts';
import { type Disk, DiskError, type LockOutcome } from '../runtime/disk.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Network } from '../runtime/network.ts';
import { parseIdentity } from '../runtime/node-process-identity.ts';
import type { Random } from '../runtime/random.ts';
import { readText } from '../runtime/whole-file.ts';
import { votersOf } from './cluster-growth.ts';
import { isFree, takeFreePort } from './loopback-ports.ts';
import {
  brokerDirectoryName,
  formatManifest,
  MANIFEST_FORMAT_VERSION,
  type Manifest,
  type ManifestBroker,
  parseManifest,
} from './manifest.ts';
import type { ProcessHost } from './process-host.ts';
import { memberConfigs, propertiesText, refusedSetting } from './server-properties.ts';
import { replaceText } from './text-file.ts';

const MANIFEST_FILE = 'cluster.json';
/** Held by the one process that uses a data directory. */
export const LOCK_FILE = 'odradek.lock';
const PROPERTIES_FILE = 'server.properties';

/** The identity of a broker's process, inside the broker's folder, for whoever comes after a killed supervisor. */
export const PROCESS_FILE = 'process.json';

const FIRST_PORT = 9092;
const LAST_PORT = 65_535;

/** A broker left behind notices that its supervisor is gone and stops; after this long it is killed. */
const LEFTOVER_GRACE_MS = 5_000;
const LEFTOVER_PAUSE_MS = 20;

/** The ports a local cluster stands on. */
export interface LocalClusterPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly disk: Disk;
  readonly network: Network;
  readonly logger: Logger;
  readonly host: ProcessHost;
}

export interface LocalClusterOptions {
  /** Absolute path; made when it does not exist. */
  readonly directory: string;
  /** Of a new cluster, 1 unless given; an existing one keeps its own number, and another is refused. */
  readonly brokers?: number;
  /** The first broker's; the others follow. 0 takes free ones. An existing cluster keeps its own unless given. */
  readonly port?: number;
  /** Broker configs by Kafka's names; they stay with the cluster. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A cluster's directory under this process's lock, with manifest and server.properties as they are to run. */
export interface ClusterDirectory {
  readonly path: string;
  readonly manifest: Manifest;
  readonly release: () => Promise<void>;
}

export type DirectoryOutcome =
  | { readonly kind: 'opened'; readonly directory: ClusterDirectory }
  /** Another process has this directory, named in words. */
  | { readonly kind: 'held'; readonly holder: string }
  /** `port` is taken by something else; the cluster would need `count` ports in a row from `firstPort`. */
  | {
      readonly kind: 'port-in-use';
      readonly port: number;
      readonly firstPort: number;
      readonly count: number;
    }
  /** The directory or what was asked for has to change first; one sentence. */
  | { readonly kind: 'refused'; readonly reason: string };

type Refusal = Exclude<DirectoryOutcome, { kind: 'opened' }>;
type ManifestStep = { readonly kind: 'manifest'; readonly manifest: Manifest } | Refusal;

/**
 * Takes the directory's lock before it looks at any TCP port, reads or draws up the manifest, ends what a killed
 * supervisor left behind, and checks the ports. Unless the outcome is `opened` nothing has changed.
 */
export async function openClusterDirectory(
  options: LocalClusterOptions,
  ports: LocalClusterPorts,
): Promise<DirectoryOutcome> {
  const path = options.directory;
  try {
    await ports.disk.makeDirectory(path);
    const lock = await ports.disk.lock(`${path}/${LOCK_FILE}`);
    if (lock.kind === 'held') return lock;
    const outcome = await openLocked(options, ports, lock);
    if (outcome.kind !== 'opened') await lock.release();
    return outcome;
  } catch (error) {
    if (error instanceof DiskError) {
      return {
        kind: 'refused',
        reason: `the data directory ${path} cannot be used (${error.message}); choose another with --data`,
      };
    }
    throw error;
  }
}

/** Where the server.properties of a broker lies, and the folder around it. */
export function brokerPaths(
  directory: string,
  broker: ManifestBroker,
): { folder: string; properties: string } {
  const folder = `${directory}/${brokerDirectoryName(broker.id)}`;
  return { folder, properties: `${folder}/${PROPERTIES_FILE}` };
}

async function openLocked(
  options: LocalClusterOptions,
  ports: LocalClusterPorts,
  lock: Extract<LockOutcome, { kind: 'locked' }>,
): Promise<DirectoryOutcome> {
  for (const key of Object.keys(options.settings ?? {})) {
    const reason = refusedSetting(key);
    if (reason !== null) return { kind: 'refused', reason };
  }
  const path = options.directory;
  const text = await readText(ports.disk, `${path}/${MANIFEST_FILE}`);
  if (text !== null) await endLeftovers(path, ports);
  const step = text === null ? await newManifest(options, ports) : await knownManifest(text, options, ports);
  if (step.kind !== 'manifest') return step;
  const { manifest } = step;
  const problem = configProblem(path, manifest);
  if (problem !== null) return { kind: 'refused', reason: problem };
  const taken = await firstTaken(manifest.brokers, ports.network);
  if (taken !== null) {
    const firstPort = manifest.brokers[0]?.port ?? taken;
    return { kind: 'port-in-use', port: taken, firstPort, count: manifest.brokers.length };
  }
  await write(path, manifest, ports.disk);
  return { kind: 'opened', directory: { path, manifest, release: () => lock.release() } };
}

async function newManifest(options: LocalClusterOptions, ports: LocalClusterPorts): Promise<ManifestStep> {
  const count = options.brokers ?? 1;
  const clientPorts = await choosePorts(options.port ?? FIRST_PORT, count, ports.network);
  if (!Array.isArray(clientPorts)) return clientPorts;
  const brokers: ManifestBroker[] = [];
  for (const [index, port] of clientPorts.entries()) {
    brokers.push({
      id: index + 1,
      port,
      controllerPort: await freeControllerPort(clientPorts, ports.network),
    });
  }
  const manifest: Manifest = {
    formatVersion: MANIFEST_FORMAT_VERSION,
    clusterId: ports.random.uuid(),
    brokers,
    voters: votersOf(count),
    settings: { ...options.settings },
  };
  return { kind: 'manifest', manifest };
}

async function knownManifest(
  text: string,
  options: LocalClusterOptions,
  ports: LocalClusterPorts,
): Promise<ManifestStep> {
  const path = `${options.directory}/${MANIFEST_FILE}`;
  const parsed = parseManifest(text);
  if (parsed.kind === 'unreadable') return { kind: 'refused', reason: `${path}: ${parsed.reason}` };
  const known = parsed.manifest;
  if (options.brokers !== undefined && options.brokers !== known.brokers.length) {
    const reason = `${options.directory} holds a cluster of ${known.brokers.length} broker(s), not of ${options.brokers}; choose another directory with --data`;
    return { kind: 'refused', reason };
  }
  const clientPorts =
    options.port === undefined
      ? known.brokers.map(({ port }) => port)
      : await choosePorts(options.port, known.brokers.length, ports.network);
  if (!Array.isArray(clientPorts)) return clientPorts;
  const brokers: ManifestBroker[] = [];
  for (const [index, broker] of known.brokers.entries()) {
    const kept =
      !clientPorts.includes(broker.controllerPort) && (await isFree(ports.network, broker.controllerPort));
    brokers.push({
      id: broker.id,
      port: clientPorts[index] ?? broker.port,
      controllerPort: kept ? broker.controllerPort : await freeControllerPort(clientPorts, ports.network),
    });
  }
  return {
    kind: 'manifest',
    manifest: { ...known, brokers, settings: { ...known.settings, ...options.settings } },
  };
}

/** What the brokers would refuse of their configs, before any is started; null when they take them. */
function configProblem(path: string, manifest: Manifest): string | null {
  for (const broker of manifest.brokers) {
    try {
      brokerConfigFrom(memberConfigs(manifest, broker, brokerPaths(path, broker).folder));
    } catch (error) {
      if (!(error instanceof BrokerConfigError)) throw error;
      return error.problems
        .map(({ key, message }) => (key === null ? message : `--set ${key}: ${message}`))
        .join('; ');
    }
  }
  return null;
}

async function choosePorts(first: number, count: number, network: Network): Promise<number[] | Refusal> {
  if (first === 0) {
    const chosen: number[] = [];
    while (chosen.length < count) chosen.push(await takeFreePort(network));
    return chosen;
  }
  if (first + count - 1 > LAST_PORT) {
    return {
      kind: 'refused',
      reason: `--port ${first} leaves no room for ${count} broker(s) below ${LAST_PORT}`,
    };
  }
  return Array.from({ length: count }, (_, index) => first + index);
}

async function freeControllerPort(clientPorts: readonly number[], network: Network): Promise<number> {
  for (;;) {
    const port = await takeFreePort(network);
    if (!clientPorts.includes(port)) return port;
  }
}

async function firstTaken(brokers: readonly ManifestBroker[], network: Network): Promise<number | null> {
  for (const { port } of brokers) if (!(await isFree(network, port))) return port;
  return null;
}

async function write(path: string, manifest: Manifest, disk: Disk): Promise<void> {
  for (const broker of manifest.brokers) {
    const { folder } = brokerPaths(path, broker);
    await disk.makeDirectory(folder);
    const text = propertiesText(memberConfigs(manifest, broker, folder));
    await replaceText(disk, { directory: folder, name: PROPERTIES_FILE }, text);
  }
  await replaceText(disk, { directory: path, name: MANIFEST_FILE }, formatManifest(manifest));
}

async function endLeftovers(path: string, ports: LocalClusterPorts): Promise<void> {
  const { clock, disk, host, logger } = ports;
  for (const entry of await disk.list(path)) {
    if (entry.kind !== 'directory') continue;
    const text = await readText(disk, `${path}/${entry.name}/${PROCESS_FILE}`);
    const leftover = text === null ? null : parseIdentity(text);
    if (leftover === null || !host.isRunning(leftover)) continue;
    logger.warn(
      { pid: leftover.pid, broker: entry.name },
      'a broker of a killed supervisor still runs; waiting',
    );
    const deadline = clock.monotonicMs() + LEFTOVER_GRACE_MS;
    while (host.isRunning(leftover)) {
      if (clock.monotonicMs() >= deadline) host.kill(leftover);
      await new Promise<void>((resolve) => clock.after(LEFTOVER_PAUSE_MS, resolve));
    }
  }
}
