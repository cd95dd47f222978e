import { AcknowledgedRecords, type WriterPromise } from './acknowledged-records.ts';
import type { ChaosCluster } from './chaos-cluster.ts';
import { type ClientName, ClientProcess } from './client-process.ts';
import { type FaultKind, faultSchedule, type PlannedFault } from './fault-schedule.ts';
import { carryOut, type Fault } from './faults.ts';
import { ReadRecords } from './read-records.ts';
import { SeededRandom } from './seeded-random.ts';

export const TOPIC = 'chaos';
export const PARTITIONS = 12;

/**
 * The writers, two of each client; each writes to all partitions. Java holds a partition back while a request of it is
 * unanswered; librdkafka counts requests by broker, so a new leader gets records before those are sent again that the
 * old one did not answer: it keeps the order only where it is idempotent.
 */
const WRITERS: Readonly<Record<ClientName, readonly (WriterPromise & { readonly name: string })[]>> = {
  Java: [
    { name: 'java-idempotent', isIdempotent: true, isOrdered: true },
    { name: 'java-plain', isIdempotent: false, isOrdered: true },
  ],
  librdkafka: [
    { name: 'librdkafka-idempotent', isIdempotent: true, isOrdered: true },
    { name: 'librdkafka-plain', isIdempotent: false, isOrdered: false },
  ],
};
const CLIENTS: readonly ClientName[] = ['Java', 'librdkafka'];

/** How long after the last fault a client may take for what it has begun. */
const FINISH_MS = 240_000;

/** Nobody waits longer for what must happen by itself. */
const STUCK_MS = 60_000;
const LOOK_MS = 50;

export interface RunOptions {
  readonly seconds: number;
  readonly seed: number;
  readonly sessionTimeoutMs: number;
  readonly recordsPerSecond: number;
  readonly kinds: readonly FaultKind[];
  /** Where clients say what they do; null: nowhere. */
  readonly logFolder: string | null;
  readonly say: (line: string) => void;
}

/** All that a run has to be judged by. */
export interface RunRecord {
  readonly acknowledged: AcknowledgedRecords;
  readonly faults: readonly ObservedFault[];
  readonly read: ReadRecords;
  readonly others: readonly {
    readonly name: string;
    readonly records: ReadRecords;
    readonly isWhole: boolean;
  }[];
  readonly endedMs: number;
}

/** A fault with what came after it. */
export interface ObservedFault extends Fault {
  /** How long it took until nothing was missing any more; null where the next fault did not wait for that. */
  readonly recoveryMs: number | null;
  /** When nothing was missing any more, after this fault or later ones. */
  readonly wholeAtMs: number;
}

/** Writes to the cluster while one fault after another befalls it, then lets it recover and reads all back. */
export async function runChaos(cluster: ChaosCluster, options: RunOptions): Promise<RunRecord> {
  const acknowledged = new AcknowledgedRecords(PARTITIONS);
  const writers = CLIENTS.map((client) => startWriter(cluster, client, { acknowledged, options }));
  const followed = new ReadRecords(PARTITIONS);
  const read = readerOf(cluster, options.logFolder);
  const follower = read('Java', 'follow', followed);
  const clients = [...writers, follower];
  try {
    const faults = await disturb(cluster, acknowledged, { clients, options });
    const endedMs = Date.now();
    await Promise.all(writers.map((writer) => writer.finish(FINISH_MS)));
    await follower.finish(FINISH_MS);
    const inTheEnd = new ReadRecords(PARTITIONS);
    const readAgain = new ReadRecords(PARTITIONS);
    await read('Java', 'read', inTheEnd).done(FINISH_MS);
    await read('librdkafka', 'read', readAgain).done(FINISH_MS);
    const others = [
      { name: 'read by librdkafka', records: readAgain, isWhole: true },
      { name: 'read by Java while it was written', records: followed, isWhole: true },
    ];
    return { acknowledged, faults, read: inTheEnd, others, endedMs };
  } finally {
    for (const client of clients) client.kill();
  }
}

