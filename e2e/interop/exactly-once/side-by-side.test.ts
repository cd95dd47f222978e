import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ThreeNodes } from '../cluster/three-nodes.ts';
import { committedGroupOffset } from './group-offset.ts';
import { note } from './note.ts';
import { bootstrapOf, createTopics, startThreeBrokers } from './three-brokers.ts';
import {
  javaClient,
  KafkaJsTransactions,
  librdkafkaClient,
  type TransactionalClient,
} from './transactional-clients.ts';

const TOPIC = 'written-by-all-three';
const PARTITIONS = 2;

const java = javaClient();
const librdkafka = librdkafkaClient();
const clients: readonly TransactionalClient[] = [java, librdkafka, new KafkaJsTransactions()];
/** Each of three takes each part once: who begins is not who ends first, and another one is aborted each time. */
const ROUNDS = [0, 1, 2].map((turn) =>
  clients.map((_, index) => clients[(index + turn) % 3] as TransactionalClient),
);

let cluster: ThreeNodes;
let bootstrap: string;
/** What is committed, by partition, in the order in which it was written. */
const committed: string[][] = [[], []];
const everything: string[][] = [[], []];

beforeAll(async () => {
  cluster = await startThreeBrokers();
  bootstrap = bootstrapOf(cluster);
  await createTopics(cluster, { [TOPIC]: PARTITIONS, fenced: 1, offsets: 1 });
  for (const client of clients) await client.open(bootstrap, idOf(client));
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await cluster?.close();
});

describe.each(ROUNDS.map((round, index) => [index + 1, ...round] as const))(
  'round %i: three transactions are open at once',
  (round, first, second, third) => {
    test('nobody sees any of them while the first is open', async () => {
      const before = committed.map((values) => [...values]);
      for (const client of [first, second, third]) await client.begin(idOf(client));
      // Interleaved, so that each batch of one lies between batches of the others.
      for (const part of ['a', 'b']) {
        for (const client of [first, second, third]) {
          for (let partition = 0; partition < PARTITIONS; partition++) {
            const values = [1, 2].map((number) => `${client.name} round ${round} ${part}${number}`);
            await client.send(idOf(client), TOPIC, partition, values);
            everything[partition]?.push(...values);
            if (client !== second) committed[partition]?.push(...values);
          }
        }
      }
      await seenByAll(before);
      expect(await java.read(bootstrap, TOPIC, PARTITIONS, 'read_uncommitted')).toEqual(everything);
    });

    test('nobody sees what is committed behind one that is open', async () => {
      const before = committed.map((values) => values.slice(0, -8));
      await third.end(idOf(third), 'commit');
      await seenByAll(before);
      await second.end(idOf(second), 'abort');
      await seenByAll(before);
    });

    test('everyone sees what the others have committed, and nothing of what was aborted', async () => {
      await first.end(idOf(first), 'commit');
      await seenByAll(committed);
      expect(await librdkafka.read(bootstrap, TOPIC, PARTITIONS, 'read_uncommitted')).toEqual(everything);
    });
  },
);

describe.each(clients.map((client) => [client.name, client] as const))('%s', (name, client) => {
  test('moves the offset of a group with its transaction, and only then', async () => {
    const group = `group-of-${idOf(client)}`;
    const moveTo = async (offset: number, how: 'commit' | 'abort') => {
      await client.begin(idOf(client));
      await client.send(idOf(client), 'offsets', 0, [`${name} ${how}`]);
      await client.sendOffset(idOf(client), { group, topic: TOPIC, partition: 0, offset });
      await client.end(idOf(client), how);
    };
    await moveTo(3, 'commit');
    expect(await committedGroupOffset(cluster, group, TOPIC)).toBe(3);
    await moveTo(5, 'abort');
    expect(await committedGroupOffset(cluster, group, TOPIC)).toBe(3);
    await moveTo(7, 'commit');
    expect(await committedGroupOffset(cluster, group, TOPIC)).toBe(7);
  });
});

describe('a transactional id that another client takes over', () => {
  test.each(clients.map((client, index) => [client.name, clients[(index + 1) % 3]?.name, index] as const))(
    'from %s to %s',
    async (_, __, index) => {
      const [before, after] = [
        clients[index] as TransactionalClient,
        clients[(index + 1) % 3] as TransactionalClient,
      ];
      const id = `taken-over-${index}`;
      await before.open(bootstrap, id);
      await before.begin(id);
      await before.send(id, 'fenced', 0, [`lost ${index}`]);
      await after.open(bootstrap, id);
      await after.begin(id);
      await after.send(id, 'fenced', 0, [`kept ${index}`]);
      await expect(before.end(id, 'commit')).rejects.toThrow(/fenced|newer|epoch/i);
      await after.end(id, 'commit');
      const kept = Array.from({ length: index + 1 }, (_, at) => `kept ${at}`);
      for (const client of clients)
        expect(await client.committed(bootstrap, 'fenced', 1, index + 1)).toEqual([kept]);
    },
  );

  test('is noted', () =>
    note({
      judge: clients.map(({ name }) => name).join(', '),
      asked:
        'transactions of all three, open at the same time on one topic; groups’ offsets in them; ids taken over',
      found: 'each sees what the others committed, behind what is open nothing, of what was aborted nothing',
    }));
});

async function seenByAll(values: readonly (readonly string[])[]): Promise<void> {
  const count = values.flat().length;
  for (const client of clients) {
    expect(await client.committed(bootstrap, TOPIC, PARTITIONS, count), client.name).toEqual(values);
  }
}

function idOf({ name }: TransactionalClient): string {
  return name.replaceAll(/\W/g, '-');
}
