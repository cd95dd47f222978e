import { randomUUID } from 'node:crypto';
import {
  brokerList,
  createTopicResponse,
  errorBody,
  groupDetail,
  groupList,
  lagSeries,
  overview,
  paths,
  peekResponse,
  produceRecordResponse,
  serverEvent,
  topicConfigs,
  topicDetail,
} from '@odradek/contract';
import { Admin, Producer, stringSerializers } from '@platformatic/kafka';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type LiveCluster, liveCluster } from './live-cluster.ts';
import { LiveConsole } from './live-console.ts';

const patiently = { timeout: 20_000, interval: 100 };

let cluster: LiveCluster;
let console: LiveConsole;

beforeAll(async () => {
  cluster = await liveCluster();
  console = new LiveConsole();
  await console.start({ bootstrap: [cluster.bootstrap] });
  await vi.waitFor(async () => {
    expect((await console.get(overview, paths.overview('live'))).cluster.state).toBe('reachable');
  }, patiently);
});

afterAll(async () => {
  await console.close();
  await cluster.close();
});

/** A topic nobody has used. */
async function newTopic(partitions = 1): Promise<string> {
  const name = `live-${randomUUID()}`;
  const created = await console.post(createTopicResponse, paths.topics('live'), {
    name,
    partitions,
    replicationFactor: 1,
  });
  expect(created).toMatchObject({ name, partitions, replicationFactor: 1 });
  return name;
}

async function write(topic: string, values: readonly string[]): Promise<void> {
  const producer = new Producer({
    clientId: 'live',
    bootstrapBrokers: [cluster.bootstrap],
    serializers: stringSerializers,
  });
  await producer.send({ messages: values.map((value) => ({ topic, partition: 0, value })) });
  await producer.close();
}

/** Commits as one who is not a member of the group. */
async function commit(group: string, topic: string, offset: number): Promise<void> {
  const admin = new Admin({ clientId: 'live', bootstrapBrokers: [cluster.bootstrap] });
  const partitionOffsets = [{ partition: 0, offset: BigInt(offset) }];
  await admin.alterConsumerGroupOffsets({ groupId: group, topics: [{ name: topic, partitionOffsets }] });
  await admin.close();
}

const group = (name: string) => console.get(groupDetail, paths.group('live', name));

async function lagOf(name: string): Promise<number | null> {
  const { groups } = await console.get(groupList, paths.groups('live'));
  return groups.find((listed) => listed.group === name)?.totalLag ?? null;
}

