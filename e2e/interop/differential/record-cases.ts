import { batch, listBody, NOW, produceBody } from './batches.ts';
import { createTopic, type DifferentialCase, inVersions } from './differential-case.ts';
import type { WireClient } from './wire-client.ts';

const UNKNOWN_ID = 'Zm9vYmFyYmF6cXV4MDEyMw';

const produceCases: readonly DifferentialCase[] = [
  produceCase('a good batch in every version', [3, 12], () => batch({})),
  produceCase('a batch whose CRC is wrong', [3, 12], () => batch({ crc: 0x12345678 })),
  produceCase('a batch with more records than it says', [9, 12], () => batch({ count: 7 })),
  produceCase('a batch of magic 1', [9, 9], () => batch({ magic: 1 })),
  produceCase('a control batch', [9, 9], () => batch({ attributes: 0x20 })),
  {
    ...produceCase('an unknown codec', [9, 9], () => batch({ attributes: 0x07 })),
    deviations: [
      {
        where: /errorCode: Kafka -1, Odradek 76$/,
        why: 'UNSUPPORTED_COMPRESSION_TYPE says more than UNKNOWN_SERVER_ERROR',
      },
    ],
  },
  produceCase('a batch longer than its bytes', [9, 9], () => batch({ length: 5_000 })),
  produceCase('half a batch', [9, 9], () => batch({}).subarray(0, 40)),
  produceCase('two batches at once', [9, 9], () => Buffer.concat([batch({}), batch({})])),
  produceCase('no bytes at all', [9, 9], () => new Uint8Array(0)),
  produceCase('a sequence below zero', [9, 9], () =>
    batch({ producerId: 5, producerEpoch: 0, sequence: -1 }),
  ),
  produceCase('an unknown producer that begins in the middle', [9, 9], () =>
    batch({ producerId: 4_000_000, producerEpoch: 0, sequence: 12 }),
  ),
  {
    name: 'Produce with acks that do not exist',
    run: async (client) => {
      await createTopic(client, 'produce-acks');
      return client.send('Produce', 9, produceBody('produce-acks', batch({}), { acks: 2 }));
    },
  },
  {
    name: 'Produce to unknown topics and partitions, and to an unknown id',
    run: async (client) => {
      await createTopic(client, 'produce-known');
      return [
        await client.send('Produce', 9, produceBody('produce-unknown', batch({}))),
        await client.send('Produce', 9, produceBody('produce-known', batch({}), { partition: 4 })),
        await client.send('Produce', 13, {
          acks: -1,
          timeoutMs: 1_000,
          topicData: [{ topicId: UNKNOWN_ID, partitionData: [{ index: 0, records: batch({}) }] }],
        }),
      ];
    },
  },
  {
    name: 'an idempotent producer: in order, again, out of order, with an older epoch',
    run: async (client) => {
      await createTopic(client, 'idempotent');
      const send = (producerEpoch: number, sequence: number) =>
        client.send(
          'Produce',
          9,
          produceBody('idempotent', batch({ producerId: 77, producerEpoch, sequence })),
        );
      const answers = [];
      for (const [epoch, sequence] of [
        [0, 0],
        [0, 2],
        [0, 0],
        [0, 2],
        [0, 9],
        [1, 0],
        [0, 4],
        [1, 2],
        [2, 5],
      ] as const) {
        answers.push(await send(epoch, sequence));
      }
      return answers;
    },
  },
  {
    name: 'a batch larger than max.message.bytes',
    run: async (client) => {
      await createTopic(client, 'small-messages', { configs: { 'max.message.bytes': '100' } });
      return inVersions(client, 'Produce', [3, 12], () =>
        produceBody('small-messages', batch({ valueBytes: 200 })),
      );
    },
  },
  {
    name: 'timestamps too far in the future',
    run: async (client) => {
      await createTopic(client, 'no-future', { configs: { 'message.timestamp.after.max.ms': '1000' } });
      return client.send('Produce', 9, produceBody('no-future', batch({ timestamp: 4_000_000_000_000 })));
    },
  },
];

