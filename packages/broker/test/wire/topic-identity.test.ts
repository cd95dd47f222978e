import fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ErrorCode } from '../../src/protocol/errors.ts';
import { deleteTopicsRequest } from '../../src/protocol/messages/delete-topics-request.ts';
import { deleteTopicsResponse } from '../../src/protocol/messages/delete-topics-response.ts';
import { fetchRequest } from '../../src/protocol/messages/fetch-request.ts';
import { fetchResponse } from '../../src/protocol/messages/fetch-response.ts';
import { produceRequest } from '../../src/protocol/messages/produce-request.ts';
import { produceResponse } from '../../src/protocol/messages/produce-response.ts';
import { buildBatch } from '../../src/protocol/records.ts';
import { BrokerBed } from './broker-bed.ts';
import type { WireClient } from './wire-client.ts';

let bed: BrokerBed;
beforeEach(async () => {
  bed = new BrokerBed();
  await bed.start();
});
afterEach(() => bed.remove());

async function produce(client: WireClient, topicId: string) {
  const records = buildBatch([{ value: Buffer.from('x'), timestamp: 1_700_000_000_000 }]);
  const body = {
    acks: -1,
    timeoutMs: 5000,
    topicData: [{ topicId, partitionData: [{ index: 0, records }] }],
  };
  const answer = await client.ask(produceRequest, produceResponse, body, 13);
  return answer.responses[0]?.partitionResponses[0];
}

async function deleteTopic(client: WireClient, topicId: string): Promise<void> {
  const body = { topics: [{ topicId, name: null }], timeoutMs: 5000 };
  const { responses } = await client.ask(deleteTopicsRequest, deleteTopicsResponse, body, 6);
  expect(responses[0]?.errorCode).toBe(ErrorCode.NONE);
}

const folders = () => fs.readdirSync(`${bed.directory}/data`).filter((name) => name.startsWith('reborn'));

describe('a topic is its id', () => {
  it('a new one of the same name begins empty, and the old id is unknown', async () => {
    const client = await bed.connect();
    const oldId = await bed.createTopic('reborn');
    expect((await produce(client, oldId))?.baseOffset).toBe(0);
    await deleteTopic(client, oldId);
    const newId = await bed.createTopic('reborn');
    expect(newId).not.toBe(oldId);
    expect((await produce(client, oldId))?.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_ID);
    expect((await produce(client, newId))?.baseOffset).toBe(0);
    expect(folders().map((name) => name.replace(/[0-9a-f]{32}/, 'HEX'))).toEqual([
      'reborn-0',
      'reborn-0.HEX-delete',
    ]);
  });

  it('a deletion answers the fetch that waits for the topic', async () => {
    const topicId = await bed.createTopic('reborn');
    const waiting = await bed.connect();
    const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1 << 20 }];
    waiting.send(fetchRequest, { maxWaitMs: 20_000, minBytes: 1, topics: [{ topicId, partitions }] }, 13);
    const answer = waiting.receive(fetchResponse, 13);
    await deleteTopic(await bed.connect(), topicId);
    expect((await answer).body.responses[0]?.partitions[0]?.errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  });

  it('a folder of another id is set aside and not served', async () => {
    const client = await bed.connect();
    const topicId = await bed.createTopic('reborn');
    await produce(client, topicId);
    await bed.stop();
    const metadata = `${bed.directory}/data/reborn-0/partition.metadata`;
    fs.writeFileSync(metadata, 'version: 0\ntopic_id: oLIQyYhGQsiCoFcXtVXDSA');
    await bed.start();
    expect((await produce(await bed.connect(), topicId))?.baseOffset).toBe(0);
    expect(folders().map((name) => name.replace(/[0-9a-f]{32}/, 'HEX'))).toEqual([
      'reborn-0',
      'reborn-0.HEX-stray',
    ]);
  });

  it('a folder of a topic that the cluster does not have is set aside', async () => {
    await bed.createTopic('reborn');
    await bed.stop();
    fs.cpSync(`${bed.directory}/data/reborn-0`, `${bed.directory}/data/reborn-of-old-3`, { recursive: true });
    await bed.start();
    expect(folders().map((name) => name.replace(/[0-9a-f]{32}/, 'HEX'))).toEqual([
      'reborn-0',
      'reborn-of-old-3.HEX-stray',
    ]);
  });
});
