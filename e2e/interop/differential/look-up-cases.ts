import { batch, listBody, NOW, produceBody } from './batches.ts';
import { createTopic, type DifferentialCase } from './differential-case.ts';
import type { WireClient } from './wire-client.ts';

const DAY_MS = 86_400_000;

/** Timestamps behind NOW that records have, or nearly. */
const SOUGHT = [
  -1, 0, 1, 200, 500, 501, 1_000, 1_500, 1_601, 2_000, 2_500, 2_501, 3_000, 3_001, 9_000, 9_001,
];

/** Times that go back and forth, inside of compressed batches too; one header claims more than its records hold. */
const BATCHES = [
  batch({ delays: [0, 500, 200] }),
  batch({ delays: [1_000, 3_000, 2_000], codec: 'gzip' }),
  batch({ delays: [1_500, 1_600], codec: 'gzip', latestDelay: 9_000 }),
  batch({ delays: [2_500, 2_500] }),
];

async function lookUpAll(client: WireClient, topic: string): Promise<Record<string, unknown>> {
  const answers: Record<string, unknown> = {};
  for (const timestamp of [-3, -2, -1, ...SOUGHT.map((delay) => NOW + delay)]) {
    const answer = await client.send('ListOffsets', 7, listBody(topic, 0, timestamp));
    answers[timestamp < 0 ? timestamp : `NOW + ${timestamp - NOW}`] = answer;
  }
  return answers;
}

async function written(client: WireClient, topic: string, configs: Record<string, string>): Promise<void> {
  await createTopic(client, topic, {
    configs: { 'message.timestamp.after.max.ms': `${DAY_MS}`, ...configs },
  });
  for (const records of BATCHES) await client.send('Produce', 9, produceBody(topic, records));
}

export const lookUpCases: readonly DifferentialCase[] = [
  {
    name: 'every time in and between records, and the newest',
    run: async (client) => {
      await written(client, 'sought', {});
      return lookUpAll(client, 'sought');
    },
  },
  {
    name: 'the same with a segment for each batch',
    run: async (client) => {
      await written(client, 'sought-apart', { 'segment.ms': '1' });
      return lookUpAll(client, 'sought-apart');
    },
  },
  ...[2, 4, 5, 8, 10].map((offset): DifferentialCase => {
    const topic = `sought-behind-${offset}`;
    return {
      name: `the same when the records below ${offset} are deleted`,
      run: async (client) => {
        await written(client, topic, {});
        const topics = [{ name: topic, partitions: [{ partitionIndex: 0, offset }] }];
        await client.send('DeleteRecords', 2, { topics, timeoutMs: 5_000 });
        return lookUpAll(client, topic);
      },
      deviations: [
        {
          where: /^-3\.response\./,
          why: 'Kafka names the newest record also when it is deleted and no one can read it',
        },
      ],
    };
  }),
];
