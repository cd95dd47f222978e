import { batch, listBody, produceBody } from './batches.ts';
import { createTopic, type DifferentialCase } from './differential-case.ts';
import type { WireClient } from './wire-client.ts';

const LONG_MAX = 2 ** 63;
const LONG_MIN = -(2 ** 63);
const JUST_UNSAFE = 2 ** 53;

const refusedByUs = {
  where: /errorCode: Kafka (0|1|-1|3|12), Odradek 42$/,
  why: 'a number beyond ±2^53 in a field that does not saturate is INVALID_REQUEST (ADR 5)',
};
const followsFromIt = {
  where: /: Kafka (0|nothing|-?\d+|\[.*|\{.*|"any .*), Odradek (-1|nothing|null|\[\]|"any .*|0)$/,
  why: 'an answer that refuses holds nothing else',
};

/** Numbers at and beyond ±2^53 wherever a client can send one: an answer, never a dropped connection. */
export const numberCases: readonly DifferentialCase[] = [
  {
    name: 'ListOffsets timestamps beyond ±2^53 saturate',
    run: async (client) => {
      await createTopic(client, 'far-times');
      await client.send('Produce', 9, produceBody('far-times', batch({})));
      const answers = [];
      for (const timestamp of [JUST_UNSAFE, JUST_UNSAFE + 2, LONG_MAX, LONG_MIN, -JUST_UNSAFE]) {
        answers.push(await client.send('ListOffsets', 7, listBody('far-times', 0, timestamp)));
      }
      return answers;
    },
  },
  {
    name: 'batch timestamps beyond ±2^53 are INVALID_TIMESTAMP',
    deviations: [
      {
        where: /(recordErrors\.\d|errorMessage): Kafka/,
        why: 'we judge by the header, before any record is looked at',
      },
    ],
    run: async (client) => {
      await createTopic(client, 'far-batches');
      const send = (timestamp: bigint) =>
        client.send('Produce', 9, produceBody('far-batches', batch({ timestamp })));
      return [await send(2n ** 63n - 1n), await send(2n ** 53n)];
    },
  },
  {
    name: 'configs keep their text, to the last digit',
    run: async (client) => {
      const longest = '9223372036854775807';
      await createTopic(client, 'far-configs', { configs: { 'retention.ms': longest } });
      const resource = { resourceType: 2, resourceName: 'far-configs' };
      const configs = [{ name: 'retention.bytes', configOperation: 0, value: longest }];
      const altered = await client.send('IncrementalAlterConfigs', 1, {
        resources: [{ ...resource, configs }],
      });
      const ask = () =>
        client.send('DescribeConfigs', 4, {
          resources: [
            { ...resource, configurationKeys: ['retention.ms', 'retention.bytes', 'flush.messages'] },
          ],
        });
      // Kafka answers an alteration before it can describe it: it is the third number of this length.
      let described = await ask();
      for (let times = 0; times < 500 && JSON.stringify(described).split(longest).length < 4; times++)
        described = await ask();
      return [altered, described];
    },
  },
  ...[JUST_UNSAFE, LONG_MAX, LONG_MIN].map(
    (number): DifferentialCase => ({
      name: `${number} as an offset is answered`,
      deviations: [refusedByUs, followsFromIt],
      run: (client) => asOffset(client, number),
    }),
  ),
];

async function asOffset(client: WireClient, offset: number): Promise<unknown> {
  const name = `far-offset-${offset > 0 ? 'up' : 'down'}-${Math.log2(Math.abs(offset))}`;
  await createTopic(client, name);
  const partition = { partition: 0, fetchOffset: offset, partitionMaxBytes: 1_000 };
  return [
    await client.send('Fetch', 11, {
      ...{ maxWaitMs: 1, minBytes: 1, maxBytes: 1_000 },
      topics: [{ topic: name, partitions: [partition] }],
    }),
    await client.send('DeleteRecords', 2, {
      topics: [{ name, partitions: [{ partitionIndex: 0, offset }] }],
      timeoutMs: 1_000,
    }),
    await client.send('OffsetCommit', 8, {
      ...{ groupId: `${name}-group`, generationIdOrMemberEpoch: -1 },
      topics: [{ name, partitions: [{ partitionIndex: 0, committedOffset: offset }] }],
    }),
    // The connection has survived all three.
    await client.send('Metadata', 8, { topics: [] }),
  ];
}
