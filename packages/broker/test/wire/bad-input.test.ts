import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ErrorCode } from '../../src/protocol/errors.ts';
import type { Encodable } from '../../src/protocol/message.ts';
import { apiVersionsRequest } from '../../src/protocol/messages/api-versions-request.ts';
import { apiVersionsResponse } from '../../src/protocol/messages/api-versions-response.ts';
import { deleteRecordsRequest } from '../../src/protocol/messages/delete-records-request.ts';
import { deleteRecordsResponse } from '../../src/protocol/messages/delete-records-response.ts';
import { fetchRequest } from '../../src/protocol/messages/fetch-request.ts';
import { fetchResponse } from '../../src/protocol/messages/fetch-response.ts';
import { listOffsetsRequest } from '../../src/protocol/messages/list-offsets-request.ts';
import { listOffsetsResponse } from '../../src/protocol/messages/list-offsets-response.ts';
import { metadataRequest } from '../../src/protocol/messages/metadata-request.ts';
import { metadataResponse } from '../../src/protocol/messages/metadata-response.ts';
import { produceRequest } from '../../src/protocol/messages/produce-request.ts';
import { produceResponse } from '../../src/protocol/messages/produce-response.ts';
import { buildBatch } from '../../src/protocol/records.ts';
import { BrokerBed } from './broker-bed.ts';
import type { WireClient } from './wire-client.ts';

const bed = new BrokerBed();
beforeAll(async () => {
  await bed.start();
});
afterAll(() => bed.remove());

function batchOf(text: string, bytes = 0): Uint8Array {
  return buildBatch([{ value: Buffer.from(text.padEnd(bytes)), timestamp: 1_700_000_000_000 }]);
}

function produceTo(name: string, records: Uint8Array, acks = -1): Encodable<typeof produceRequest> {
  return { acks, timeoutMs: 5000, topicData: [{ name, partitionData: [{ index: 0, records }] }] };
}

async function produced(client: WireClient, name: string, records: Uint8Array) {
  const answer = await client.ask(produceRequest, produceResponse, produceTo(name, records), 9);
  return answer.responses[0]?.partitionResponses[0];
}

function fetchFrom(topic: string, fetchOffset: number): Encodable<typeof fetchRequest> {
  return {
    maxWaitMs: 0,
    minBytes: 1,
    topics: [{ topic, partitions: [{ partition: 0, fetchOffset, partitionMaxBytes: 50 * 1024 * 1024 }] }],
  };
}

async function endOffset(name: string): Promise<number> {
  const client = await bed.connect();
  const body = { replicaId: -1, topics: [{ name, partitions: [{ partitionIndex: 0, timestamp: -1 }] }] };
  const { topics } = await client.ask(listOffsetsRequest, listOffsetsResponse, body, 4);
  return topics[0]?.partitions[0]?.offset ?? -1;
}

/** The broker still answers others. */
async function expectServing(): Promise<void> {
  const client = await bed.connect();
  const { errorCode } = await client.ask(apiVersionsRequest, apiVersionsResponse, {}, 0);
  expect(errorCode).toBe(ErrorCode.NONE);
}

