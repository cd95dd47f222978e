import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ErrorCode } from '../../src/protocol/errors.ts';
import type { Encodable } from '../../src/protocol/message.ts';
import { deleteRecordsRequest } from '../../src/protocol/messages/delete-records-request.ts';
import { deleteRecordsResponse } from '../../src/protocol/messages/delete-records-response.ts';
import { describeProducersRequest } from '../../src/protocol/messages/describe-producers-request.ts';
import { describeProducersResponse } from '../../src/protocol/messages/describe-producers-response.ts';
import { fetchRequest } from '../../src/protocol/messages/fetch-request.ts';
import { fetchResponse } from '../../src/protocol/messages/fetch-response.ts';
import { listOffsetsRequest } from '../../src/protocol/messages/list-offsets-request.ts';
import { listOffsetsResponse } from '../../src/protocol/messages/list-offsets-response.ts';
import { offsetForLeaderEpochRequest } from '../../src/protocol/messages/offset-for-leader-epoch-request.ts';
import { offsetForLeaderEpochResponse } from '../../src/protocol/messages/offset-for-leader-epoch-response.ts';
import { produceRequest } from '../../src/protocol/messages/produce-request.ts';
import { produceResponse } from '../../src/protocol/messages/produce-response.ts';
import { batchesIn, lastOffsetAt } from '../../src/protocol/record-batch.ts';
import { type BatchOptions, buildBatch } from '../../src/protocol/records.ts';
import { BrokerBed } from './broker-bed.ts';
import type { WireClient } from './wire-client.ts';

const TIME_MS = 1_700_000_000_000;

const bed = new BrokerBed();
let client: WireClient;
beforeAll(async () => {
  await bed.start();
  client = await bed.connect();
});
afterAll(() => bed.remove());

/** A batch of as many records as timestamps. */
function batchOf(timestamps: readonly number[], options: BatchOptions = {}): Uint8Array {
  return buildBatch(
    timestamps.map((timestamp) => ({ value: Buffer.from('x'.repeat(100)), timestamp })),
    options,
  );
}

async function produce(name: string, records: Uint8Array, index = 0) {
  const body = { acks: -1, timeoutMs: 5000, topicData: [{ name, partitionData: [{ index, records }] }] };
  const answer = await client.ask(produceRequest, produceResponse, body, 9);
  return answer.responses[0]?.partitionResponses[0];
}

type FetchBody = Encodable<typeof fetchRequest>;

function partitionFetch(partition: number, fetchOffset: number, more: object = {}) {
  return { partition, fetchOffset, partitionMaxBytes: 1 << 20, ...more };
}

async function fetch(body: FetchBody, version = 12) {
  return client.ask(fetchRequest, fetchResponse, { maxWaitMs: 0, minBytes: 1, ...body }, version);
}

async function fetchOne(topic: string, fetchOffset: number, more: object = {}) {
  const body = { topics: [{ topic, partitions: [partitionFetch(0, fetchOffset, more)] }] };
  return (await fetch(body)).responses[0]?.partitions[0];
}

function lastOffsets(records: Uint8Array | null | undefined): number[] {
  return [...batchesIn(records ?? new Uint8Array(0))].map((batch) => lastOffsetAt(batch));
}

