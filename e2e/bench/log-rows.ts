import { createTopic } from '../interop/differential/differential-case.ts';
import { WireClient } from '../interop/differential/wire-client.ts';
import type { KafkaTools } from '../interop/kafka-tools.ts';
import { type Contender, type ContenderName, prepareContender } from './contender.ts';
import { largestResidentMegabytes } from './process-usage.ts';
import { each, type Measurement, type Row, seconds } from './row.ts';
import { produceToEach } from './wire-load.ts';

const TOPIC = 'bench';

const PARTITIONS = 1_000;
const SEGMENT_MS = 60_000;

/** A broker with a thousand partitions, each of which has rolled once, is started again. */
export const partitions: Row = {
  name: 'partitions',
  pairs: 1,
  keepsRunning: false,
  budgets: [
    { quantity: 'start with 1,000 partitions, clean, ms', kind: 'at most', bound: 2_000 },
    { quantity: 'start with 1,000 partitions, after kill -9, ms', kind: 'at most', bound: 2_000 },
    { quantity: 'RSS with 1,000 partitions, 30 s after a clean start, MB', kind: 'at most', bound: 150 },
    { quantity: 'RSS with 1,000 partitions, 30 s after kill -9, MB', kind: 'at most', bound: 150 },
  ],
  measure: ({ tools, order }) => each(order, (name) => measurePartitions(name, tools, 30)),
};

/** Starts a contender with a thousand partitions, and looks at its memory `settleSeconds` after each start. */
export async function measurePartitions(
  name: ContenderName,
  tools: KafkaTools,
  settleSeconds: number,
): Promise<readonly Measurement[]> {
  const folder = await prepareContender(name, tools);
  const first = await folder.start();
  const created = await rollEachOnce(first);
  await first.stop();
  const clean = await folder.start();
  await seconds(settleSeconds);
  const cleanMegabytes = await largestResidentMegabytes(clean.pids);
  await produceOnce(clean, Date.now());
  await clean.kill();
  const killed = await folder.start();
  await seconds(settleSeconds);
  const killedMegabytes = await largestResidentMegabytes(killed.pids);
  await killed.stop();
  await folder.remove();
  return [
    { quantity: 'creation of 1,000 partitions, ms', value: created },
    { quantity: 'start with 1,000 partitions, clean, ms', value: clean.startedInMs },
    { quantity: 'start with 1,000 partitions, after kill -9, ms', value: killed.startedInMs },
    { quantity: 'RSS with 1,000 partitions, 30 s after a clean start, MB', value: cleanMegabytes },
    { quantity: 'RSS with 1,000 partitions, 30 s after kill -9, MB', value: killedMegabytes },
  ];
}

/** Returns how many milliseconds the topic took until all of its partitions had a leader. */
async function rollEachOnce(contender: Contender): Promise<number> {
  const client = new WireClient(contender.bootstrap);
  const begun = performance.now();
  await createTopic(client, TOPIC, {
    partitions: PARTITIONS,
    configs: { 'segment.ms': String(SEGMENT_MS) },
  });
  const took = performance.now() - begun;
  client.close();
  const now = Date.now();
  await produceOnce(contender, now - 2 * SEGMENT_MS);
  await produceOnce(contender, now);
  return took;
}

async function produceOnce({ bootstrap }: Contender, timestamp: number): Promise<void> {
  const client = new WireClient(bootstrap);
  await produceToEach(client, TOPIC, { partitions: PARTITIONS, timestamp, valueBytes: 500 });
  client.close();
}

const RECOVERED_PARTITIONS = 4;
/** Two records in a batch, which is then as large as those of the produce row. */
const VALUE_BYTES = 32_000;
const HALF_BYTES = 1e9;

/** A log of two gigabytes of which one was synced by a clean stop, and the other was not when the process was killed. */
export const recovery: Row = {
  name: 'recovery',
  pairs: 1,
  keepsRunning: false,
  budgets: [
    { quantity: 'recovery: bytes scanned per unflushed byte', kind: 'at most', bound: 1.05 },
    { quantity: 'recovery, GB/s from page cache', kind: 'at least', bound: 1 },
  ],
  measure: ({ tools, order }) => each(order, (name) => measureRecovery(name, tools, HALF_BYTES)),
};

/** Recovers a log of twice `halfBytes`, one half of which was not flushed. */
export async function measureRecovery(
  name: ContenderName,
  tools: KafkaTools,
  halfBytes: number,
): Promise<readonly Measurement[]> {
  const folder = await prepareContender(name, tools);
  const first = await folder.start();
  const client = new WireClient(first.bootstrap);
  await createTopic(client, TOPIC, { partitions: RECOVERED_PARTITIONS });
  client.close();
  await fill(first, halfBytes);
  await first.stop();
  const clean = await folder.start();
  const tailBytes = await fill(clean, halfBytes);
  await clean.kill();
  const recovered = await folder.start();
  await recovered.kill();
  await folder.remove();
  const took = recovered.startedInMs - clean.startedInMs;
  const measured: Measurement[] = [
    { quantity: 'start after kill -9 with 1 GB unflushed of 2 GB, ms', value: recovered.startedInMs },
    { quantity: 'recovery, GB/s from page cache', value: tailBytes / 1e6 / took },
  ];
  const scanned = scannedBytes(recovered.logLines);
  if (scanned === null) return measured;
  return [
    ...measured,
    { quantity: 'recovery: bytes scanned per unflushed byte', value: scanned / tailBytes },
  ];
}

/** Writes so many bytes, a batch to each partition at a time; returns how many it were. */
async function fill({ bootstrap }: Contender, bytes: number): Promise<number> {
  const client = new WireClient(bootstrap);
  const load = { partitions: RECOVERED_PARTITIONS, timestamp: Date.now(), valueBytes: VALUE_BYTES };
  let filled = 0;
  while (filled < bytes) filled += await produceToEach(client, TOPIC, load);
  client.close();
  return filled;
}

/** What Odradek says that it has read batch by batch on its start; null for a broker that does not say. */
function scannedBytes(logLines: readonly string[]): number | null {
  for (const line of logLines) {
    const scanned = /"scannedBytes":(\d+)/.exec(line)?.[1];
    if (scanned !== undefined) return Number(scanned);
  }
  return null;
}