interface Disturbance {
  readonly clients: readonly ClientProcess[];
  readonly options: RunOptions;
}

async function disturb(
  cluster: ChaosCluster,
  acknowledged: AcknowledgedRecords,
  { clients, options }: Disturbance,
): Promise<ObservedFault[]> {
  const observed: ObservedFault[] = [];
  /** Those after which the cluster was not whole yet. */
  let open: Fault[] = [];
  const settle = async () => {
    const recoveryMs = await cluster.becomesWhole();
    const wholeAtMs = Date.now();
    await isAcknowledgedAgain(acknowledged, clients);
    const last = open.at(-1);
    for (const fault of open) {
      observed.push({ ...fault, recoveryMs: fault === last ? recoveryMs : null, wholeAtMs });
    }
    open = [];
  };
  await settle();
  // A producer's first batches are taken by whoever leads, whatever their sequence numbers: if the first of them is lost
  // with its leader and a later one is taken by the next, the client gives up what lies between, in Apache Kafka too.
  await until(() => acknowledged.hasReachedAll, clients, 'some writer has not reached all partitions');
  const deadline = Date.now() + options.seconds * 1000;
  const schedule = faultSchedule(new SeededRandom(options.seed), {
    sessionTimeoutMs: options.sessionTimeoutMs,
    canDirectCuts: cluster.network.kind === 'namespaces',
    kinds: options.kinds,
  });
  for (const planned of schedule) {
    if (Date.now() >= deadline) break;
    if (!planned.isHasty) {
      await settle();
      await cluster.electPreferred();
    }
    const fault = await carryOut(cluster, planned, !planned.isHasty);
    open.push(fault);
    options.say(inWords(planned, fault));
  }
  await settle();
  return observed;
}

function isAcknowledgedAgain(
  acknowledged: AcknowledgedRecords,
  clients: readonly ClientProcess[],
): Promise<void> {
  const since = Date.now();
  return until(() => acknowledged.reachedAllSince(since), clients, 'some partition takes no record');
}

async function until(
  holds: () => boolean,
  clients: readonly ClientProcess[],
  otherwise: string,
): Promise<void> {
  const begun = Date.now();
  while (!holds()) {
    for (const client of clients) client.checkAlive();
    if (Date.now() - begun > STUCK_MS) throw new Error(`stuck: ${otherwise} for ${STUCK_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

function startWriter(
  cluster: ChaosCluster,
  client: ClientName,
  { acknowledged, options }: { readonly acknowledged: AcknowledgedRecords; readonly options: RunOptions },
): ClientProcess {
  for (const writer of WRITERS[client]) acknowledged.addWriter(writer.name, writer);
  const named = WRITERS[client].map(
    ({ name, isIdempotent }) => `${name}=${isIdempotent ? 'idempotent' : 'plain'}`,
  );
  const rate = Math.ceil(options.recordsPerSecond / CLIENTS.length / named.length);
  const args = ['write', cluster.bootstrap, TOPIC, String(PARTITIONS), String(rate), ...named];
  const { logFolder } = options;
  return new ClientProcess(client, args, { onLine: (line) => acknowledged.take(line), logFolder });
}

function readerOf(cluster: ChaosCluster, logFolder: string | null) {
  return (client: ClientName, verb: 'read' | 'follow', records: ReadRecords): ClientProcess => {
    const args = [verb, cluster.bootstrap, TOPIC, String(PARTITIONS)];
    return new ClientProcess(client, args, { onLine: (line) => records.take(line), logFolder });
  };
}

function inWords({ kind, isHasty }: PlannedFault, { victims, fromMs, untilMs, led }: Fault): string {
  const how = `${kind} ${victims.join(', ')} for ${((untilMs - fromMs) / 1000).toFixed(1)} s`;
  return `${how}, led ${led.length}${isHasty ? ', while it recovered' : ''}`;
}