describe('Fetch', () => {
  it('returns the whole batch that holds the offset, and one batch even above the limits', async () => {
    await bed.createTopic('whole');
    await produce('whole', batchOf([TIME_MS, TIME_MS, TIME_MS]));
    await produce('whole', batchOf([TIME_MS, TIME_MS]));
    expect(lastOffsets((await fetchOne('whole', 1))?.records)).toEqual([2, 4]);
    expect(lastOffsets((await fetchOne('whole', 1, { partitionMaxBytes: 1 }))?.records)).toEqual([2]);
    expect(lastOffsets((await fetchOne('whole', 5))?.records)).toEqual([]);
  });

  it('gives the one batch above the limits to the first partition that has any, and the rest within them', async () => {
    await bed.createTopic('shared', 3);
    for (const index of [1, 2]) await produce('shared', batchOf([TIME_MS]), index);
    const partitions = [0, 1, 2].map((index) => partitionFetch(index, 0));
    const answer = await fetch({ maxBytes: 10, topics: [{ topic: 'shared', partitions }] });
    const sizes = answer.responses[0]?.partitions.map(({ records }) => lastOffsets(records).length);
    expect(sizes).toEqual([0, 1, 0]);
  });

  it('waits until enough bytes are there, and no longer', async () => {
    await bed.createTopic('waiting');
    const size = batchOf([TIME_MS]).length;
    const waiting = await bed.connect();
    const body = { topics: [{ topic: 'waiting', partitions: [partitionFetch(0, 0)] }] };
    waiting.send(fetchRequest, { ...body, maxWaitMs: 20_000, minBytes: size * 2 }, 12);
    await produce('waiting', batchOf([TIME_MS]));
    let isAnswered = false;
    const answer = waiting.receive(fetchResponse, 12).then((received) => {
      isAnswered = true;
      return received.body;
    });
    await fetchOne('waiting', 0);
    expect(isAnswered).toBe(false);
    await produce('waiting', batchOf([TIME_MS]));
    expect(lastOffsets((await answer).responses[0]?.partitions[0]?.records)).toEqual([0, 1]);
  });

  it('answers with nothing when the time is over', async () => {
    await bed.createTopic('idle');
    const body = { topics: [{ topic: 'idle', partitions: [partitionFetch(0, 0)] }] };
    const answer = await fetch({ ...body, maxWaitMs: 50 });
    expect(answer.responses[0]?.partitions[0]).toMatchObject({ errorCode: ErrorCode.NONE, highWatermark: 0 });
  });

  it('goes by topic ids from version 13 on', async () => {
    const topicId = await bed.createTopic('by-id');
    await produce('by-id', batchOf([TIME_MS]));
    const known = await fetch({ topics: [{ topicId, partitions: [partitionFetch(0, 0)] }] }, 13);
    expect(known.responses[0]).toMatchObject({
      topicId,
      partitions: [{ errorCode: ErrorCode.NONE, highWatermark: 1 }],
    });
    const unknownId = 'oLIQyYhGQsiCoFcXtVXDSA';
    const unknown = await fetch({ topics: [{ topicId: unknownId, partitions: [partitionFetch(0, 0)] }] }, 13);
    expect(unknown.responses[0]?.partitions[0]?.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_ID);
  });

  it('fences leader epochs, and tells a reader where its epoch ended (KIP-320)', async () => {
    await bed.createTopic('epochs');
    await produce('epochs', batchOf([TIME_MS, TIME_MS]));
    expect((await fetchOne('epochs', 0, { currentLeaderEpoch: 7 }))?.errorCode).toBe(
      ErrorCode.UNKNOWN_LEADER_EPOCH,
    );
    expect((await fetchOne('epochs', 0, { currentLeaderEpoch: 0 }))?.errorCode).toBe(ErrorCode.NONE);
    expect((await fetchOne('epochs', 2, { lastFetchedEpoch: 0 }))?.divergingEpoch.epoch).toBe(-1);
    await bed.stop();
    await bed.start();
    client = await bed.connect();
    expect((await fetchOne('epochs', 0, { currentLeaderEpoch: 0 }))?.errorCode).toBe(
      ErrorCode.FENCED_LEADER_EPOCH,
    );
    await produce('epochs', batchOf([TIME_MS]));
    // A reader that has records of epoch 0 beyond offset 2 has read what was lost.
    expect((await fetchOne('epochs', 3, { lastFetchedEpoch: 0 }))?.divergingEpoch).toEqual({
      epoch: 0,
      endOffset: 2,
    });
    const asked = { topics: [{ topic: 'epochs', partitions: [{ partition: 0, leaderEpoch: 0 }] }] };
    const { topics } = await client.ask(offsetForLeaderEpochRequest, offsetForLeaderEpochResponse, asked, 4);
    expect(topics[0]?.partitions[0]).toMatchObject({
      errorCode: ErrorCode.NONE,
      leaderEpoch: 0,
      endOffset: 2,
    });
  });

  it('keeps a session: only partitions with something new are answered (KIP-227)', async () => {
    await bed.createTopic('session', 2);
    const partitions = [partitionFetch(0, 0), partitionFetch(1, 0)];
    const full = await fetch({ sessionEpoch: 0, topics: [{ topic: 'session', partitions }] });
    const { sessionId } = full;
    expect(full.responses[0]?.partitions).toHaveLength(2);
    await produce('session', batchOf([TIME_MS]), 1);
    const next = await fetch({ sessionId, sessionEpoch: 1, topics: [] });
    expect(
      next.responses.flatMap(({ partitions: answered }) => answered.map((one) => one.partitionIndex)),
    ).toEqual([1]);
    expect((await fetch({ sessionId, sessionEpoch: 1, topics: [] })).errorCode).toBe(
      ErrorCode.INVALID_FETCH_SESSION_EPOCH,
    );
    expect((await fetch({ sessionId: 4711, sessionEpoch: 1, topics: [] })).errorCode).toBe(
      ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
    );
  });
});

