import { spawnSync } from 'node:child_process';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BrokerUnderTest, startOdradek } from './broker-under-test.ts';

const topic = 'written-under-fire';
/** One death fewer than the supervisor takes for a crash loop. */
const rounds = 4;
let odradek: BrokerUnderTest;

beforeAll(async () => {
  odradek = await startOdradek();
});

afterAll(async () => {
  await odradek?.close();
});

test(`kill -9 of the broker, ${rounds} times under load: every acknowledged record is there, in order`, async () => {
  const admin = kafka().admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
  await admin.disconnect();

  const acknowledged: number[] = [];
  let next = 0;
  for (let round = 0; round < rounds; round += 1) {
    const killAfter = next + 50 + round * 37;
    const producer = await connectedProducer();
    const pid = odradek.brokerPid();
    for (let isUp = true; isUp; next += 1) {
      if (next === killAfter) process.kill(pid, 'SIGKILL');
      isUp = await isAcknowledged(producer, next);
      if (isUp) acknowledged.push(next);
    }
    await producer.disconnect();
    await odradek.brokerAfter(pid);
  }

  const read = spawnSync('kcat', ['-b', odradek.bootstrap, '-C', '-t', topic, '-e', '-q', '-f', '%s\n']);
  const values = read.stdout.toString().trim().split('\n').map(Number);
  expect(acknowledged.length).toBeGreaterThan(rounds * 50);
  expect(values.filter((value) => acknowledged.includes(value))).toEqual(acknowledged);
  expect(values).toEqual(values.toSorted((a, b) => a - b));
}, 120_000);

async function isAcknowledged(producer: Producer, value: number): Promise<boolean> {
  try {
    await producer.send({ topic, acks: 1, messages: [{ value: String(value), partition: 0 }] });
    return true;
  } catch {
    // The broker is gone: nobody knows whether the record was written, and nothing was promised.
    return false;
  }
}

async function connectedProducer(): Promise<Producer> {
  const producer = kafka().producer({ retry: { retries: 0 } });
  await producer.connect();
  return producer;
}

function kafka(): Kafka {
  return new Kafka({ brokers: [odradek.bootstrap], logLevel: logLevel.NOTHING, requestTimeout: 2_000 });
}
