import { afterEach, beforeEach, expect, test } from 'vitest';
import { ErrorCode } from '../../src/protocol/errors.ts';
import type { Decoded } from '../../src/protocol/message.ts';
import { fetchRequest } from '../../src/protocol/messages/fetch-request.ts';
import { fetchResponse } from '../../src/protocol/messages/fetch-response.ts';
import { offsetFetchRequest } from '../../src/protocol/messages/offset-fetch-request.ts';
import { offsetFetchResponse } from '../../src/protocol/messages/offset-fetch-response.ts';
import { batchesIn, isControlAt, lastOffsetAt, producerIdAt } from '../../src/protocol/record-batch.ts';
import { recordsBody, recordsIn } from '../../src/protocol/records.ts';
import { BrokerCluster, until } from './broker-cluster.ts';
import { TransactionAsker } from './transaction-asker.ts';

let cluster: BrokerCluster;
let producer: TransactionAsker;
beforeEach(async () => {
  cluster = new BrokerCluster({
    'transaction.state.log.num.partitions': '2',
    'transaction.state.log.min.isr': '1',
  });
  await cluster.start(3);
  await cluster.createTopic('orders');
  producer = new TransactionAsker(cluster, 'copy');
  await producer.init();
});
afterEach(() => cluster.close());

const TOPICS = ['orders', '__consumer_offsets', '__transaction_state'];

type FetchedPartition = Decoded<typeof fetchResponse>['responses'][number]['partitions'][number];

async function leaderOf(topic: string): Promise<number> {
  let leader = -1;
  await until(`${topic} is led`, async () => {
    const asker = await cluster.asker(cluster.running[0] ?? 1);
    leader = (await asker.metadata(topic))[0]?.leaderId ?? -1;
    return cluster.running.includes(leader);
  });
  return leader;
}

/** One fetch of partition 0 by somebody who reads only what is committed. */
async function fetchCommitted(fetchOffset = 0, { maxWaitMs = 0 } = {}): Promise<FetchedPartition> {
  for (;;) {
    const client = await cluster.connect(await leaderOf('orders'));
    const topics = [
      { topic: 'orders', partitions: [{ partition: 0, fetchOffset, partitionMaxBytes: 1 << 20 }] },
    ];
    const body = { maxWaitMs, minBytes: 1, isolationLevel: 1, topics };
    const { responses } = await client.ask(fetchRequest, fetchResponse, body, 12);
    client.destroy();
    const answer = responses[0]?.partitions[0];
    if (answer?.errorCode === ErrorCode.NONE) return answer;
  }
}

/** All that a consumer makes of partition 0: the texts of those whose transaction was not aborted. */
async function committedTexts(): Promise<string[]> {
  const texts: string[] = [];
  for (let next = 0; ; ) {
    const fetched = await fetchCommitted(next);
    const batches = [...batchesIn(fetched.records ?? new Uint8Array())];
    const [last] = batches.slice(-1);
    if (last === undefined) return texts;
    texts.push(...textsIn(batches, fetched));
    next = lastOffsetAt(last) + 1;
  }
}

function textsIn(batches: readonly Uint8Array[], { abortedTransactions }: FetchedPartition): string[] {
  const aborted = new Map((abortedTransactions ?? []).map((one) => [one.producerId, one.firstOffset]));
  return batches.flatMap((batch) => {
    if (isControlAt(batch)) {
      aborted.delete(producerIdAt(batch));
      return [];
    }
    return [...recordsIn(batch, recordsBody(batch, 1 << 20))]
      .filter(({ offset }) => offset < (aborted.get(producerIdAt(batch)) ?? Number.POSITIVE_INFINITY))
      .map(({ value }) => Buffer.from(value ?? []).toString());
  });
}

/** The offset of a group, as somebody is told who wants it only when it is stable. */
async function stableOffset(): Promise<string> {
  for (const via of cluster.running) {
    const client = await cluster.connect(via);
    const topics = [{ name: 'orders', partitionIndexes: [0] }];
    const body = { groups: [{ groupId: 'readers', topics }], requireStable: true };
    const { groups } = await client.ask(offsetFetchRequest, offsetFetchResponse, body, 8);
    client.destroy();
    const [group] = groups;
    const partition = group?.topics[0]?.partitions[0];
    if (group?.errorCode === ErrorCode.NONE && partition !== undefined) {
      return `${partition.committedOffset}, error ${partition.errorCode}`;
    }
  }
  return 'nobody knows';
}

test('a fetch that waits for what is committed is answered when the transaction is', async () => {
  expect(await producer.add('orders', [0])).toBe(ErrorCode.NONE);
  expect(await producer.send('orders', 'a')).toBe(ErrorCode.NONE);
  expect(await committedTexts()).toEqual([]);
  const waiting = fetchCommitted(0, { maxWaitMs: 60_000 });
  expect(await producer.end(true)).toBe(ErrorCode.NONE);
  const fetched = await waiting;
  expect(textsIn([...batchesIn(fetched.records ?? new Uint8Array())], fetched)).toEqual(['a']);
});

test('a transaction outlives the leaders of its partitions, of its group and of its coordinator', async () => {
  expect(await producer.send('orders', 'aborted', { version: 12 })).toBe(ErrorCode.NONE);
  expect(await producer.end(false)).toBe(ErrorCode.NONE);
  expect(await producer.add('orders', [0])).toBe(ErrorCode.NONE);
  expect(await producer.send('orders', 'before')).toBe(ErrorCode.NONE);
  expect(await producer.commitOffset('readers', 'orders', 17)).toBe(ErrorCode.NONE);
  expect(await stableOffset()).toBe(`-1, error ${ErrorCode.UNSTABLE_OFFSET_COMMIT}`);
  for (const topic of TOPICS) {
    const killed = await leaderOf(topic);
    await cluster.kill(killed);
    expect(await producer.send('orders', `without the leader of ${topic}`)).toBe(ErrorCode.NONE);
    await until('the offset is pending', async () =>
      (await stableOffset()).endsWith(`error ${ErrorCode.UNSTABLE_OFFSET_COMMIT}`),
    );
    expect(await committedTexts()).toEqual([]);
    await cluster.startBroker(killed);
    const asker = await cluster.asker(killed);
    for (const led of TOPICS) {
      await until(`all of ${led} are in sync`, async () => {
        const partitions = await asker.metadata(led);
        return partitions.length > 0 && partitions.every(({ isrNodes }) => isrNodes.length === 3);
      });
    }
  }
  expect(await producer.end(true)).toBe(ErrorCode.NONE);
  await until('the offset counts', async () => (await stableOffset()) === '17, error 0');
  await until('the records count', async () => (await committedTexts()).length > 0);
  const kept = TOPICS.map((topic) => `without the leader of ${topic}`);
  expect(await committedTexts()).toEqual(['before', ...kept]);
}, 60_000);
