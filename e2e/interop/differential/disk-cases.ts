import { until } from '../patience.ts';
import { batch, produceBody } from './batches.ts';
import type { WireClient } from './wire-client.ts';

/** The same traffic to both; what lies in the partition's directory when retention has passed must be the same. */
export interface DiskCase {
  readonly name: string;
  readonly topic: string;
  readonly configs: Readonly<Record<string, string>>;
  run(client: WireClient, topic: string): Promise<void>;
  /** What the topic keeps from then on: before, retention might come between two records. */
  readonly retention?: Readonly<Record<string, string>>;
  /** Names only, where the content holds the broker's own time. */
  readonly hasOwnTimes?: boolean;
  /** How many deleted segments there must be before the look; none where it is known that nothing goes. */
  readonly deleted: number;
}

/** One time for both clusters, on a full second. */
const NOW = Math.floor(Date.now() / 1_000) * 1_000;
const HOUR_MS = 3_600_000;
/** A batch of one record with a value of 100 bytes takes 171. */
const BATCH = { records: 1, valueBytes: 100 };

async function produce(
  client: WireClient,
  topic: string,
  fields: Parameters<typeof batch>[0],
): Promise<void> {
  const answer = await client.send('Produce', 9, produceBody(topic, batch({ ...BATCH, ...fields })));
  if (!JSON.stringify(answer).includes('"errorCode":0')) throw new Error(JSON.stringify(answer));
}

async function produceAt(client: WireClient, topic: string, timestamps: readonly number[]): Promise<void> {
  for (const timestamp of timestamps) await produce(client, topic, { timestamp });
}

async function deleteRecords(client: WireClient, topic: string, offset: number): Promise<void> {
  await client.send('DeleteRecords', 2, {
    topics: [{ name: topic, partitions: [{ partitionIndex: 0, offset }] }],
    timeoutMs: 5_000,
  });
}

export async function configure(
  client: WireClient,
  topic: string,
  configs: Readonly<Record<string, string>>,
): Promise<void> {
  await client.send('IncrementalAlterConfigs', 1, {
    resources: [
      {
        resourceType: 2,
        resourceName: topic,
        configs: Object.entries(configs).map(([name, value]) => ({ name, configOperation: 0, value })),
      },
    ],
    validateOnly: false,
  });
}

const ascending = (count: number, from: number, stepMs: number): number[] =>
  Array.from({ length: count }, (_, index) => from + index * stepMs);

const rollingCases: readonly DiskCase[] = [
  {
    name: 'segments are rolled by size, to the byte',
    topic: 'disk-size',
    configs: { 'internal.segment.bytes': '684', 'index.interval.bytes': '200', 'retention.ms': '-1' },
    run: async (client, topic) => {
      await produceAt(client, topic, ascending(10, NOW, 10));
      for (const valueBytes of [0, 513 - 71, 513 - 70, 1, 300, 60]) {
        await produce(client, topic, { timestamp: NOW, valueBytes });
      }
    },
    deleted: 0,
  },
  {
    name: 'segments are rolled by the time between their first and a new record, whatever lies between',
    topic: 'disk-age',
    configs: { 'segment.ms': '1000', 'retention.ms': '-1', 'index.interval.bytes': '0' },
    run: (client, topic) =>
      produceAt(
        client,
        topic,
        [0, 1000, 500, -5000, 1001, 2001, 2002, -1, 3003, 3002, 9000].map((ms) => NOW - HOUR_MS + ms),
      ),
    deleted: 0,
  },
  {
    name: 'segments are rolled when an index is full, of offsets or of times',
    topic: 'disk-index',
    configs: { 'segment.index.bytes': '60', 'index.interval.bytes': '0', 'retention.ms': '-1' },
    run: async (client, topic) => {
      await produceAt(client, topic, ascending(9, NOW, 1));
      await produceAt(
        client,
        topic,
        Array.from({ length: 14 }, () => NOW),
      );
    },
    deleted: 0,
  },
  {
    name: 'an index without room for an entry makes a segment of each batch',
    topic: 'disk-no-index',
    configs: { 'segment.index.bytes': '24', 'index.interval.bytes': '0', 'retention.ms': '-1' },
    run: (client, topic) => produceAt(client, topic, ascending(5, NOW, 1)),
    deleted: 0,
  },
  {
    name: 'new sizes and ages act on the segment that is there',
    topic: 'disk-dynamic',
    configs: { 'internal.segment.bytes': '100000', 'retention.ms': '-1' },
    run: async (client, topic) => {
      await produceAt(client, topic, ascending(5, NOW, 10));
      await configure(client, topic, { 'internal.segment.bytes': '400' });
      await configHeard(client, topic, 'internal.segment.bytes', '400');
      await produceAt(client, topic, ascending(5, NOW, 10));
    },
    deleted: 0,
  },
  {
    name: 'producers in snapshots, one for each segment',
    topic: 'disk-producers',
    configs: { 'internal.segment.bytes': '500', 'retention.ms': '-1' },
    run: async (client, topic) => {
      for (let sequence = 0; sequence < 12; sequence += 1) {
        const producer = { producerId: 7_000_000 + (sequence % 3), producerEpoch: sequence > 8 ? 1 : 0 };
        const own = sequence > 8 ? 0 : Math.floor(sequence / 3);
        await produce(client, topic, { ...producer, sequence: own, timestamp: NOW + sequence });
      }
    },
    deleted: 0,
  },
];

