import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ThreeNodes } from '../cluster/three-nodes.ts';
import { until } from '../patience.ts';
import { committedRecords, follow } from './committed-records.ts';
import { ConnectCluster } from './connect-cluster.ts';
import { committedGroupOffset } from './group-offset.ts';
import type { LineProcess } from './line-process.ts';
import { note } from './note.ts';
import { bootstrapOf, createTopics, startThreeBrokers } from './three-brokers.ts';

const TOPIC = 'lines-of-files';
const PORTION = 1_000;

let cluster: ThreeNodes;
let bootstrap: string;
let connect: ConnectCluster;
let follower: LineProcess;
let written = 0;

beforeAll(async () => {
  cluster = await startThreeBrokers();
  bootstrap = bootstrapOf(cluster);
  await createTopics(cluster, { [TOPIC]: 1 });
  follower = follow(bootstrap, TOPIC);
  connect = await ConnectCluster.start(bootstrap);
  await connect.connectFiles(TOPIC);

  // The worker of the source dies in the midst of its transactions.
  const appending = appendPortion();
  await follower.until('some lines are there', () => follower.lines.length > PORTION / 5);
  await connect.killWorkerOf('file-source');
  await appending;
  await appendPortion();
  await connect.hasSunk(written);
  await connect.restartWorker();
  await connect.tasksAreApart();

  // The worker of the sink dies. A sink that writes to a file is exact as far as its offsets are committed.
  await appendPortion();
  await connect.hasSunk(written);
  await sinkHasCommitted();
  await connect.killWorkerOf('file-sink');
  await appendPortion();
  await connect.hasSunk(written);
  await connect.stop();
  await follower.end('SIGTERM');
}, 1_200_000);

afterAll(async () => {
  await Promise.all([connect?.close(), follower?.end('SIGKILL')]);
  await cluster?.close();
});

test('each line of the file is in the topic once, and in order', async () => {
  const lines = (await readFile(connect.sourceFile, 'utf8')).trimEnd().split('\n');
  expect(lines).toHaveLength(4 * PORTION);
  const records = await committedRecords(bootstrap, TOPIC);
  expect(records.map(({ value }) => JSON.parse(value))).toEqual(lines);
  expect(follower.lines).toHaveLength(lines.length);
});

test('each line is in the file of the sink once, and in order', async () => {
  const lines = (await readFile(connect.sourceFile, 'utf8')).trimEnd().split('\n');
  expect(await connect.sunk()).toEqual(lines);
  await note({
    judge: 'Kafka Connect 4.3.1, distributed, exactly-once source',
    asked: 'a file to a topic to a file, while the worker of the source and that of the sink are killed',
    found: 'each line in the topic and in the file once, and in order',
  });
});

async function appendPortion(): Promise<void> {
  await connect.append(Array.from({ length: PORTION }, () => `line ${written++} of a file`));
}

/** Resolves when the sink's group has committed the end of the topic. */
async function sinkHasCommitted(): Promise<void> {
  const last = Number(follower.lines.at(-1)?.split('\t')[1]);
  let committed = -1;
  const isSo = async () => {
    committed = await committedGroupOffset(cluster, 'connect-file-sink', TOPIC);
    return committed > last;
  };
  await until(`the sink commits more than ${last}`, isSo, {
    saw: async () => `it has committed ${committed}\n${await connect.account()}`,
  });
}