describe('ListOffsets', () => {
  async function offsetsFor(name: string, timestamp: number, version = 7) {
    const body = { replicaId: -1, topics: [{ name, partitions: [{ partitionIndex: 0, timestamp }] }] };
    return (await client.ask(listOffsetsRequest, listOffsetsResponse, body, version)).topics[0]
      ?.partitions[0];
  }

  it('finds the record inside of a batch by its time, the ends, and the newest', async () => {
    await bed.createTopic('times');
    await produce('times', batchOf([TIME_MS, TIME_MS + 20, TIME_MS + 10], { compression: 'gzip' }));
    await produce('times', batchOf([TIME_MS + 30]));
    expect(await offsetsFor('times', TIME_MS + 15)).toMatchObject({
      offset: 1,
      timestamp: TIME_MS + 20,
      leaderEpoch: 0,
    });
    expect(await offsetsFor('times', TIME_MS + 31)).toMatchObject({ offset: -1, timestamp: -1 });
    expect(await offsetsFor('times', -1)).toMatchObject({ offset: 4, timestamp: -1 });
    expect(await offsetsFor('times', -2)).toMatchObject({ offset: 0 });
    expect(await offsetsFor('times', -3)).toMatchObject({ offset: 3, timestamp: TIME_MS + 30 });
    expect((await offsetsFor('times', -4))?.errorCode).toBe(ErrorCode.UNSUPPORTED_VERSION);
    expect(await offsetsFor('times', -4, 8)).toMatchObject({ errorCode: ErrorCode.NONE, offset: 0 });
    expect((await offsetsFor('times', -7, 11))?.errorCode).toBe(ErrorCode.UNSUPPORTED_VERSION);
  });

  it('answers version 0, which old Burrow sends, with a list', async () => {
    expect((await offsetsFor('times', -1, 0))?.oldStyleOffsets).toEqual([4]);
    expect((await offsetsFor('times', -2, 0))?.oldStyleOffsets).toEqual([0]);
  });
});

describe('DeleteRecords', () => {
  it('moves the log start, -1 to the high watermark, and what lies below is out of range', async () => {
    await bed.createTopic('deleted');
    for (let turn = 0; turn < 3; turn++) await produce('deleted', batchOf([TIME_MS]));
    const deleteTo = async (offset: number) => {
      const body = {
        topics: [{ name: 'deleted', partitions: [{ partitionIndex: 0, offset }] }],
        timeoutMs: 1000,
      };
      return (await client.ask(deleteRecordsRequest, deleteRecordsResponse, body, 2)).topics[0]
        ?.partitions[0];
    };
    expect(await deleteTo(2)).toMatchObject({ errorCode: ErrorCode.NONE, lowWatermark: 2 });
    expect((await fetchOne('deleted', 1))?.errorCode).toBe(ErrorCode.OFFSET_OUT_OF_RANGE);
    expect(await fetchOne('deleted', 2)).toMatchObject({ errorCode: ErrorCode.NONE, logStartOffset: 2 });
    expect(await deleteTo(9)).toMatchObject({ errorCode: ErrorCode.OFFSET_OUT_OF_RANGE, lowWatermark: -1 });
    expect(await deleteTo(-1)).toMatchObject({ errorCode: ErrorCode.NONE, lowWatermark: 3 });
  });
});

describe('an idempotent producer', () => {
  const producer = { producerId: 4000, producerEpoch: 0 };

  it('gets the first offset again for a batch that it repeats, and is told of a gap', async () => {
    await bed.createTopic('idempotent');
    const first = await produce('idempotent', batchOf([TIME_MS], { ...producer, baseSequence: 0 }));
    expect(first).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 0 });
    const second = await produce('idempotent', batchOf([TIME_MS], { ...producer, baseSequence: 1 }));
    expect(second).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 1 });
    const repeated = await produce('idempotent', batchOf([TIME_MS], { ...producer, baseSequence: 1 }));
    expect(repeated).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 1 });
    const gap = await produce('idempotent', batchOf([TIME_MS], { ...producer, baseSequence: 5 }));
    expect(gap?.errorCode).toBe(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
  });

  it('is described with its last sequence', async () => {
    const body = { topics: [{ name: 'idempotent', partitionIndexes: [0, 1] }] };
    const { topics } = await client.ask(describeProducersRequest, describeProducersResponse, body, 0);
    expect(topics[0]?.partitions).toMatchObject([
      {
        errorCode: ErrorCode.NONE,
        activeProducers: [{ producerId: 4000, producerEpoch: 0, lastSequence: 1 }],
      },
      { errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, activeProducers: [] },
    ]);
  });

  it('is known again after a restart', async () => {
    await bed.stop();
    await bed.start();
    client = await bed.connect();
    const repeated = await produce('idempotent', batchOf([TIME_MS], { ...producer, baseSequence: 1 }));
    expect(repeated).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 1 });
  });
});