/** Kafka's broker hears of its controller's change a moment later. */
function configHeard(client: WireClient, topic: string, name: string, value: string): Promise<void> {
  return until(`${name} of ${topic} is ${value}`, async () => {
    const answer = await client.send('DescribeConfigs', 4, {
      resources: [{ resourceType: 2, resourceName: topic, configurationKeys: [name] }],
    });
    return JSON.stringify(answer).includes(`"value":"${value}"`);
  });
}

const OLD = NOW - 2 * HOUR_MS;
/** Two batches make a segment. */
const PAIRS = { 'internal.segment.bytes': '400', 'index.interval.bytes': '0', 'retention.ms': '-1' };

const retentionCases: readonly DiskCase[] = [
  {
    name: 'segments go by the largest time in them, from the oldest on, until one is young enough',
    topic: 'disk-retention-time',
    configs: PAIRS,
    retention: { 'retention.ms': `${HOUR_MS}` },
    run: (client, topic) =>
      produceAt(client, topic, [OLD, OLD, OLD + 1, OLD - 5, OLD, NOW, OLD, OLD, OLD, OLD, OLD]),
    deleted: 2,
  },
  {
    name: 'all segments go when all are too old, the active one too',
    topic: 'disk-retention-all',
    configs: PAIRS,
    retention: { 'retention.ms': `${HOUR_MS}` },
    run: (client, topic) => produceAt(client, topic, ascending(5, OLD, 1)),
    deleted: 3,
  },
  {
    name: 'records from the future keep their segment and all behind it',
    topic: 'disk-retention-future',
    configs: PAIRS,
    retention: { 'retention.ms': `${HOUR_MS}` },
    run: (client, topic) => produceAt(client, topic, [OLD, OLD, OLD, NOW + HOUR_MS / 2, OLD, OLD, OLD]),
    deleted: 1,
  },
  {
    name: 'records without a time are as old as the last write of their segment',
    topic: 'disk-retention-untimed',
    configs: PAIRS,
    retention: { 'retention.ms': '1500' },
    run: (client, topic) => produceAt(client, topic, [-1, -1, -1, -1, -1]),
    deleted: 3,
  },
  {
    name: 'records that the broker stamps are as old as their arrival',
    topic: 'disk-retention-stamped',
    configs: { ...PAIRS, 'message.timestamp.type': 'LogAppendTime' },
    retention: { 'retention.ms': '1500' },
    run: (client, topic) => produceAt(client, topic, [OLD, OLD, OLD]),
    hasOwnTimes: true,
    deleted: 2,
  },
  {
    name: 'segments go until what is left fits retention.bytes, and no further',
    topic: 'disk-retention-size',
    configs: PAIRS,
    retention: { 'retention.bytes': `${171 * 5}` },
    run: (client, topic) => produceAt(client, topic, ascending(11, OLD, 1)),
    deleted: 3,
  },
  {
    name: 'retention.bytes of 0 leaves nothing',
    topic: 'disk-retention-nothing',
    configs: PAIRS,
    retention: { 'retention.bytes': '0' },
    run: (client, topic) => produceAt(client, topic, ascending(5, OLD, 1)),
    deleted: 3,
  },
  {
    name: 'nothing goes without limits, or without a policy',
    topic: 'disk-retention-without',
    configs: { ...PAIRS, 'retention.ms': '1', 'retention.bytes': '1', 'cleanup.policy': '' },
    run: (client, topic) => produceAt(client, topic, ascending(5, OLD, 1)),
    deleted: 0,
  },
  {
    name: 'a topic that is compacted and deleted from keeps what is young',
    topic: 'disk-retention-both',
    configs: { ...PAIRS, 'cleanup.policy': 'compact,delete', 'min.cleanable.dirty.ratio': '1' },
    retention: { 'retention.ms': `${HOUR_MS}` },
    run: (client, topic) => produceAt(client, topic, [OLD, OLD, OLD, OLD, NOW, OLD]),
    deleted: 2,
  },
  {
    name: 'a topic that is only compacted keeps what is old',
    topic: 'disk-retention-compacted',
    configs: { ...PAIRS, 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '1' },
    retention: { 'retention.ms': '1', 'retention.bytes': '1' },
    run: (client, topic) => produceAt(client, topic, [OLD, OLD, OLD, OLD, NOW, OLD]),
    deleted: 0,
  },
  {
    name: 'segments of a compacted topic are rolled before a record has to be compacted',
    topic: 'disk-compacted-age',
    configs: {
      ...{
        'cleanup.policy': 'compact',
        'min.cleanable.dirty.ratio': '1',
        'max.compaction.lag.ms': `${HOUR_MS}`,
      },
      ...{ 'min.compaction.lag.ms': `${HOUR_MS}` },
    },
    run: (client, topic) =>
      produceAt(
        client,
        topic,
        [0, HOUR_MS, 5, HOUR_MS + 1, 1].map((ms) => NOW - 3_000_000 + ms),
      ),
    deleted: 0,
  },
  {
    name: 'snapshots of producers go with their segments',
    topic: 'disk-retention-producers',
    configs: PAIRS,
    retention: { 'retention.ms': `${HOUR_MS}` },
    run: async (client, topic) => {
      for (let sequence = 0; sequence < 7; sequence += 1) {
        const timestamp = sequence < 4 ? OLD : NOW;
        await produce(client, topic, { producerId: 7_100_000, producerEpoch: 2, sequence, timestamp });
      }
    },
    deleted: 2,
  },
];

