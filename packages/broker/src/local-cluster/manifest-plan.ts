import { readMetaProperties } from '../log/directory-files.ts';
import { type Growth, growth, votersOf } from './cluster-growth.ts';
import { DEFAULT_BROKERS, type LocalClusterOptions, type LocalClusterPorts } from './cluster-options.ts';
import { isFree, LAST_PORT, takeFreePort } from './loopback-ports.ts';
import {
  brokerDirectoryName,
  DATA_DIRECTORY,
  type FirstManifest,
  MANIFEST_FILE,
  MANIFEST_FORMAT_VERSION,
  type Manifest,
  type ManifestBroker,
  parseManifest,
} from './manifest.ts';

const FIRST_PORT = 9092;

export type ManifestPlan =
  | {
      readonly kind: 'manifest';
      readonly manifest: Manifest;
      /** What a person may not expect, in sentences. */
      readonly notes: readonly string[];
    }
  /** The directory or what was asked for has to change first; one sentence. */
  | { readonly kind: 'refused'; readonly reason: string };

type PlanPorts = Pick<LocalClusterPorts, 'network' | 'random' | 'disk'>;

/** The manifest of a cluster that is to be made. */
export async function planNew(options: LocalClusterOptions, ports: PlanPorts): Promise<ManifestPlan> {
  const count = options.brokers ?? DEFAULT_BROKERS;
  const clientPorts = await choosePorts(options.port ?? FIRST_PORT, count, ports);
  if (clientPorts === null) return noRoom(options, count);
  const taken = new Set(clientPorts);
  const brokers: ManifestBroker[] = [];
  for (const [index, port] of clientPorts.entries()) {
    brokers.push({ id: index + 1, port, controllerPort: await takeFreePort(ports, taken) });
  }
  const manifest: Manifest = {
    formatVersion: MANIFEST_FORMAT_VERSION,
    clusterId: ports.random.uuid(),
    brokers,
    voters: votersOf(count).map((id) => ({ id, directoryId: ports.random.uuid() })),
    settings: { ...options.settings },
  };
  return { kind: 'manifest', manifest, notes: [] };
}

/** The manifest of a cluster that is there, as it is to run now; `text` is that of its `cluster.json`. */
export async function planKnown(
  text: string,
  options: LocalClusterOptions,
  ports: PlanPorts,
): Promise<ManifestPlan> {
  const parsed = parseManifest(text);
  const { directory } = options;
  if (parsed.kind === 'unreadable') {
    return { kind: 'refused', reason: `${directory}/${MANIFEST_FILE}: ${parsed.reason}` };
  }
  const known =
    parsed.kind === 'manifest' ? parsed.manifest : await upgraded(parsed.manifest, directory, ports);
  const grown = growth(membersOf(known), options.brokers ?? known.brokers.length);
  if (grown.kind === 'refused') return { kind: 'refused', reason: `${directory}: ${grown.reason}` };
  const added = grown.kind === 'grown' ? grown.added : [];
  const count = known.brokers.length + added.length;
  const clientPorts =
    options.port === undefined
      ? await keptPorts(known.brokers, added.length, ports)
      : await choosePorts(options.port, count, ports, known.brokers);
  if (clientPorts === null) return noRoom(options, count);
  const ids = [...known.brokers.map(({ id }) => id), ...added];
  const manifest: Manifest = {
    ...known,
    brokers: await placed(ids, clientPorts, known.brokers, ports),
    settings: { ...known.settings, ...options.settings },
  };
  return { kind: 'manifest', manifest, notes: notesOn(grown, count) };
}

function notesOn(grown: Growth, count: number): string[] {
  if (grown.kind !== 'grown') return [];
  const who = grown.added.length === 1 ? 'Broker' : 'Brokers';
  const offer = `${who} ${grown.added.join(', ')} will hold nothing until replicas are moved there: odradek topics reassign plan --all --replication-factor ${Math.min(count, 3)}`;
  return grown.note === null ? [offer] : [grown.note, offer];
}

