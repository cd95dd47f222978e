import { BrokerConfigError, brokerConfigFrom } from '../config/config.ts';
import { DamagedFileError } from '../log/checkpoint-files.ts';
import { type Disk, DiskError, type LockOutcome } from '../runtime/disk.ts';
import type { Network } from '../runtime/network.ts';
import { parseIdentity } from '../runtime/node-process-identity.ts';
import { readText } from '../runtime/whole-file.ts';
import type { LocalClusterOptions, LocalClusterPorts } from './cluster-options.ts';
import { isFree } from './loopback-ports.ts';
import {
  brokerDirectoryName,
  formatManifest,
  MANIFEST_FILE,
  type Manifest,
  type ManifestBroker,
} from './manifest.ts';
import { planKnown, planNew } from './manifest-plan.ts';
import { memberConfigs, propertiesText, refusedSetting } from './server-properties.ts';
import { noteText, replaceText } from './text-file.ts';

/** Held by the one process that uses a data directory. */
export const LOCK_FILE = 'odradek.lock';
const PROPERTIES_FILE = 'server.properties';

/** The identity of a broker's process, inside the broker's folder, for whoever comes after a killed supervisor. */
export const PROCESS_FILE = 'process.json';

/** A broker left behind notices that its supervisor is gone and stops; after this long it is killed. */
const LEFTOVER_GRACE_MS = 5_000;
const LEFTOVER_PAUSE_MS = 20;

export type DirectoryOutcome =
  | {
      readonly kind: 'opened';
      readonly directory: ClusterDirectory;
      /** What a person may not expect, in sentences. */
      readonly notes: readonly string[];
    }
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

/** A cluster's directory under this process's lock, with manifest and server.properties as they are to run. */
export class ClusterDirectory {
  readonly path: string;
  readonly #disk: Disk;
  readonly #lock: HeldLock;
  #manifest: Manifest;

  constructor(path: string, manifest: Manifest, { disk, lock }: { disk: Disk; lock: HeldLock }) {
    this.path = path;
    this.#manifest = manifest;
    this.#disk = disk;
    this.#lock = lock;
  }

  get manifest(): Manifest {
    return this.#manifest;
  }

  /** Replaces the manifest and each broker's server.properties, which a broker reads when it is started next. */
  async change(manifest: Manifest): Promise<void> {
    await write(this.path, manifest, this.#disk);
    this.#manifest = manifest;
  }

  /** Takes away all that lies in the folder of a broker which the manifest does not name. */
  removeFolder(id: number): Promise<void> {
    return this.#disk.removeDirectory(`${this.path}/${brokerDirectoryName(id)}`);
  }

  release(): Promise<void> {
    return this.#lock.release();
  }
}

type HeldLock = Extract<LockOutcome, { kind: 'locked' }>;

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
    if (error instanceof DamagedFileError) return { kind: 'refused', reason: error.message };
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
  lock: HeldLock,
): Promise<DirectoryOutcome> {
  for (const key of Object.keys(options.settings ?? {})) {
    const reason = refusedSetting(key);
    if (reason !== null) return { kind: 'refused', reason };
  }
  const path = options.directory;
  const text = await readText(ports.disk, `${path}/${MANIFEST_FILE}`);
  if (text !== null) await endLeftovers(path, ports);
  const plan = text === null ? await planNew(options, ports) : await planKnown(text, options, ports);
  if (plan.kind === 'refused') return plan;
  const { manifest, notes } = plan;
  const problem = configProblem(path, manifest);
  if (problem !== null) return { kind: 'refused', reason: problem };
  const taken = await firstTaken(manifest.brokers, ports.network);
  if (taken !== null) {
    const firstPort = manifest.brokers[0]?.port ?? taken;
    return { kind: 'port-in-use', port: taken, firstPort, count: manifest.brokers.length };
  }
  const directory = new ClusterDirectory(path, manifest, { disk: ports.disk, lock });
  await directory.change(manifest);
  return { kind: 'opened', directory, notes };
}

/** What the brokers would refuse of their configs, before any is started; null when they take them. */
export function configProblem(path: string, manifest: Manifest): string | null {
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

async function firstTaken(brokers: readonly ManifestBroker[], network: Network): Promise<number | null> {
  const free = await Promise.all(brokers.map(({ port }) => isFree(network, port)));
  return brokers[free.indexOf(false)]?.port ?? null;
}

async function write(path: string, manifest: Manifest, disk: Disk): Promise<void> {
  const writes = manifest.brokers.map(async (broker) => {
    const { folder } = brokerPaths(path, broker);
    await disk.makeDirectory(folder);
    const text = propertiesText(memberConfigs(manifest, broker, folder));
    // Written again at each opening: it need not outlive a power cut.
    await noteText(disk, { directory: folder, name: PROPERTIES_FILE }, text);
  });
  await Promise.all(writes);
  await replaceText(disk, { directory: path, name: MANIFEST_FILE }, formatManifest(manifest));
}

/** The processes of a killed supervisor, all at the same time. */
async function endLeftovers(path: string, ports: LocalClusterPorts): Promise<void> {
  const folders = (await ports.disk.list(path)).filter(({ kind }) => kind === 'directory');
  await Promise.all(folders.map(({ name }) => endLeftover(`${path}/${name}`, ports)));
}

async function endLeftover(folder: string, { clock, disk, host, logger }: LocalClusterPorts): Promise<void> {
  const text = await readText(disk, `${folder}/${PROCESS_FILE}`);
  const leftover = text === null ? null : parseIdentity(text);
  if (leftover === null || !host.isRunning(leftover)) return;
  logger.warn({ pid: leftover.pid, folder }, 'a broker of a killed supervisor still runs; waiting');
  // One that was halted can notice nothing.
  host.wake(leftover);
  const deadline = clock.monotonicMs() + LEFTOVER_GRACE_MS;
  while (host.isRunning(leftover)) {
    if (clock.monotonicMs() >= deadline) host.kill(leftover);
    await new Promise<void>((resolve) => clock.after(LEFTOVER_PAUSE_MS, resolve));
  }
}