const listOffsetsCases: readonly DifferentialCase[] = [
  {
    name: 'ListOffsets: earliest, latest, newest, by time, and the remote ones',
    run: async (client) => {
      await createTopic(client, 'listed', { partitions: 2 });
      for (let index = 0; index < 4; index += 1) {
        await client.send('Produce', 9, produceBody('listed', batch({ timestamp: NOW + index * 1_000 })));
      }
      const special: Record<string, readonly [number, number]> = {
        '-1': [1, 11],
        '-2': [1, 11],
        '-3': [7, 11],
        '-4': [8, 11],
        '-5': [9, 11],
        '-6': [11, 11],
        [NOW - 5]: [1, 11],
        [NOW + 1_000]: [1, 11],
        [NOW + 1_001]: [1, 11],
        [NOW + 900_000]: [1, 11],
      };
      const answers: Record<string, unknown> = {};
      for (const [timestamp, versions] of Object.entries(special)) {
        answers[timestamp] = await inVersions(client, 'ListOffsets', versions, () =>
          listBody('listed', 0, Number(timestamp)),
        );
      }
      answers.emptyNewest = await client.send('ListOffsets', 7, listBody('listed', 1, -3));
      answers.emptyByTime = await client.send('ListOffsets', 7, listBody('listed', 1, NOW));
      return answers;
    },
  },
  {
    name: 'ListOffsets of what is not there, with epochs that are not ours, and of one partition twice',
    run: async (client) => {
      await createTopic(client, 'listed-wrong');
      const twice = listBody('listed-wrong', 0, -1);
      twice.topics[0]?.partitions.push({ partitionIndex: 0, timestamp: -2, currentLeaderEpoch: -1 });
      return [
        await client.send('ListOffsets', 7, listBody('never-made-this', 0, -1)),
        await client.send('ListOffsets', 7, listBody('listed-wrong', 9, -1)),
        await client.send('ListOffsets', 7, listBody('listed-wrong', 0, -1, 5)),
        await client.send('ListOffsets', 7, listBody('listed-wrong', 0, -99)),
        await client.send('ListOffsets', 7, twice),
      ];
    },
  },
];

const fetchCases: readonly DifferentialCase[] = [
  {
    name: 'Fetch in every version: batches, out of range, unknown partition, unknown epoch',
    run: async (client) => {
      const topicId = await createTopic(client, 'fetched');
      for (let index = 0; index < 3; index += 1) {
        await client.send('Produce', 9, produceBody('fetched', batch({ timestamp: NOW + index })));
      }
      const fetch = (version: number, partition: object) =>
        client.send('Fetch', version, fetchBody(version, { name: 'fetched', topicId }, partition));
      const answers: Record<string, unknown> = {};
      for (let version = 4; version <= 17; version += 1) {
        answers[`v${version} from 0`] = await fetch(version, { fetchOffset: 0 });
        answers[`v${version} inside a batch`] = await fetch(version, { fetchOffset: 3 });
        answers[`v${version} one byte at most`] = await fetch(version, {
          fetchOffset: 0,
          partitionMaxBytes: 1,
        });
        answers[`v${version} at the end`] = await fetch(version, { fetchOffset: 6 });
        answers[`v${version} beyond the end`] = await fetch(version, { fetchOffset: 7 });
        answers[`v${version} below zero`] = await fetch(version, { fetchOffset: -3 });
        answers[`v${version} unknown partition`] = await fetch(version, { partition: 5, fetchOffset: 0 });
      }
      answers.unknownEpoch = await fetch(12, { fetchOffset: 0, currentLeaderEpoch: 9 });
      answers.unknownId = await client.send(
        'Fetch',
        13,
        fetchBody(13, { name: 'fetched', topicId: UNKNOWN_ID }, { fetchOffset: 0 }),
      );
      return answers;
    },
  },
  {
    name: 'Fetch sessions: an unknown one, a wrong epoch, what an incremental answer holds',
    run: async (client) => {
      const topicId = await createTopic(client, 'sessions', { partitions: 2 });
      const body = (sessionId: number, sessionEpoch: number, partitions: readonly number[]) => ({
        ...fetchBody(13, { name: 'sessions', topicId }, { fetchOffset: 0 }, partitions),
        sessionId,
        sessionEpoch,
      });
      const first = await client.send('Fetch', 13, body(0, 0, [0, 1]));
      const { sessionId } = (first as { response: { sessionId: number } }).response;
      const second = await client.send('Fetch', 13, body(sessionId, 1, []));
      await client.send('Produce', 9, produceBody('sessions', batch({})));
      return [
        sessionId > 0,
        second,
        await client.send('Fetch', 13, body(sessionId, 2, [])),
        await client.send('Fetch', 13, body(sessionId, 9, [])),
        await client.send('Fetch', 13, body(sessionId, -1, [0])),
        await client.send('Fetch', 13, body(sessionId, 3, [])),
        await client.send('Fetch', 13, body(123_456, 5, [])),
      ];
    },
  },
];

