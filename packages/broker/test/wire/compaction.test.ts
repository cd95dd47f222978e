import fs from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ErrorCode } from '../../src/protocol/errors.ts';
import { createTopicsRequest } from '../../src/protocol/messages/create-topics-request.ts';
import { createTopicsResponse } from '../../src/protocol/messages/create-topics-response.ts';
import { fetchRequest } from '../../src/protocol/messages/fetch-request.ts';
import { fetchResponse } from '../../src/protocol/messages/fetch-response.ts';
import { findCoordinatorRequest } from '../../src/protocol/messages/find-coordinator-request.ts';
import { findCoordinatorResponse } from '../../src/protocol/messages/find-coordinator-response.ts';
import { offsetCommitRequest } from '../../src/protocol/messages/offset-commit-request.ts';
import { offsetCommitResponse } from '../../src/protocol/messages/offset-commit-response.ts';
import { offsetFetchRequest } from '../../src/protocol/messages/offset-fetch-request.ts';
import { offsetFetchResponse } from '../../src/protocol/messages/offset-fetch-response.ts';
import { produceRequest } from '../../src/protocol/messages/produce-request.ts';
import { produceResponse } from '../../src/protocol/messages/produce-response.ts';
import { batchesIn, lastOffsetAt } from '../../src/protocol/record-batch.ts';
import { buildBatch, recordsBody, recordsIn } from '../../src/protocol/records.ts';
import { BrokerBed } from './broker-bed.ts';
import type { WireClient } from './wire-client.ts';

/** The smallest that a segment may be. */
const SEGMENT_BYTES = 1024 * 1024;

let bed: BrokerBed;
let client: WireClient;
beforeEach(async () => {
  bed = new BrokerBed();
  await bed.start(SETTINGS);
  client = await bed.connect();
});
afterEach(() => bed.remove());

const SETTINGS = {
  'log.cleaner.backoff.ms': '20',
  'log.cleaner.min.cleanable.ratio': '0.01',
  'offsets.topic.segment.bytes': String(SEGMENT_BYTES),
};

async function createCompacted(name: string): Promise<void> {
  const configs = [
    { name: 'cleanup.policy', value: 'compact' },
    { name: 'segment.bytes', value: String(SEGMENT_BYTES) },
  ];
  const body = { topics: [{ name, numPartitions: 1, replicationFactor: 1, configs }], timeoutMs: 5000 };
  const { topics } = await client.ask(createTopicsRequest, createTopicsResponse, body, 7);
  expect(topics[0]?.errorCode).toBe(ErrorCode.NONE);
}

async function produce(name: string, records: Uint8Array) {
  const body = { acks: -1, timeoutMs: 5000, topicData: [{ name, partitionData: [{ index: 0, records }] }] };
  const answer = await client.ask(produceRequest, produceResponse, body, 9);
  return answer.responses[0]?.partitionResponses[0];
}

/** The topic from its beginning, as a consumer reads it: key and value by offset. */
async function consume(topic: string): Promise<[number, string, string][]> {
  const read: [number, string, string][] = [];
  for (let fetchOffset = 0; ; ) {
    const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: 300_000 }];
    const body = { maxWaitMs: 0, minBytes: 1, isolationLevel: 1, topics: [{ topic, partitions }] };
    const partition = (await client.ask(fetchRequest, fetchResponse, body, 12)).responses[0]?.partitions[0];
    expect(partition?.errorCode).toBe(ErrorCode.NONE);
    const batches = [...batchesIn(partition?.records ?? new Uint8Array(0))];
    if (batches.length === 0) return read;
    for (const batch of batches) {
      for (const { offset, key, value } of recordsIn(batch, recordsBody(batch, 10_000_000))) {
        read.push([
          offset,
          Buffer.from(key ?? []).toString(),
          Buffer.from(value ?? []).toString('latin1', 0, 8),
        ]);
      }
      fetchOffset = lastOffsetAt(batch) + 1;
    }
  }
}

