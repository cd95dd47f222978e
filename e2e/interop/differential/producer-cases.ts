import { batch, produceBody } from './batches.ts';
import { createTopic, type DifferentialCase } from './differential-case.ts';
import { drawer } from './drawer.ts';
import type { WireClient } from './wire-client.ts';

/** One append of an idempotent producer. */
interface ScriptedAppend {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly sequence: number;
  readonly records: number;
}

const SEQUENCES = 2 ** 31;

/**
 * What producers might send of which most is right: each goes on from what it believes it has written, and now and
 * then repeats one of its last batches, leaves a gap, takes a new epoch or returns to an old one.
 */
function script(seed: number, length: number): ScriptedAppend[] {
  const draw = drawer(seed);
  const firstSequences = [0, 5, SEQUENCES - 4];
  const producers = firstSequences.map((next, index) => ({
    producerId: 6_000_000 + seed * 100 + index,
    producerEpoch: 0,
    next,
    sent: [] as ScriptedAppend[],
  }));
  const appends: ScriptedAppend[] = [];
  for (let step = 0; step < length; step += 1) {
    const producer = producers[draw(producers.length)];
    if (producer === undefined) continue;
    const { producerId } = producer;
    const records = 1 + draw(3);
    const whim = draw(12);
    const again = producer.sent.at(-1 - draw(7));
    if (whim < 3 && again !== undefined) {
      appends.push(whim === 2 ? { ...again, records } : again);
      continue;
    }
    if (whim === 3) {
      producer.producerEpoch += 1;
      producer.next = draw(4) === 0 ? 3 : 0;
    }
    const producerEpoch = Math.max(0, producer.producerEpoch - (whim === 4 ? 1 : 0));
    const sequence = (producer.next + (whim === 5 ? 1 + draw(3) : 0)) % SEQUENCES;
    const append = { producerId, producerEpoch, sequence, records };
    appends.push(append);
    producer.sent.push(append);
    if (whim < 3 || whim > 5) producer.next = (sequence + records) % SEQUENCES;
  }
  return appends;
}

interface ProduceAnswer {
  readonly responses: readonly {
    readonly partitionResponses: readonly { readonly errorCode: number; readonly baseOffset: number }[];
  }[];
}

/** The answer to one append, with its request: short enough to be read where two answers differ. */
async function answered(client: WireClient, topic: string, append: ScriptedAppend): Promise<string> {
  const answer = await client.send('Produce', 9, produceBody(topic, batch(append)));
  if (!('response' in answer)) return 'closed';
  const [partition] = (answer.response as ProduceAnswer).responses[0]?.partitionResponses ?? [];
  const { producerId, producerEpoch, sequence, records } = append;
  return `${producerId}/${producerEpoch} ${sequence}+${records}: ${partition?.errorCode} at ${partition?.baseOffset}`;
}

/** What the broker knows of the producers of a partition, by their ids. */
export async function producersOf(client: WireClient, topic: string, partition = 0): Promise<unknown> {
  const answer = await client.send('DescribeProducers', 0, {
    topics: [{ name: topic, partitionIndexes: [partition] }],
  });
  if (!('response' in answer)) return 'closed';
  const { topics } = answer.response as {
    readonly topics: readonly {
      readonly partitions: readonly {
        readonly activeProducers: readonly { readonly producerId: number }[];
      }[];
    }[];
  };
  const producers = topics[0]?.partitions[0]?.activeProducers ?? [];
  return producers.toSorted((left, right) => left.producerId - right.producerId);
}

const randomCases: readonly DifferentialCase[] = [1, 2, 3, 4].map((seed) => ({
  name: `idempotent producers, at random (${seed}): answers one by one, and what is known of them`,
  run: async (client) => {
    const topic = `producers-at-random-${seed}`;
    await createTopic(client, topic);
    const answers: unknown[] = [];
    for (const append of script(seed, 150)) {
      answers.push(await answered(client, topic, append));
      if (answers.length % 25 === 0) answers.push(await producersOf(client, topic));
    }
    return answers;
  },
}));

export const producerCases: readonly DifferentialCase[] = [
  ...randomCases,
  {
    name: 'a producer whose records were all deleted is still held to its sequence',
    run: async (client) => {
      await createTopic(client, 'producers-deleted');
      const append = (sequence: number) =>
        answered(client, 'producers-deleted', {
          producerId: 6_999_999,
          producerEpoch: 0,
          sequence,
          records: 2,
        });
      const answers: unknown[] = [await append(0), await append(2)];
      const request = {
        topics: [{ name: 'producers-deleted', partitions: [{ partitionIndex: 0, offset: -1 }] }],
        timeoutMs: 5_000,
      };
      await client.send('DeleteRecords', 2, request);
      for (const sequence of [6, 2, 4, 4, 9]) answers.push(await append(sequence));
      return [...answers, await producersOf(client, 'producers-deleted')];
    },
  },
  {
    name: 'DescribeProducers of what is not there, and of a partition nobody has written to',
    run: async (client) => {
      await createTopic(client, 'producers-none', { partitions: 2 });
      return client.send('DescribeProducers', 0, {
        topics: [
          { name: 'producers-none', partitionIndexes: [0, 1, 7] },
          { name: 'never-made-producers', partitionIndexes: [0] },
          { name: 'not a name', partitionIndexes: [0] },
        ],
      });
    },
  },
];
