import { until } from '../patience.ts';
import { createTopic, type DifferentialCase, inVersions } from './differential-case.ts';
import { drawer } from './drawer.ts';
import { TransactionalClient } from './transactional-client.ts';
import type { WireClient } from './wire-client.ts';

interface Producer {
  readonly producerId: number;
  readonly producerEpoch: number;
}

/**
 * What producers might ask of the coordinator, by both rules and in any order: each goes on from what it believes it
 * has, and now and then repeats its last end, names an old epoch, begins anew or takes over from itself.
 */
function atRandom(seed: number): DifferentialCase {
  return {
    name: `transactional producers, at random (${seed}): answers one by one, and what is known of them`,
    run: async (wire) => {
      const draw = drawer(seed);
      const topic = `transactions-at-random-${seed}`;
      await createTopic(wire, topic, { partitions: 4 });
      const client = new TransactionalClient(wire);
      const said: string[] = [];
      const producers = ['one', 'two'].map((name) => ({
        id: `${topic}-${name}`,
        had: [] as Producer[],
      }));
      for (let step = 0; step < 120; step += 1) {
        const producer = producers[draw(producers.length)];
        if (producer === undefined) continue;
        const now = producer.had.at(-1);
        if (now === undefined || draw(10) === 0) {
          const expected = draw(2) === 0 ? undefined : producer.had.at(-1 - draw(3));
          const answer = await client.init(producer.id, expected === undefined ? {} : { expected });
          said.push(answer.said);
          if (answer.producer.producerId >= 0) producer.had.push(answer.producer);
        } else {
          const named = draw(6) === 0 ? (producer.had.at(-1 - draw(3)) ?? now) : now;
          said.push(await asked(client, { topic, draw, id: producer.id, had: producer.had }, named));
        }
        if (step % 10 === 0) said.push(await client.describe(producer.id));
      }
      return said;
    },
  };
}

/** One request that is not InitProducerId. */
async function asked(
  client: TransactionalClient,
  script: {
    readonly topic: string;
    readonly id: string;
    readonly had: Producer[];
    readonly draw: (bound: number) => number;
  },
  named: Producer,
): Promise<string> {
  const { draw, had, id, topic } = script;
  const kind = draw(8);
  if (kind < 4) {
    const partitions = [draw(4), draw(4)].filter((one, index, all) => all.indexOf(one) === index);
    const version = draw(2) === 0 ? 3 : 5;
    const verifyOnly = version === 5 && draw(3) === 0;
    return client.add(id, named, { topic, partitions, version, verifyOnly });
  }
  const version = draw(2) === 0 ? 4 : 5;
  const answer = await client.end(id, named, { committed: draw(2) === 0, version });
  const isNew =
    answer.producer.producerId !== named.producerId || answer.producer.producerEpoch !== named.producerEpoch;
  if (isNew) had.push(answer.producer);
  return answer.said;
}