const deleteRecordsCases: readonly DiskCase[] = [
  {
    name: 'whole segments below the log start offset go, whatever the retention',
    topic: 'disk-delete-records',
    configs: PAIRS,
    run: async (client, topic) => {
      await produceAt(client, topic, ascending(9, OLD, 1));
      await deleteRecords(client, topic, 5);
    },
    deleted: 2,
  },
  {
    name: 'the active segment stays though all its records are deleted',
    topic: 'disk-delete-records-all',
    configs: PAIRS,
    run: async (client, topic) => {
      await produceAt(client, topic, ascending(5, OLD, 1));
      await deleteRecords(client, topic, -1);
    },
    deleted: 2,
  },
  {
    name: 'a log start offset at the beginning of a segment',
    topic: 'disk-delete-records-edge',
    configs: PAIRS,
    run: async (client, topic) => {
      await produceAt(client, topic, ascending(5, OLD, 1));
      await deleteRecords(client, topic, 2);
    },
    deleted: 1,
  },
  {
    name: 'a log start offset before the end of the first segment',
    topic: 'disk-delete-records-none',
    configs: PAIRS,
    run: async (client, topic) => {
      await produceAt(client, topic, ascending(5, OLD, 1));
      await deleteRecords(client, topic, 1);
    },
    deleted: 0,
  },
];

export const diskCases: readonly DiskCase[] = [...rollingCases, ...retentionCases, ...deleteRecordsCases];
