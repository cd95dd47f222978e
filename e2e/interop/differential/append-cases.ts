import { until } from '../patience.ts';
import { batch, listBody, NOW, produceBody } from './batches.ts';
import { createTopic, type DifferentialCase } from './differential-case.ts';
import type { WireClient } from './wire-client.ts';

const HOUR_MS = 3_600_000;

/** Sends one batch after the other to a topic; the answers by what they are called. */
async function produceEach(
  client: WireClient,
  topic: string,
  batches: Readonly<Record<string, Uint8Array>>,
): Promise<Record<string, unknown>> {
  const answers: Record<string, unknown> = {};
  for (const [what, bytes] of Object.entries(batches)) {
    answers[what] = await client.send('Produce', 9, produceBody(topic, bytes));
  }
  return answers;
}

/** Timestamps an hour's width away from each bound; each also compressed, where the header stands for the records. */
function aroundNow(): Readonly<Record<string, Uint8Array>> {
  const times = {
    none: -1,
    long_ago: NOW - 3 * HOUR_MS,
    just_so: NOW - HOUR_MS / 2,
    soon: NOW + HOUR_MS / 2,
    far_off: NOW + 3 * HOUR_MS,
    zero: 0,
  };
  return Object.fromEntries(
    Object.entries(times).flatMap(([what, timestamp]) => [
      [what, batch({ timestamp })],
      [`${what}, gzip`, batch({ timestamp, codec: 'gzip' })],
      [`${what}, said to be LogAppendTime`, batch({ timestamp, attributes: 0x08 })],
    ]),
  );
}

const timestampCases: readonly DifferentialCase[] = [
  ['timestamps-both', { 'message.timestamp.before.max.ms': `${HOUR_MS}` }],
  ['timestamps-any', { 'message.timestamp.after.max.ms': '9223372036854775807' }],
  ['timestamps-none', { 'message.timestamp.before.max.ms': '0', 'message.timestamp.after.max.ms': '0' }],
].map(([topic, configs]) => ({
  name: `Produce of timestamps around the bounds of ${topic}`,
  run: async (client) => {
    await createTopic(client, topic as string, { configs: configs as Record<string, string> });
    return produceEach(client, topic as string, aroundNow());
  },
}));

const stampedCase: DifferentialCase = {
  name: 'Produce to a topic of LogAppendTime takes any timestamp, and tells the time of the broker',
  run: async (client) => {
    const configs = {
      'message.timestamp.type': 'LogAppendTime',
      'message.timestamp.before.max.ms': '0',
      'message.timestamp.after.max.ms': '0',
    };
    await createTopic(client, 'stamped', { configs });
    const answers = await produceEach(client, 'stamped', aroundNow());
    const before = await client.send('ListOffsets', 7, listBody('stamped', 0, NOW - 10));
    const text = JSON.stringify(answers);
    return [
      JSON.parse(text.replaceAll(/"logAppendTimeMs":1\d{12}/g, '"logAppendTimeMs":"now"')),
      offsets(before),
    ];
  },
};

function offsets(answer: unknown): unknown {
  return JSON.stringify(answer).match(/"offset":-?\d+/)?.[0];
}

/** A value so that a batch of one record takes exactly so many bytes. */
function batchOfSize(bytes: number): Uint8Array {
  for (let valueBytes = bytes - 100; valueBytes < bytes; valueBytes += 1) {
    const made = batch({ records: 1, valueBytes });
    if (made.length === bytes) return made;
  }
  throw new Error(`no batch takes ${bytes} bytes`);
}