describe('the console on a live cluster', () => {
  it('shows lag 2 for five records and a commit after the third', async () => {
    const topic = await newTopic(2);
    const name = `g-${randomUUID()}`;
    await write(topic, ['1', '2', '3', '4', '5']);
    await commit(name, topic, 3);
    await expect.poll(() => lagOf(name), patiently).toBe(2);
    const { partitions, polled } = await group(name);
    expect(polled).toBe(false);
    expect(partitions).toMatchObject([
      { topic, partition: 0, committed: 3, end: 5, lag: 2 },
      { topic, partition: 1, committed: null, end: 0, lag: null, verdict: null },
    ]);
    expect(partitions[0]?.evidence?.commits).toMatchObject([{ offset: 3 }]);
    expect(Math.abs((partitions[0]?.committedAt ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  it('remembers windows, verdicts and the history over a restart', async () => {
    const topic = await newTopic();
    const name = `g-${randomUUID()}`;
    await write(topic, ['1', '2', '3']);
    await commit(name, topic, 1);
    await expect.poll(() => lagOf(name), patiently).toBe(2);
    const before = await group(name);
    await console.stop();
    await console.start({ bootstrap: [cluster.bootstrap] });
    await expect.poll(() => lagOf(name), patiently).toBe(2);
    const after = await group(name);
    expect(after.partitions[0]?.evidence?.commits).toEqual(before.partitions[0]?.evidence?.commits);
    expect(after.verdict).toBe(before.verdict);
    const { points } = await console.get(
      lagSeries,
      `${paths.groupLag('live', name)}?rangeMs=60000&stepMs=1000`,
    );
    expect(points.filter(({ lag }) => lag === 2).length).toBeGreaterThan(0);
    expect(points[0]?.lag).toBeNull();
  });

  it('forgets what was committed to a topic that was deleted and made again', async () => {
    const topic = await newTopic();
    const name = `g-${randomUUID()}`;
    await write(topic, ['1', '2', '3']);
    await commit(name, topic, 1);
    await expect.poll(() => lagOf(name), patiently).toBe(2);
    const admin = new Admin({ clientId: 'live', bootstrapBrokers: [cluster.bootstrap] });
    await admin.deleteTopics({ topics: [topic] });
    await expect
      .poll(async () => (await console.fetch(paths.topic('live', topic))).status, patiently)
      .toBe(404);
    await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 });
    await admin.close();
    await expect.poll(() => lagOf(name), patiently).toBeNull();
  });

  it('produces and peeks without loss, and leaves no group behind', async () => {
    const topic = await newTopic();
    const before = (await console.get(groupList, paths.groups('live'))).groups.map((listed) => listed.group);
    const records = [
      {
        value: { encoding: 'utf8', text: '{"id":9223372036854775807}' },
        key: { encoding: 'utf8', text: 'k' },
      },
      { value: { encoding: 'null' } },
      { value: { encoding: 'utf8', text: '' } },
      {
        value: { encoding: 'base64', text: '/wAB' },
        headers: [
          { name: 'h', value: { encoding: 'utf8', text: '1' } },
          { name: 'h', value: { encoding: 'null' } },
        ],
      },
    ];
    for (const [offset, record] of records.entries()) {
      const body = { partition: 0, ...record };
      expect(await console.post(produceRecordResponse, paths.records('live', topic), body)).toEqual({
        partition: 0,
        offset,
      });
    }
    const oldest = await console.get(peekResponse, `${paths.records('live', topic)}?start=oldest`);
    expect(oldest.records).toMatchObject([
      { offset: 0, key: { text: 'k' }, value: { encoding: 'json', text: '{"id":9223372036854775807}' } },
      { offset: 1, key: { encoding: 'null' }, value: { encoding: 'null' }, headers: [] },
      { offset: 2, value: { encoding: 'utf8', text: '', sizeBytes: 0 } },
      {
        offset: 3,
        value: { encoding: 'base64', text: '/wAB', sizeBytes: 3 },
        headers: [
          { name: 'h', value: { text: '1' } },
          { name: 'h', value: { encoding: 'null' } },
        ],
      },
    ]);
    const newest = await console.get(peekResponse, `${paths.records('live', topic)}?limit=2`);
    expect(newest.records.map(({ offset }) => offset)).toEqual([3, 2]);
    const middle = await console.get(
      peekResponse,
      `${paths.records('live', topic)}?start=offset&offset=1&limit=2`,
    );
    expect(middle.records.map(({ offset }) => offset)).toEqual([1, 2]);
    expect(middle.partitions).toMatchObject([{ logStartOffset: 0, endOffset: 4, nextOffset: 3 }]);
    const after = (await console.get(groupList, paths.groups('live'))).groups.map((listed) => listed.group);
    expect(after).toEqual(before);
  });

  it('peeks by time', async () => {
    const topic = await newTopic();
    await write(topic, ['before']);
    const { records } = await console.get(peekResponse, `${paths.records('live', topic)}?start=oldest`);
    const at = (records[0]?.timestamp ?? 0) + 1;
    await expect.poll(() => Date.now()).toBeGreaterThan(at);
    await write(topic, ['after']);
    const since = await console.get(
      peekResponse,
      `${paths.records('live', topic)}?start=timestamp&timestamp=${at}`,
    );
    expect(since.records).toMatchObject([{ offset: 1, value: { text: 'after' } }]);
  });

  it("refuses with Kafka's own error, at the field that is to blame", async () => {
    const topic = await newTopic();
    const create = (change: object) =>
      console.post(errorBody, paths.topics('live'), {
        name: `live-${randomUUID()}`,
        partitions: 1,
        replicationFactor: 1,
        ...change,
      });
    expect((await create({ name: topic })).error).toMatchObject({
      code: 'TOPIC_ALREADY_EXISTS',
      field: 'name',
    });
    expect((await create({ replicationFactor: 9 })).error).toMatchObject({
      code: 'INVALID_REPLICATION_FACTOR',
      field: 'replicationFactor',
    });
    expect((await create({ configs: { 'no.such': '1' } })).error).toMatchObject({
      code: 'INVALID_CONFIG',
      field: 'configs',
    });
    const record = { value: { encoding: 'null' }, partition: 7 };
    expect((await console.post(errorBody, paths.records('live', topic), record)).error.code).toBe(
      'UNKNOWN_TOPIC_OR_PARTITION',
    );
  });

  it('shows a topic with its partitions and where each config comes from', async () => {
    const topic = `live-${randomUUID()}`;
    const configs = { 'retention.ms': '123456789' };
    await console.post(createTopicResponse, paths.topics('live'), {
      name: topic,
      partitions: 2,
      replicationFactor: null,
      configs,
    });
    await expect
      .poll(async () => (await console.fetch(paths.topic('live', topic))).status, patiently)
      .toBe(200);
    const detail = await console.get(topicDetail, paths.topic('live', topic));
    expect(detail).toMatchObject({
      name: topic,
      partitions: 2,
      underReplicated: 0,
      leaderless: 0,
      compacted: false,
    });
    expect(detail.partitionDetails).toMatchObject([
      { partition: 0, logStartOffset: 0, endOffset: 0, error: null },
      { partition: 1, logStartOffset: 0, endOffset: 0, error: null },
    ]);
    const described = await console.get(topicConfigs, paths.topicConfigs('live', topic));
    const retention = described.configs.find(({ name }) => name === 'retention.ms');
    expect(retention).toMatchObject({ value: '123456789', type: 'long', source: 'topic', isDefault: false });
    expect(retention?.synonyms[0]).toMatchObject({ value: '123456789', source: 'topic' });
    expect(retention?.documentation).not.toBeNull();
  });

  it('names the brokers and the active controller', async () => {
    const { controllerId } = await console.get(overview, paths.overview('live'));
    const { brokers } = await console.get(brokerList, paths.brokers('live'));
    expect(brokers.length).toBeGreaterThan(0);
    expect(brokers.every(({ reachable, reason }) => reachable && reason === null)).toBe(true);
    expect(brokers.filter(({ isController }) => isController).map(({ id }) => id)).toEqual([controllerId]);
  });

  it('tells a page what changed, as it changes', async () => {
    const stopping = new AbortController();
    const response = await console.fetch(paths.events(), { signal: stopping.signal });
    const events = eventsIn(response);
    expect((await events.next()).value).toMatchObject({ type: 'hello' });
    const topic = await newTopic();
    const name = `g-${randomUUID()}`;
    await write(topic, ['1', '2', '3']);
    await commit(name, topic, 1);
    const awaited = new Set(['topics', 'groups', 'lag']);
    for await (const event of events) {
      if (event.type === 'topics' && event.changed.some((changed) => changed.name === topic)) {
        awaited.delete('topics');
      }
      if (event.type === 'groups' && event.changed.some((changed) => changed.group === name)) {
        awaited.delete('groups');
      }
      if (
        event.type === 'lag' &&
        event.groups.some(({ group: of, totalLag }) => of === name && totalLag === 2)
      ) {
        awaited.delete('lag');
      }
      if (awaited.size === 0) {
        break;
      }
    }
    stopping.abort();
  });
});

/** The frames of an event stream, each checked against the contract. */
async function* eventsIn(response: Response) {
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const frames = text.split('\n\n');
    text = frames.pop() ?? '';
    for (const frame of frames) {
      const data = /^data: (.*)$/m.exec(frame)?.[1];
      if (data !== undefined) {
        yield serverEvent.parse(JSON.parse(data));
      }
    }
  }
}