/** The manifest with one broker more, an observer; null when no TCP port is left. */
export async function planBroker(
  manifest: Manifest,
  ports: PlanPorts,
): Promise<{ manifest: Manifest; broker: ManifestBroker } | null> {
  const { brokers } = manifest;
  const clientPorts = await keptPorts(brokers, 1, ports);
  const port = clientPorts?.at(-1);
  if (port === undefined) return null;
  const taken = new Set([port, ...brokers.flatMap((broker) => [broker.port, broker.controllerPort])]);
  const id = Math.max(...brokers.map((broker) => broker.id)) + 1;
  const broker = { id, port, controllerPort: await takeFreePort(ports, taken) };
  return { manifest: { ...manifest, brokers: [...brokers, broker] }, broker };
}

/** Who is in the cluster and who votes. */
export function membersOf({ brokers, voters }: Manifest): { brokers: number[]; voters: number[] } {
  return { brokers: brokers.map(({ id }) => id), voters: voters.map(({ id }) => id) };
}

/** A manifest of the first format: its voters' directories say themselves what they were made with. */
async function upgraded(
  first: FirstManifest,
  directory: string,
  { disk, random }: PlanPorts,
): Promise<Manifest> {
  const voters: Manifest['voters'] = [];
  for (const id of first.voters) {
    const data = `${directory}/${brokerDirectoryName(id)}/${DATA_DIRECTORY}`;
    const meta = await readMetaProperties(disk, data);
    voters.push({ id, directoryId: meta?.directoryId ?? random.uuid() });
  }
  return { ...first, formatVersion: MANIFEST_FORMAT_VERSION, voters };
}

/** Brokers with their TCP ports. A controller port stays as long as it can be bound: the others know it by it. */
async function placed(
  ids: readonly number[],
  clientPorts: readonly number[],
  known: readonly ManifestBroker[],
  ports: PlanPorts,
): Promise<ManifestBroker[]> {
  const taken = new Set([...clientPorts, ...known.map(({ controllerPort }) => controllerPort)]);
  const brokers: ManifestBroker[] = [];
  for (const [index, id] of ids.entries()) {
    const port = clientPorts[index] ?? 0;
    const before = known.find((broker) => broker.id === id)?.controllerPort;
    const isKept =
      before !== undefined && !clientPorts.includes(before) && (await isFree(ports.network, before));
    brokers.push({ id, port, controllerPort: isKept ? before : await takeFreePort(ports, taken) });
  }
  return brokers;
}

/**
 * `count` client ports in a row from `first`; where it is 0, those that the brokers had before and that are free, and any
 * for the others. By its address a broker is known to be the one that was there (`controller/broker-registration.ts`).
 */
async function choosePorts(
  first: number,
  count: number,
  ports: PlanPorts,
  before: readonly ManifestBroker[] = [],
): Promise<number[] | null> {
  if (first === 0) {
    const taken = new Set(before.map(({ port }) => port));
    const chosen: number[] = [];
    for (let index = 0; index < count; index++) {
      const had = before[index]?.port;
      const isKept = had !== undefined && (await isFree(ports.network, had));
      chosen.push(isKept ? had : await takeFreePort(ports, taken));
    }
    return chosen;
  }
  if (first + count - 1 > LAST_PORT) return null;
  return Array.from({ length: count }, (_, index) => first + index);
}

/** The client ports that the brokers have, and for each that is added the next one above them that is free. */
async function keptPorts(
  known: readonly ManifestBroker[],
  addedCount: number,
  { network }: PlanPorts,
): Promise<number[] | null> {
  const kept = known.map(({ port }) => port);
  const others = new Set(known.map(({ controllerPort }) => controllerPort));
  for (let port = Math.max(...kept) + 1; kept.length < known.length + addedCount; port++) {
    if (port > LAST_PORT) return null;
    if (!others.has(port) && (await isFree(network, port))) kept.push(port);
  }
  return kept;
}

function noRoom({ port }: LocalClusterOptions, count: number): ManifestPlan {
  const what = port === undefined ? 'the TCP ports above those of the cluster' : `--port ${port}`;
  return { kind: 'refused', reason: `${what} leave no room for ${count} brokers below ${LAST_PORT}` };
}
