import { batch, produceBody } from './batches.ts';
import { createTopic, type DifferentialCase, inVersions } from './differential-case.ts';
import { drawer } from './drawer.ts';
import { TransactionalProducer, type TransactionVersion } from './transactional-producer.ts';
import type { WireClient } from './wire-client.ts';

interface FetchedPartition {
  readonly errorCode: number;
  readonly highWatermark: number | bigint;
  readonly lastStableOffset: number | bigint;
  readonly abortedTransactions:
    | readonly { readonly producerId: number | bigint; readonly firstOffset: number | bigint }[]
    | null;
  readonly records: Uint8Array | null;
}

interface ProducedTopic {
  readonly partitionResponses: readonly { readonly errorCode: number }[];
}

/** What a consumer is given; producers by the order in which they are given. */
async function fetched(
  client: WireClient,
  topic: string,
  {
    producers,
    from = 0,
    isolationLevel = 1,
    partition = 0,
  }: {
    readonly producers: readonly TransactionalProducer[];
    readonly from?: number;
    readonly isolationLevel?: number;
    readonly partition?: number;
  },
) {
  const answer = await client.send('Fetch', 12, {
    ...{ replicaId: -1, maxWaitMs: 0, minBytes: 0, maxBytes: 1_000_000, isolationLevel },
    ...{ sessionId: 0, sessionEpoch: -1, forgottenTopicsData: [], rackId: '' },
    topics: [
      {
        topic,
        partitions: [
          {
            ...{ partition, currentLeaderEpoch: -1, fetchOffset: from, lastFetchedEpoch: -1 },
            ...{ logStartOffset: -1, partitionMaxBytes: 1_000_000 },
          },
        ],
      },
    ],
  });
  if (!('response' in answer)) return 'closed';
  const { responses } = answer.response as {
    readonly responses: readonly { readonly partitions: readonly FetchedPartition[] }[];
  };
  const [found] = responses[0]?.partitions ?? [];
  const nameOf = (id: number | bigint) =>
    producers.findIndex(({ producerId }) => producerId === Number(id)).toString();
  return {
    errorCode: found?.errorCode,
    ends: `${found?.lastStableOffset} of ${found?.highWatermark}`,
    // Kafka looks them up by an index entry's range, and so names some that begin behind what is read.
    aborted: found?.abortedTransactions
      ?.filter(({ firstOffset }) => firstOffset < found.lastStableOffset)
      .map(({ producerId, firstOffset }) => `${nameOf(producerId)} from ${firstOffset}`),
    bytes: found?.records?.length ?? 0,
  };
}

/** What the leader knows of those who write to a partition. */
async function describedProducers(
  client: WireClient,
  topic: string,
  producers: readonly TransactionalProducer[],
): Promise<unknown> {
  const request = { topics: [{ name: topic, partitionIndexes: [0] }] };
  const answer = await client.send('DescribeProducers', 0, request);
  if (!('response' in answer)) return 'closed';
  const { topics } = answer.response as {
    readonly topics: readonly {
      readonly partitions: readonly { readonly activeProducers: readonly Record<string, unknown>[] }[];
    }[];
  };
  const active = topics[0]?.partitions[0]?.activeProducers ?? [];
  return producers.map(({ producerId }) => {
    const {
      lastTimestamp: _,
      producerId: __,
      ...known
    } = active.find((producer) => Number(producer.producerId) === producerId) ?? {};
    return known;
  });
}

interface Marker {
  readonly producerEpoch: number;
  readonly committed?: boolean;
  readonly coordinatorEpoch?: number;
  readonly transactionVersion?: number;
  readonly partitions?: readonly number[];
}

/** The error code of each partition that a marker is written to. */
async function writeMarker(
  client: WireClient,
  topic: string,
  { producerId }: { readonly producerId: number },
  { partitions = [0], committed = false, ...marker }: Marker,
): Promise<unknown> {
  const version = marker.transactionVersion === undefined ? 1 : 2;
  const answer = await client.send('WriteTxnMarkers', version, {
    markers: [
      {
        ...{ producerId, coordinatorEpoch: 0, transactionResult: committed },
        ...marker,
        topics: [{ name: topic, partitionIndexes: partitions }],
      },
    ],
  });
  if (!('response' in answer)) return 'closed';
  const { markers } = answer.response as {
    readonly markers: readonly {
      readonly topics: readonly {
        readonly partitions: readonly { readonly partitionIndex: number; readonly errorCode: number }[];
      }[];
    }[];
  };
  return markers.map(({ topics }) =>
    topics.map((one) =>
      one.partitions.map(({ partitionIndex, errorCode }) => `${partitionIndex}: ${errorCode}`).toSorted(),
    ),
  );
}