const sizeCases: readonly DifferentialCase[] = [
  {
    name: 'Produce of batches as large as max.message.bytes and one byte larger',
    run: async (client) => {
      await createTopic(client, 'sizes', { configs: { 'max.message.bytes': '1000' } });
      return produceEach(client, 'sizes', {
        'one less': batchOfSize(999),
        'just as large': batchOfSize(1000),
        'one more': batchOfSize(1001),
        'small, large when opened': batch({ records: 30, valueBytes: 200, codec: 'gzip' }),
      });
    },
  },
  {
    name: 'max.message.bytes of a topic that opens what is compressed: before and after',
    run: async (client) => {
      const configs = { 'max.message.bytes': '1000', 'compression.type': 'uncompressed' };
      await createTopic(client, 'sizes-opened', { configs });
      return produceEach(client, 'sizes-opened', {
        'small, large when opened': batch({ records: 30, valueBytes: 200, codec: 'gzip' }),
        'small, small when opened': batch({ records: 3, valueBytes: 200, codec: 'gzip' }),
      });
    },
  },
  {
    name: 'max.message.bytes of a topic that compresses counts what came as well as what is kept',
    run: async (client) => {
      const configs = { 'max.message.bytes': '1000', 'compression.type': 'gzip' };
      await createTopic(client, 'sizes-closed', { configs });
      return produceEach(client, 'sizes-closed', {
        'large, small when compressed': batch({ records: 30, valueBytes: 200 }),
        'small, small when compressed': batch({ records: 3, valueBytes: 200 }),
      });
    },
  },
  {
    name: 'a batch that is larger than a segment',
    run: async (client) => {
      const configs = { 'internal.segment.bytes': '1000', 'max.message.bytes': '2000' };
      await createTopic(client, 'sizes-segment', { configs });
      return produceEach(client, 'sizes-segment', {
        'one less': batchOfSize(999),
        'just as large': batchOfSize(1000),
        'one more': batchOfSize(1001),
        'larger than both': batchOfSize(2001),
      });
    },
  },
  {
    name: 'max.message.bytes of 0 takes nothing, and a change counts at once',
    run: async (client) => {
      await createTopic(client, 'sizes-zero', { configs: { 'max.message.bytes': '0' } });
      const nothing = await produceEach(client, 'sizes-zero', { any: batch({ records: 1 }) });
      await client.send('IncrementalAlterConfigs', 1, {
        resources: [
          {
            resourceType: 2,
            resourceName: 'sizes-zero',
            configs: [{ name: 'max.message.bytes', configOperation: 0, value: '200' }],
          },
        ],
        validateOnly: false,
      });
      // Kafka's broker hears of its controller's change a moment later.
      const taken = batch({ records: 1 });
      await until('a batch is taken', async () => {
        const answer = await client.send('Produce', 9, produceBody('sizes-zero', taken));
        return JSON.stringify(answer).includes('"errorCode":0');
      });
      return [nothing, await produceEach(client, 'sizes-zero', { large: batchOfSize(201) })];
    },
  },
];

const deleteRecordsCases: readonly DifferentialCase[] = [
  {
    name: 'DeleteRecords of topics that are compacted, and deleted from too',
    run: async (client) => {
      const asked = async (name: string, policy: string) => {
        await createTopic(client, name, { configs: { 'cleanup.policy': policy } });
        await client.send('Produce', 9, produceBody(name, batch({})));
        const topics = [{ name, partitions: [{ partitionIndex: 0, offset: 1 }] }];
        return client.send('DeleteRecords', 2, { topics, timeoutMs: 5_000 });
      };
      return [await asked('only-compacted', 'compact'), await asked('compacted-too', 'compact,delete')];
    },
  },
  {
    name: 'DeleteRecords of an internal topic, and of one without a policy',
    run: async (client) => {
      await createTopic(client, 'no-policy', { configs: { 'cleanup.policy': '' } });
      for (let index = 0; index < 3; index += 1) {
        await client.send('Produce', 9, produceBody('no-policy', batch({})));
      }
      const asked = (name: string, ...wanted: readonly (readonly [number, number])[]) => ({
        topics: [
          { name, partitions: wanted.map(([partitionIndex, offset]) => ({ partitionIndex, offset })) },
        ],
        timeoutMs: 5_000,
      });
      return [
        await client.send('DeleteRecords', 2, asked('__consumer_offsets', [0, -1])),
        await client.send('DeleteRecords', 2, asked('no-policy', [0, 2])),
        await client.send('DeleteRecords', 0, asked('no-policy', [0, 3])),
        await client.send('DeleteRecords', 1, asked('no-policy', [0, 7])),
        await client.send('DeleteRecords', 2, asked('no-policy', [7, 0])),
        await client.send('DeleteRecords', 2, asked('no-policy', [0, 4])),
        await client.send('DeleteRecords', 2, asked('no-policy', [0, -1])),
        await client.send('ListOffsets', 7, listBody('no-policy', 0, -2)),
        await client.send('ListOffsets', 7, listBody('no-policy', 0, 0)),
      ];
    },
  },
  {
    name: 'what is below the log start offset is out of range, whole batches above it are not',
    run: async (client) => {
      const topicId = await createTopic(client, 'delete-inside');
      for (let index = 0; index < 3; index += 1) {
        await client.send('Produce', 9, produceBody('delete-inside', batch({ timestamp: NOW + index })));
      }
      await client.send('DeleteRecords', 2, {
        topics: [{ name: 'delete-inside', partitions: [{ partitionIndex: 0, offset: 3 }] }],
        timeoutMs: 5_000,
      });
      const fetch = (fetchOffset: number) =>
        client.send('Fetch', 13, {
          maxWaitMs: 10,
          minBytes: 1,
          maxBytes: 1_000_000,
          topics: [{ topicId, partitions: [{ partition: 0, fetchOffset, partitionMaxBytes: 100_000 }] }],
        });
      return [
        await fetch(2),
        await fetch(3),
        await client.send('ListOffsets', 7, listBody('delete-inside', 0, NOW)),
        await client.send('ListOffsets', 7, listBody('delete-inside', 0, -3)),
      ];
    },
  },
];

export const appendCases: readonly DifferentialCase[] = [
  ...timestampCases,
  stampedCase,
  ...sizeCases,
  ...deleteRecordsCases,
];