const positionCases: readonly DifferentialCase[] = [
  {
    name: 'OffsetForLeaderEpoch: this epoch, a later one, an unknown topic, a wrong current epoch',
    run: async (client) => {
      await createTopic(client, 'epochs');
      await client.send('Produce', 9, produceBody('epochs', batch({})));
      const ask = (topic: string, leaderEpoch: number, currentLeaderEpoch = -1) => ({
        replicaId: -1,
        topics: [{ topic, partitions: [{ partition: 0, leaderEpoch, currentLeaderEpoch }] }],
      });
      return [
        await inVersions(client, 'OffsetForLeaderEpoch', [2, 4], () => ask('epochs', 0)),
        await client.send('OffsetForLeaderEpoch', 4, ask('epochs', 3)),
        await client.send('OffsetForLeaderEpoch', 4, ask('epochs', 0, 4)),
        await client.send('OffsetForLeaderEpoch', 4, ask('never-made-epochs', 0)),
      ];
    },
  },
  {
    name: 'DeleteRecords: inside, to the end, beyond it, below the start, unknown',
    run: async (client) => {
      await createTopic(client, 'deleted-records');
      for (let index = 0; index < 3; index += 1) {
        await client.send('Produce', 9, produceBody('deleted-records', batch({})));
      }
      const to = (name: string, partitionIndex: number, offset: number) =>
        client.send('DeleteRecords', 2, {
          topics: [{ name, partitions: [{ partitionIndex, offset }] }],
          timeoutMs: 5_000,
        });
      return [
        await to('deleted-records', 0, 3),
        await to('deleted-records', 0, 1),
        await client.send('ListOffsets', 7, listBody('deleted-records', 0, -2)),
        await to('deleted-records', 0, 99),
        await to('deleted-records', 0, -1),
        await to('deleted-records', 0, -7),
        await to('deleted-records', 3, 0),
        await to('never-made-deleted', 0, 0),
      ];
    },
  },
  {
    name: 'InitProducerId without a transaction, and with ids that are not ours',
    run: async (client) => {
      const init = async (version: number, fields: object) => {
        const answer = await client.send('InitProducerId', version, {
          transactionTimeoutMs: 60_000,
          ...fields,
        });
        const { response } = answer as {
          response: { errorCode: number; producerId: number; producerEpoch: number };
        };
        return { ...response, producerId: response.producerId >= 0 };
      };
      return [
        await init(0, { transactionalId: null }),
        await init(4, { transactionalId: null }),
        await init(4, { transactionalId: '' }),
        await init(4, { transactionalId: null, producerId: 5, producerEpoch: -1 }),
      ];
    },
  },
];

export const recordCases: readonly DifferentialCase[] = [
  ...produceCases,
  ...listOffsetsCases,
  ...fetchCases,
  ...positionCases,
];

function produceCase(
  what: string,
  versions: readonly [number, number],
  records: () => Uint8Array | null,
): DifferentialCase {
  const topic = `produce-${what.replaceAll(/\W+/g, '-')}`;
  return {
    name: `Produce: ${what}`,
    run: async (client: WireClient) => {
      await createTopic(client, topic);
      return inVersions(client, 'Produce', versions, () => produceBody(topic, records()));
    },
  };
}

function fetchBody(
  version: number,
  topic: { readonly name: string; readonly topicId: string },
  partition: object,
  partitions: readonly number[] = [0],
) {
  return {
    maxWaitMs: 10,
    minBytes: 1,
    maxBytes: 1_000_000,
    topics:
      partitions.length === 0
        ? []
        : [
            {
              ...(version >= 13 ? { topicId: topic.topicId } : { topic: topic.name }),
              partitions: partitions.map((index) => ({
                partition: index,
                partitionMaxBytes: 100_000,
                ...partition,
              })),
            },
          ],
  };
}