describe('a connection that breaks the protocol is closed, and no other', () => {
  it('when it announces 2 GB', async () => {
    const client = await bed.connect();
    await client.sendBytes(Uint8Array.of(0x7f, 0xff, 0xff, 0xff));
    await client.closed;
    await expectServing();
  });

  it('when it sends garbage', async () => {
    const client = await bed.connect();
    await client.sendBytes(new Uint8Array(Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')));
    await client.closed;
    await expectServing();
  });

  it('when it asks for an API or a version that does not exist', async () => {
    const unknownKey = await bed.connect();
    await unknownKey.sendBytes(Uint8Array.of(0, 0, 0, 10, 3, 0xe7, 0, 0, 0, 0, 0, 1, 0xff, 0xff));
    await unknownKey.closed;
    const unknownVersion = await bed.connect();
    await unknownVersion.sendBytes(Uint8Array.of(0, 0, 0, 10, 0, 3, 0, 99, 0, 0, 0, 1, 0xff, 0xff));
    await unknownVersion.closed;
    await expectServing();
  });

  it('when it uses Produce 2, which is advertised for old clients only', async () => {
    const client = await bed.connect();
    await client.sendBytes(Uint8Array.of(0, 0, 0, 10, 0, 0, 0, 2, 0, 0, 0, 1, 0xff, 0xff));
    await client.closed;
  });

  it("when it asks the controller's listener for a client's API", async () => {
    const client = await bed.connect('CONTROLLER');
    client.send(metadataRequest, {}, 9);
    await client.closed;
  });

  it('after the answers to what it asked before', async () => {
    const client = await bed.connect();
    const first = client.send(apiVersionsRequest, {}, 0);
    await client.sendBytes(Uint8Array.of(0, 0, 0, 4, 0xff, 0xff, 0xff, 0xff));
    const { correlationId } = await client.receive(apiVersionsResponse, 0);
    expect(correlationId).toBe(first);
    await client.closed;
  });
});

describe('a connection that stops in the middle of a frame', () => {
  it('leaves nothing half-made', async () => {
    await bed.createTopic('halves');
    const client = await bed.connect();
    const { bytes } = client.requestBytes(produceRequest, produceTo('halves', batchOf('x', 5000)), 9);
    await client.sendBytes(bytes.subarray(0, bytes.length - 1));
    client.destroy();
    await client.closed;
    await expectServing();
    expect(await endOffset('halves')).toBe(0);
  });
});

describe('requests of one connection', () => {
  it('are answered in their order, whatever each takes', async () => {
    await bed.createTopic('pipeline');
    const client = await bed.connect();
    const sent: { id: number; api: 'produce' | 'versions' | 'metadata' }[] = [];
    for (let turn = 0; turn < 50; turn++) {
      const id = client.send(produceRequest, produceTo('pipeline', batchOf(`value ${turn}`)), 9);
      sent.push({ id, api: 'produce' });
      if (turn % 5 === 0) sent.push({ id: client.send(apiVersionsRequest, {}, 0), api: 'versions' });
      if (turn % 7 === 0) sent.push({ id: client.send(metadataRequest, { topics: [] }, 4), api: 'metadata' });
    }
    const offsets: number[] = [];
    for (const { id, api } of sent) {
      if (api === 'produce') {
        const { correlationId, body } = await client.receive(produceResponse, 9);
        expect(correlationId).toBe(id);
        offsets.push(body.responses[0]?.partitionResponses[0]?.baseOffset ?? -1);
      } else {
        const response = api === 'versions' ? apiVersionsResponse : metadataResponse;
        expect((await client.receive(response, api === 'versions' ? 0 : 4)).correlationId).toBe(id);
      }
    }
    expect(offsets).toEqual(Array.from({ length: 50 }, (_, index) => index));
  });

  it('that expect no answer get none, and close the connection only when they fail', async () => {
    await bed.createTopic('fire-and-forget');
    const client = await bed.connect();
    client.send(produceRequest, produceTo('fire-and-forget', batchOf('a'), 0), 9);
    const asked = client.send(apiVersionsRequest, {}, 0);
    expect((await client.receive(apiVersionsResponse, 0)).correlationId).toBe(asked);
    expect(await endOffset('fire-and-forget')).toBe(1);
    client.send(produceRequest, produceTo('no-such-topic-here', batchOf('a'), 0), 9);
    await client.closed;
  });
});

describe('a client that does not read its answers', () => {
  it('makes the broker hold no more than one of them, and gets all when it reads', async () => {
    await bed.createTopic('large');
    const writer = await bed.connect();
    for (let turn = 0; turn < 20; turn++) await produced(writer, 'large', batchOf('x', 900_000));
    const slow = await bed.connect();
    slow.stopReading();
    const before = process.memoryUsage().rss;
    const sent = Array.from({ length: 30 }, () => slow.send(fetchRequest, fetchFrom('large', 0), 4));
    await expectServing();
    await produced(writer, 'large', batchOf('y'));
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
    slow.startReading();
    for (const id of sent) {
      const { correlationId, body } = await slow.receive(fetchResponse, 4);
      expect(correlationId).toBe(id);
      expect(body.responses[0]?.partitions[0]?.records?.length).toBeGreaterThan(3_500_000);
    }
  });
});

describe('records that cannot be taken', () => {
  it('are refused by partition and leave nothing behind', async () => {
    await bed.createTopic('checked');
    const client = await bed.connect();
    const corrupt = batchOf('hello');
    corrupt[70] = (corrupt[70] ?? 0) ^ 1;
    expect((await produced(client, 'checked', corrupt))?.errorCode).toBe(ErrorCode.CORRUPT_MESSAGE);
    const twice = new Uint8Array(Buffer.concat([batchOf('a'), batchOf('b')]));
    expect((await produced(client, 'checked', twice))?.errorCode).toBe(ErrorCode.INVALID_RECORD);
    expect((await produced(client, 'checked', batchOf('x', 2_000_000)))?.errorCode).toBe(
      ErrorCode.MESSAGE_TOO_LARGE,
    );
    expect((await produced(client, 'checked', new Uint8Array(0)))?.errorCode).toBe(ErrorCode.INVALID_RECORD);
    const wrongAcks = await client.ask(
      produceRequest,
      produceResponse,
      produceTo('checked', batchOf('a'), 2),
      9,
    );
    expect(wrongAcks.responses[0]?.partitionResponses[0]?.errorCode).toBe(ErrorCode.INVALID_REQUIRED_ACKS);
    expect(await endOffset('checked')).toBe(0);
    expect((await produced(client, 'checked', batchOf('fine')))?.baseOffset).toBe(0);
  });

  it('are refused for internal topics and for topics that are not there', async () => {
    const client = await bed.connect();
    expect((await produced(client, 'nowhere', batchOf('a')))?.errorCode).toBe(
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    );
    const byId = await client.ask(
      produceRequest,
      produceResponse,
      {
        acks: -1,
        timeoutMs: 1000,
        topicData: [
          { topicId: 'oLIQyYhGQsiCoFcXtVXDSA', partitionData: [{ index: 0, records: batchOf('a') }] },
        ],
      },
      13,
    );
    expect(byId.responses[0]?.partitionResponses[0]?.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_ID);
  });
});

describe('numbers beyond 2^53', () => {
  const far = [2 ** 53, 2 ** 63, -(2 ** 63)];

  it('are saturated as timestamps of ListOffsets', async () => {
    await bed.createTopic('far');
    const client = await bed.connect();
    await produced(client, 'far', batchOf('a'));
    const offsets: number[] = [];
    for (const timestamp of [2 ** 53, 2 ** 63]) {
      const body = {
        replicaId: -1,
        topics: [{ name: 'far', partitions: [{ partitionIndex: 0, timestamp }] }],
      };
      const { topics } = await client.ask(listOffsetsRequest, listOffsetsResponse, body, 4);
      expect(topics[0]?.partitions[0]?.errorCode).toBe(ErrorCode.NONE);
      offsets.push(topics[0]?.partitions[0]?.offset ?? 0);
    }
    expect(offsets).toEqual([-1, -1]);
  });

  it('are INVALID_REQUEST as offsets, on a connection that stays', async () => {
    const client = await bed.connect();
    for (const offset of far) {
      const body = {
        topics: [{ name: 'far', partitions: [{ partitionIndex: 0, offset }] }],
        timeoutMs: 1000,
      };
      const { topics } = await client.ask(deleteRecordsRequest, deleteRecordsResponse, body, 2);
      expect(topics[0]?.partitions[0]?.errorCode).toBe(ErrorCode.INVALID_REQUEST);
      const fetched = await client.ask(fetchRequest, fetchResponse, fetchFrom('far', offset), 12);
      expect(fetched.errorCode).toBe(ErrorCode.INVALID_REQUEST);
    }
  });
});

describe('an offset outside of the log', () => {
  it('is OFFSET_OUT_OF_RANGE', async () => {
    await bed.createTopic('short');
    const client = await bed.connect();
    await produced(client, 'short', batchOf('a'));
    for (const offset of [-1, 2, 1_000_000]) {
      const { responses } = await client.ask(fetchRequest, fetchResponse, fetchFrom('short', offset), 12);
      expect(responses[0]?.partitions[0]?.errorCode).toBe(ErrorCode.OFFSET_OUT_OF_RANGE);
    }
  });
});