export const transactionCoordinatorCases: readonly DifferentialCase[] = [
  atRandom(1),
  atRandom(2),
  atRandom(3),
  {
    name: 'an open transaction is aborted when another producer begins, which is told to ask again',
    run: async (wire) => {
      await createTopic(wire, 'transactions-fence');
      const client = new TransactionalClient(wire);
      const first = await client.init('fence');
      const added = await client.add('fence', first.producer, {
        topic: 'transactions-fence',
        partitions: [0],
      });
      const once = await wire.send('InitProducerId', 5, {
        ...{ transactionalId: 'fence', transactionTimeoutMs: 60_000 },
      });
      const second = await client.init('fence');
      const zombie = await inVersions(wire, 'EndTxn', [0, 5], () => ({
        ...{ transactionalId: 'fence', committed: true },
        ...{ producerId: first.producer.producerId, producerEpoch: 0 },
      }));
      return [first.said, added, once, second.said, zombie, await client.describe('fence')];
    },
  },
  {
    name: 'a producer that is fenced is told so by the code its version knows',
    run: async (wire) => {
      await createTopic(wire, 'transactions-codes');
      const client = new TransactionalClient(wire);
      const { producer } = await client.init('codes');
      await client.init('codes');
      const expected = { producerId: producer.producerId, producerEpoch: 7 };
      const adds: string[] = [];
      for (const version of [0, 1, 2, 3, 4, 5]) {
        adds.push(
          await client.add('codes', producer, { topic: 'transactions-codes', partitions: [0], version }),
        );
      }
      const offsets: string[] = [];
      for (const version of [0, 1, 2, 3, 4])
        offsets.push(await client.addOffsets('codes', producer, version));
      const inits: string[] = [];
      for (const version of [3, 4, 5]) inits.push((await client.init('codes', { version, expected })).said);
      return [adds, offsets, inits];
    },
  },
  {
    name: 'partitions that cannot be added keep the others out; what nobody began is not there',
    run: async (wire) => {
      await createTopic(wire, 'transactions-partitions', { partitions: 2 });
      const client = new TransactionalClient(wire);
      const { producer } = await client.init('partitions');
      const add = (topic: string, partitions: readonly number[], version: number) =>
        client.add('partitions', producer, { topic, partitions, version });
      const stranger = { producerId: producer.producerId + 1_000_000, producerEpoch: 0 };
      const topic = 'transactions-partitions';
      return [
        await add(topic, [0, 5], 3),
        await add('there-is-no-such-topic', [0], 3),
        await add('__consumer_offsets', [0], 3),
        await add(topic, [0, 5], 5),
        await add(topic, [1, 1], 3),
        await client.add('partitions', producer, { topic, partitions: [0, 1], version: 4, verifyOnly: true }),
        await client.add('partitions', stranger, { topic, partitions: [1], version: 4, verifyOnly: true }),
        await client.add('partitions', stranger, { topic, partitions: [1] }),
        await client.add('nobody-began-this', producer, { topic, partitions: [1] }),
        await client.add('', producer, { topic, partitions: [1] }),
        await client.addOffsets('partitions', producer),
        await client.describe('partitions'),
        (await client.end('nobody-began-this', producer, { committed: true, version: 4 })).said,
        (await client.end('nobody-began-this', producer, { committed: true })).said,
        (await client.end('', producer, { committed: true })).said,
        (await client.end('partitions', stranger, { committed: true, version: 4 })).said,
        (await client.end('partitions', producer, { committed: true, version: 4 })).said,
        await client.describe('partitions'),
        await wire.send('DescribeTransactions', 0, { transactionalIds: ['', 'nobody-began-this'] }),
      ];
    },
  },
  {
    name: 'InitProducerId of a transactional producer is checked',
    run: async (wire) => {
      const client = new TransactionalClient(wire);
      const said: string[] = [];
      for (const timeoutMs of [-1, 0, 1, 900_000, 900_001]) {
        said.push((await client.init(`timeout-${timeoutMs}`, { timeoutMs })).said);
      }
      const unknown = { producerId: 77, producerEpoch: 5 };
      said.push((await client.init('never-seen', { expected: unknown })).said);
      said.push((await client.init('never-seen', { expected: unknown })).said);
      const noEpoch = { producerId: 77, producerEpoch: -1 };
      said.push((await client.init('never-seen', { expected: noEpoch })).said);
      for (const version of [0, 1, 2, 3, 4, 5]) said.push((await client.init('versions', { version })).said);
      return said;
    },
  },
  {
    name: 'ListTransactions and its filters',
    run: async (wire) => {
      await createTopic(wire, 'transactions-listed');
      const client = new TransactionalClient(wire);
      const open = await client.init('listed.open');
      await client.add('listed.open', open.producer, { topic: 'transactions-listed', partitions: [0] });
      const ended = await client.init('listed.ended');
      await client.end('listed.ended', ended.producer, { committed: false });
      await client.describe('listed.ended');
      await client.init('listed.begun');
      const list = (version: number, filters: object) => client.list(/^listed\./, version, filters);
      const ids = { producerIdFilters: [open.producer.producerId, 77] };
      return [
        await list(0, {}),
        await list(0, { stateFilters: ['Ongoing', 'CompleteAbort'] }),
        await list(0, { stateFilters: ['Dead', 'PrepareEpochFence', 'Nonsense', 'ongoing'] }),
        await list(0, ids),
        await list(1, { ...ids, stateFilters: ['Empty'] }),
        await list(1, { durationFilter: 0, stateFilters: ['Empty', 'Ongoing'] }),
        await list(1, { durationFilter: 3_600_000 }),
        await list(2, { transactionalIdPattern: 'listed\\.(open|ended)' }),
        await list(2, { transactionalIdPattern: 'listed' }),
        await list(2, { transactionalIdPattern: '' }),
        await list(2, { transactionalIdPattern: 'listed[' }),
        await list(2, { transactionalIdPattern: '(a)\\1' }),
      ];
    },
  },
  {
    name: 'FindCoordinator for transactional ids',
    run: async (wire) => [
      await inVersions(wire, 'FindCoordinator', [1, 3], () => ({ key: 'an-id', keyType: 1 })),
      await wire.send('FindCoordinator', 6, { keyType: 1, coordinatorKeys: ['an-id', 'another', ''] }),
    ],
  },
];

/** Waits until transactions can be begun: their topic is made with the first that is asked for. */
export async function warmTransactions(wire: WireClient): Promise<void> {
  const request = { keyType: 1, coordinatorKeys: ['warm'] };
  await until('transactions have a coordinator', async () =>
    JSON.stringify(await wire.send('FindCoordinator', 4, request)).includes('"errorCode":0'),
  );
  await new TransactionalClient(wire).init('warm');
}