async function offsetOf(client: WireClient, group: string, topic: string): Promise<unknown> {
  const answers: unknown[] = [];
  for (const requireStable of [false, true]) {
    const answer = await client.send('OffsetFetch', 7, {
      ...{ groupId: group, requireStable },
      topics: [{ name: topic, partitionIndexes: [0] }],
    });
    answers.push('response' in answer ? answer.response : 'closed');
  }
  return answers;
}

async function endOffsets(client: WireClient, topic: string): Promise<unknown> {
  const answers: unknown[] = [];
  for (const isolationLevel of [0, 1]) {
    const partitions = [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp: -1 }];
    const request = { replicaId: -1, isolationLevel, topics: [{ name: topic, partitions }] };
    answers.push(await client.send('ListOffsets', 7, request));
  }
  return answers;
}

/** One history of two producers and two partitions, drawn from a seed: what each step is answered. */
async function randomHistory(client: WireClient, seed: number, version: TransactionVersion) {
  const topic = `transactions-at-random-${version}-${seed}`;
  await createTopic(client, topic, { partitions: 2 });
  const producers = await Promise.all(
    [0, 1].map((index) => new TransactionalProducer(client, `${topic}-${index}`, version)),
  );
  for (const producer of producers) await producer.init();
  const draw = drawer(seed);
  const answers: unknown[] = [];
  for (let step = 0; step < 60; step += 1) {
    const index = draw(2);
    const producer = producers[index];
    if (producer === undefined) continue;
    const partition = draw(2);
    const whim = draw(16);
    const said = async (): Promise<unknown> => {
      if (whim < 2 && version === 1) return producer.add(topic, [partition]);
      if (whim < 9) return producer.send(topic, { partition });
      if (whim === 9) return producer.send(topic, { partition, sequence: draw(5) * 2 });
      if (whim === 10) return producer.send(topic, { partition, epoch: Math.max(0, producer.epoch - 1) });
      if (whim === 11) return producer.send(topic, { partition, transactional: false });
      if (whim === 12) return producer.initAnew();
      return producer.end(whim > 13);
    };
    answers.push(`${index} ${whim} ${JSON.stringify(await said())}`);
    if (step % 10 === 9) {
      for (const one of producers) await one.ended();
      answers.push(
        await fetched(client, topic, { producers }),
        await describedProducers(client, topic, producers),
      );
    }
  }
  for (const from of [0, 5, 11, 20]) {
    for (const partition of [0, 1])
      answers.push(await fetched(client, topic, { producers, from, partition }));
  }
  return answers;
}

const randomCases: readonly DifferentialCase[] = [1, 2].flatMap((seed) =>
  ([1, 2] as const).map((version) => ({
    name: `transactions at random (${seed}), by version ${version}`,
    run: (client: WireClient) => randomHistory(client, seed, version),
  })),
);