test('a compacted topic keeps the last value of each key, and a reader meanwhile sees no older one', async () => {
  await createCompacted('tables');
  const padding = 'x'.repeat(1000);
  const latest = new Map<string, string>();
  let reads = 0;
  for (let round = 0; round < 12; round++) {
    const records = Array.from({ length: 300 }, (_, index) => {
      const [key, value] = [`key-${index % 100}`, String(round * 1000 + index).padStart(8, '0')];
      latest.set(key, value);
      return { key: Buffer.from(key), value: Buffer.from(value + padding) };
    });
    const compression = round % 2 === 0 ? 'none' : 'lz4';
    expect((await produce('tables', buildBatch(records, { compression })))?.errorCode).toBe(ErrorCode.NONE);
    expect(new Map((await consume('tables')).map(([, key, value]) => [key, value]))).toEqual(latest);
    reads++;
  }
  // One segment is active, and the last record of each key may lie there.
  await expect.poll(async () => (await consume('tables')).length, { timeout: 10_000 }).toBeLessThan(2000);
  const read = await consume('tables');
  expect(read.map(([offset]) => offset)).toEqual(read.map(([offset]) => offset).toSorted((a, b) => a - b));
  expect(new Map(read.map(([, key, value]) => [key, value]))).toEqual(latest);
  expect(reads).toBe(12);
  expect(fs.readFileSync(`${bed.directory}/data/cleaner-offset-checkpoint`, 'utf8')).toMatch(
    /^0\n1\ntables 0 \d+\n$/,
  );
});

test.each(['none', 'zstd'] as const)(
  'a record without a key is refused in a batch of %s, and named',
  async (compression) => {
    await createCompacted('tables');
    const records = [
      { key: Buffer.from('a'), value: Buffer.from('1') },
      { key: null, value: Buffer.from('2') },
    ];
    expect(await produce('tables', buildBatch(records, { compression }))).toMatchObject({
      errorCode: ErrorCode.INVALID_RECORD,
      recordErrors: [{ batchIndex: 1 }],
    });
  },
);

test('the offsets topic is compacted, and a restart finds each group’s last commit', async () => {
  await bed.createTopic('orders', 100);
  const find = () =>
    client.ask(findCoordinatorRequest, findCoordinatorResponse, { keyType: 0, coordinatorKeys: ['g'] }, 4);
  await expect.poll(async () => (await find()).coordinators[0]?.errorCode).toBe(ErrorCode.NONE);
  const commit = (offset: number) => {
    const partitions = Array.from({ length: 100 }, (_, partitionIndex) => ({
      partitionIndex,
      committedOffset: offset,
      committedMetadata: 'm'.repeat(100),
    }));
    const body = { groupId: 'g', memberId: '', topics: [{ name: 'orders', partitions }] };
    return client.ask(offsetCommitRequest, offsetCommitResponse, body, 9);
  };
  await expect
    .poll(async () => (await commit(0)).topics[0]?.partitions[0]?.errorCode, { timeout: 10_000 })
    .toBe(ErrorCode.NONE);
  for (let offset = 1; offset <= 150; offset++) await commit(offset);
  const log = `${bed.directory}/data/__consumer_offsets-0/00000000000000000000.log`;
  await expect.poll(() => fs.statSync(log).size, { timeout: 10_000 }).toBeLessThan(SEGMENT_BYTES / 2);
  await bed.stop();
  await bed.start(SETTINGS);
  client = await bed.connect();
  await expect
    .poll(
      async () => {
        const group = { groupId: 'g', topics: null };
        const { groups } = await client.ask(offsetFetchRequest, offsetFetchResponse, { groups: [group] }, 9);
        return groups.flatMap(({ topics }) =>
          topics.flatMap(({ partitions }) => partitions.map(({ committedOffset }) => committedOffset)),
        );
      },
      { timeout: 10_000 },
    )
    .toEqual(Array.from({ length: 100 }, () => 150));
});
