import { availableParallelism, cpus } from 'node:os';
import { KafkaTools } from '../interop/kafka-tools.ts';
import type { ChaosCluster } from './chaos-cluster.ts';
import { type MetadataHistory, metadataHistory } from './metadata-history.ts';

const TOPIC = 'load';
const PARTITIONS = 12;
const RECORD_BYTES = 1_000;
/** Of one run of a producer; the next begins at once. */
const RECORDS_A_RUN = 300_000;

/** What is written goes soon again, so that minutes of it find room. */
export const FULL_LOAD_SETTINGS = {
  'log.retention.bytes': '67108864',
  'log.segment.bytes': '16777216',
  'log.retention.check.interval.ms': '5000',
  // With 0 Apache Kafka looks every millisecond for what it may delete.
  'log.segment.delete.delay.ms': '1000',
};

export interface FullLoad {
  readonly records: number;
  readonly seconds: number;
  /** The share of all cores that was busy. */
  readonly busy: number;
  readonly history: MetadataHistory;
}

/** As many producers as there are cores, each as fast as it can; nothing is done to any broker. */
export async function runFullLoad(cluster: ChaosCluster, seconds: number): Promise<FullLoad> {
  await cluster.createTopic(TOPIC, PARTITIONS);
  const before = busyMs();
  const begunMs = Date.now();
  const endMs = begunMs + seconds * 1000;
  const producers = Array.from({ length: availableParallelism() }, () =>
    produceUntil(cluster.bootstrap, endMs),
  );
  const records = (await Promise.all(producers)).reduce((sum, count) => sum + count, 0);
  const tookMs = Date.now() - begunMs;
  const after = busyMs();
  await cluster.stopAll();
  const whole = await metadataHistory(cluster.brokers[0]?.dataDirectory ?? '');
  const during = <Event extends { readonly atMs: number }>(events: readonly Event[]) =>
    events.filter(({ atMs }) => atMs >= begunMs && atMs <= begunMs + tookMs);
  return {
    records,
    seconds: tookMs / 1000,
    busy: (after.busy - before.busy) / (after.all - before.all),
    history: {
      ...whole,
      fencings: during(whole.fencings),
      leaderChanges: during(whole.leaderChanges),
      controllerChanges: during(whole.controllerChanges),
      isrChangeTimes: whole.isrChangeTimes.filter((atMs) => atMs >= begunMs && atMs <= begunMs + tookMs),
    },
  };
}

async function produceUntil(bootstrap: string, endMs: number): Promise<number> {
  const tools = new KafkaTools(['-XX:+UseSerialGC']);
  let records = 0;
  while (Date.now() < endMs) {
    await tools.run('org.apache.kafka.tools.ProducerPerformance', [
      ...['--bootstrap-server', bootstrap, '--topic', TOPIC, '--num-records', String(RECORDS_A_RUN)],
      ...['--record-size', String(RECORD_BYTES), '--throughput', '-1'],
      ...['--command-property', 'acks=all', 'batch.size=65536', 'linger.ms=5'],
    ]);
    records += RECORDS_A_RUN;
  }
  await tools.close();
  return records;
}

function busyMs(): { readonly busy: number; readonly all: number } {
  const times = cpus().map(({ times }) => times);
  const idle = times.reduce((sum, core) => sum + core.idle, 0);
  const all = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0);
  return { busy: all - idle, all };
}

/** The last line is as a table of docs/chaos.md has it. */
export function fullLoadReport(
  title: string,
  { records, seconds, busy, history }: FullLoad,
): {
  lines: string[];
  failures: string[];
} {
  const megabytes = (records * RECORD_BYTES) / 1e6;
  const lines = [
    `${Math.round(seconds)} s of full load: ${records} records, ${Math.round(megabytes / seconds)} MB/s to three replicas, ${Math.round(busy * 100)} % of all cores busy`,
    `false fencings ${history.fencings.length}, controllers elected ${history.controllerChanges.length}, changes of a leader ${history.leaderChanges.length}, of in-sync replicas ${history.isrChangeTimes.length}`,
    '',
    `| ${title} | ${records.toLocaleString('en')} | ${Math.round(megabytes / seconds)} | ${Math.round(busy * 100)} % | ${history.fencings.length} | ${history.controllerChanges.length} |`,
  ];
  const failures = history.fencings.map(
    ({ broker, atMs }) => `broker ${broker} was fenced at ${new Date(atMs).toISOString()}`,
  );
  return { lines, failures };
}