export const transactionCases: readonly DifferentialCase[] = [
  {
    name: 'a transaction of version 1: its partition is verified, and its records count when it is committed',
    run: async (client) => {
      const topic = 'transactions-1';
      await createTopic(client, topic);
      const producer = await new TransactionalProducer(client, 'version-1', 1).init();
      const producers = [producer];
      const answers: unknown[] = [];
      for (const version of [9, 10, 11]) answers.push(await producer.send(topic, { version }));
      answers.push(await producer.add(topic, [0]));
      answers.push(await producer.send(topic, { sequence: 4 }), await producer.send(topic));
      answers.push(await producer.send(topic), await producer.send(topic, { sequence: 0 }));
      answers.push(await producer.send(topic, { transactional: false }));
      const look = async () =>
        answers.push(
          await fetched(client, topic, { producers }),
          await fetched(client, topic, { producers, isolationLevel: 0 }),
          await describedProducers(client, topic, producers),
          await endOffsets(client, topic),
        );
      await look();
      answers.push(await producer.end(true));
      await look();
      answers.push(await producer.send(topic), await producer.send(topic, { transactional: false }));
      answers.push(await producer.add(topic, [0]), await producer.send(topic, { sequence: 6 }));
      answers.push(await producer.end(false));
      await look();
      for (const from of [4, 5, 7, 9, 10]) answers.push(await fetched(client, topic, { producers, from }));
      return answers;
    },
  },
  {
    name: 'a transaction of version 2: its partition adds itself, and each one has its epoch',
    run: async (client) => {
      const topic = 'transactions-2';
      await createTopic(client, topic, { partitions: 2 });
      const producer = await new TransactionalProducer(client, 'version-2', 2).init();
      const producers = [producer];
      const answers: unknown[] = [await producer.send(topic, { sequence: 2 })];
      answers.push(await producer.send(topic), await producer.send(topic));
      const before = producer.epoch;
      answers.push(await producer.end(true), producer.epoch - before);
      answers.push(
        await producer.send(topic, { epoch: before }),
        await producer.send(topic, { sequence: 2 }),
      );
      answers.push(await producer.send(topic), await producer.send(topic, { partition: 1 }));
      answers.push(await describedProducers(client, topic, producers));
      answers.push(await producer.end(false), await producer.end(true), await producer.end(false));
      answers.push(await describedProducers(client, topic, producers));
      for (const from of [0, 4, 5, 6]) answers.push(await fetched(client, topic, { producers, from }));
      return answers;
    },
  },
  {
    name: 'WriteTxnMarkers: whose epoch is old or late, whose coordinator is fenced, and what is not there',
    run: async (client) => {
      const topic = 'markers';
      await createTopic(client, topic, { partitions: 2 });
      const producer = await new TransactionalProducer(client, 'markers', 2).init();
      await producer.init();
      const { epoch } = producer;
      const mark = (marker: Marker, name = topic) => writeMarker(client, name, producer, marker);
      const answers: unknown[] = [await producer.send(topic)];
      answers.push(await mark({ producerEpoch: epoch, transactionVersion: 2 }));
      answers.push(await mark({ producerEpoch: epoch - 1 }));
      answers.push(await mark({ producerEpoch: epoch + 1, transactionVersion: 2, coordinatorEpoch: 5 }));
      answers.push(await mark({ producerEpoch: epoch + 1, transactionVersion: 2, coordinatorEpoch: 5 }));
      answers.push(await mark({ producerEpoch: epoch + 1, transactionVersion: 2, coordinatorEpoch: 4 }));
      answers.push(await mark({ producerEpoch: epoch, transactionVersion: 2, coordinatorEpoch: 6 }));
      answers.push(await describedProducers(client, topic, [producer]));
      answers.push(await mark({ producerEpoch: epoch + 1, partitions: [1, 7], coordinatorEpoch: 5 }));
      answers.push(await mark({ producerEpoch: epoch }, 'never-made-markers'));
      answers.push(await mark({ producerEpoch: epoch }, '__consumer_offsets'));
      answers.push(await fetched(client, topic, { producers: [producer] }));
      answers.push(await inVersions(client, 'WriteTxnMarkers', [1, 2], () => ({ markers: [] })));
      return answers;
    },
  },
  {
    name: 'an admin aborts a transaction whose producer is gone',
    run: async (client) => {
      const topic = 'hanging';
      await createTopic(client, topic);
      const producer = await new TransactionalProducer(client, 'hanging', 1).init();
      const answers: unknown[] = [await producer.add(topic, [0]), await producer.send(topic)];
      const { epoch: producerEpoch } = producer;
      answers.push(await writeMarker(client, topic, producer, { producerEpoch, coordinatorEpoch: -1 }));
      answers.push(await writeMarker(client, topic, producer, { producerEpoch, coordinatorEpoch: 0 }));
      answers.push(await describedProducers(client, topic, [producer]));
      answers.push(await fetched(client, topic, { producers: [producer] }), await producer.end(false));
      return answers;
    },
  },
  {
    name: 'offsets in a transaction: verified, pending, committed and aborted',
    run: async (client) => {
      const topic = 'transactional-offsets';
      await createTopic(client, topic);
      const producer = await new TransactionalProducer(client, 'offsets-1', 1).init();
      const group = 'transactional-offsets';
      const answers: unknown[] = [];
      for (const version of [0, 1, 2, 3, 4]) {
        answers.push(await producer.commitOffset({ group, topic, offset: 1 }, { version }));
      }
      answers.push(await offsetOf(client, group, topic), await producer.addOffsets(group));
      answers.push(
        await producer.commitOffset({ group, topic, offset: 2 }),
        await offsetOf(client, group, topic),
      );
      for (const asked of [
        { generationId: 3 },
        { memberId: 'nobody' },
        { generationId: 3, memberId: 'nobody' },
      ]) {
        answers.push(await producer.commitOffset({ group, topic, offset: 9 }, asked));
        answers.push(await producer.commitOffset({ group: `${group}-none`, topic, offset: 9 }, asked));
      }
      answers.push(await producer.commitOffset({ group, topic: 'never-made-offsets', offset: 2 }));
      answers.push(await producer.commitOffset({ group: '', topic, offset: 2 }));
      answers.push(await producer.end(true), await offsetOf(client, group, topic));
      await producer.addOffsets(group);
      answers.push(
        await producer.commitOffset({ group, topic, offset: 5 }),
        await offsetOf(client, group, topic),
      );
      answers.push(await producer.end(false), await offsetOf(client, group, topic));
      return answers;
    },
  },
  {
    name: 'offsets in a transaction of version 2, and deletions of what is pending',
    run: async (client) => {
      const topic = 'pending-offsets';
      await createTopic(client, topic);
      const producer = await new TransactionalProducer(client, 'offsets-2', 2).init();
      const group = 'pending-offsets';
      const answers: unknown[] = [await producer.commitOffset({ group, topic, offset: 5 })];
      answers.push(await offsetOf(client, group, topic), await producer.end(true));
      answers.push(await offsetOf(client, group, topic));
      answers.push(await producer.commitOffset({ group, topic, offset: 7 }));
      const deleted = { groupId: group, topics: [{ name: topic, partitions: [{ partitionIndex: 0 }] }] };
      answers.push(await client.send('OffsetDelete', 0, deleted), await offsetOf(client, group, topic));
      answers.push(await producer.end(true), await offsetOf(client, group, topic));
      answers.push(await producer.commitOffset({ group, topic, offset: 8 }));
      answers.push(await client.send('DeleteGroups', 2, { groupsNames: [group] }));
      answers.push(await producer.end(true), await offsetOf(client, group, topic));
      return answers;
    },
  },
  {
    name: 'Produce: two producers in one request, and transactional records without a transactional id',
    run: async (client) => {
      const topic = 'mixed-producers';
      await createTopic(client, topic, { partitions: 2 });
      const producer = await new TransactionalProducer(client, 'mixed', 1).init();
      await producer.add(topic, [0, 1]);
      const { producerId, epoch: producerEpoch } = producer;
      const of = (id: number) => batch({ attributes: 0x10, producerId: id, producerEpoch, sequence: 0 });
      const both = [producerId, producerId + 50_000].map((id, index) => ({ index, records: of(id) }));
      const codesOf = async (transactionalId: string | null, body: object) => {
        const answer = await client.send('Produce', 9, { transactionalId, ...body });
        if (!('response' in answer)) return 'closed';
        const { responses } = answer.response as { readonly responses: readonly ProducedTopic[] };
        return responses.flatMap((one) => one.partitionResponses.map(({ errorCode }) => errorCode));
      };
      const topicData = [{ name: topic, partitionData: both }];
      return [
        await codesOf('mixed', { acks: -1, timeoutMs: 5_000, topicData }),
        await codesOf(null, produceBody(topic, of(producerId))),
        await codesOf('other', produceBody(topic, of(producerId))),
      ];
    },
  },
  {
    name: 'records of an open transaction are deleted',
    run: async (client) => {
      const topic = 'deleted-in-transaction';
      await createTopic(client, topic);
      const producer = await new TransactionalProducer(client, 'deleted', 1).init();
      await producer.add(topic, [0]);
      const producers = [producer];
      const answers: unknown[] = [await producer.send(topic), await producer.send(topic)];
      const topics = [{ name: topic, partitions: [{ partitionIndex: 0, offset: 2 }] }];
      answers.push(await client.send('DeleteRecords', 2, { topics, timeoutMs: 5_000 }));
      answers.push(await fetched(client, topic, { producers, from: 2 }), await endOffsets(client, topic));
      answers.push(await producer.end(false), await fetched(client, topic, { producers, from: 2 }));
      return answers;
    },
  },
  ...randomCases,
];
