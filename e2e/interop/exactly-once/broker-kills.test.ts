import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ThreeNodes } from '../cluster/three-nodes.ts';
import { type CommittedRecord, committedRecords, recordsOf } from './committed-records.ts';
import { COPYING_TOPICS, Copying } from './copying.ts';
import type { LineProcess } from './line-process.ts';
import { note } from './note.ts';
import { STREAMS_TOPICS, StreamsWork } from './streams-work.ts';
import { bootstrapOf, createTopics, killBrokers, startThreeBrokers } from './three-brokers.ts';

const KILLS = 3;
const RECORDS_TO_COPY = 6_000;

let cluster: ThreeNodes;
let bootstrap: string;
let streams: StreamsWork;
let seenByFollowers: { readonly counts: LineProcess; readonly paid: LineProcess };
let copying: Copying;

beforeAll(async () => {
  cluster = await startThreeBrokers();
  bootstrap = bootstrapOf(cluster);
  await createTopics(cluster, { ...STREAMS_TOPICS, ...COPYING_TOPICS });
  streams = await StreamsWork.begin(bootstrap);
  await streams.goOn();
  copying = await Copying.begin(bootstrap, RECORDS_TO_COPY);
  let working: Promise<void> = Promise.resolve();
  await killBrokers(cluster, KILLS, async (kill) => {
    await Promise.all([working, copying.hasCopied((kill + 0.5) / (KILLS + 1))]);
    if (kill === 2) await streams.startInstance();
    // The broker dies, and an instance too, in the midst of the work on what is written now.
    working = streams.goOn();
    await streams.isAtWork();
    if (kill === 1) await streams.killInstance();
  });
  await working;
  await streams.goOn();
  await copying.finish();
  seenByFollowers = await streams.finish();
}, 1_200_000);

afterAll(async () => {
  await Promise.all([streams?.close(), copying?.close()]);
  await cluster?.close();
});

test('each word is counted once for each time that it was written, and in order', async () => {
  const counts = await committedRecords(bootstrap, 'word-counts');
  const byWord = Map.groupBy(counts, ({ key }) => key);
  const expected = [...streams.expectedCounts].map(([word, count]) => [word, upTo(count)]);
  expect(
    Object.fromEntries([...byWord].map(([word, of]) => [word, of.map(({ value }) => Number(value))])),
  ).toEqual(Object.fromEntries(expected));
  expect(recordsOf(seenByFollowers.counts)).toEqual(counts);
});

test('each order is joined with its payment and its customer, once', async () => {
  const paid = await committedRecords(bootstrap, 'paid-orders');
  expect(paid.map(({ key, value }) => `${key} ${value}`).toSorted()).toEqual(
    streams.expectedOrders.toSorted(),
  );
  expect(recordsOf(seenByFollowers.paid)).toEqual(paid);
  await note({
    judge: 'Kafka Streams 4.3.1, exactly_once_v2',
    asked: `words counted, orders joined with payments and customers, while ${KILLS} brokers and an instance are killed`,
    found: 'each count in order and each joined order, once',
  });
});

test('what was to be copied is copied once, and in order', async () => {
  const [from, to] = [
    await committedRecords(bootstrap, 'to-copy'),
    await committedRecords(bootstrap, 'copied'),
  ];
  expect(valuesOf(to)).toEqual(valuesOf(from));
  expect(to).toHaveLength(RECORDS_TO_COPY);
  expect(copying.told).toBe(RECORDS_TO_COPY);
  expect(recordsOf(copying.follower)).toEqual(to);
  await note({
    judge: 'TransactionalMessageCopier 4.3.1, two of a group',
    asked: `copying with random aborts while ${KILLS} brokers are killed`,
    found: 'every record once and in order, and nothing aborted was ever read',
  });
});

function valuesOf(records: readonly CommittedRecord[]): string[] {
  return records.map(({ partition, key, value }) => `${partition} ${key} ${value}`);
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
