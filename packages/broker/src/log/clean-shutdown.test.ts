import fs from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CountedDisk } from '../../test/log/counted-disk.ts';
import { batchOf, LogBed } from '../../test/log/log-bed.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { DEFAULT_LOG_CONFIG } from './log-config.ts';
import { LogDirectory } from './log-directory.ts';

const TOPIC_ID = 'oLIQyYhGQsiCoFcXtVXDSA';
const OTHER_ID = 'pLIQyYhGQsiCoFcXtVXDSA';
const LOGS = 20;

let bed: LogBed;
let counted: CountedDisk;
beforeEach(() => {
  counted = new CountedDisk();
  bed = new LogBed(counted.disk);
});
afterEach(() => bed.remove());

const open = () =>
  LogDirectory.open({ ...bed.environment(), path: bed.directory, nodeId: 1, onOffline: () => {} });

function openLog(directory: LogDirectory, partition: number, topicId = TOPIC_ID) {
  return directory.openLog({ topic: 'orders', partition }, { config: DEFAULT_LOG_CONFIG, topicId });
}

async function openAll(directory: LogDirectory, count = LOGS) {
  for (let partition = 0; partition < count; partition++) await openLog(directory, partition);
}

async function appendTo(directory: LogDirectory, partition: number): Promise<number> {
  const log = directory.log({ topic: 'orders', partition });
  const outcome = log?.appendAsLeader(batchOf(['a']), { origin: 'client', leaderEpoch: 0 });
  return outcome?.kind === 'appended' ? outcome.completion : ErrorCode.KAFKA_STORAGE_ERROR;
}

const mark = () => `${bed.directory}/.kafka_cleanshutdown`;

/** A directory that was closed in order: one log has a record, the others never had one. */
async function stopped() {
  const directory = await open();
  await openAll(directory);
  await appendTo(directory, 3);
  await directory.close(7);
}

/** How many files a start opens for its logs. */
async function opensOfStart(directory: LogDirectory): Promise<number> {
  counted.taken();
  const found = await directory.partitions();
  expect(found.map(({ topicId }) => topicId)).toEqual(Array(LOGS).fill(TOPIC_ID));
  await openAll(directory);
  return counted.taken().opens;
}

test('of a log that never had a record a start after a clean stop reads nothing', async () => {
  await stopped();
  const again = await open();
  const opens = await opensOfStart(again);
  const used = again.log({ topic: 'orders', partition: 3 });
  expect([used?.isUnused, used?.logEndOffset]).toEqual([false, 1]);
  // The one that has a record costs some; the others none.
  expect(opens).toBeLessThan(LOGS);
  expect(await appendTo(again, 4)).toBe(ErrorCode.NONE);
  await again.close(8);
  const third = await open();
  await third.partitions();
  await openAll(third);
  expect(third.log({ topic: 'orders', partition: 4 })?.logEndOffset).toBe(1);
  await third.close(9);
});

test('a mark without the field, as Apache Kafka writes it, says that it was clean and nothing more', async () => {
  await stopped();
  fs.writeFileSync(mark(), '{"version":0,"brokerEpoch":7}');
  const again = await open();
  expect([again.wasClean, again.previousBrokerEpoch]).toEqual([true, 7]);
  expect(await opensOfStart(again)).toBeGreaterThanOrEqual(LOGS);
  await again.close(8);
});

test.each([
  '{"version":0,"brokerEpoch":7,"unusedLogs":7}',
  '{"version":0,"brokerEpoch":7,"unusedLogs":[null,7,{"topic":"orders"},{"topic":1,"topicId":2,"partitions":[]}]}',
  '{"version":0,"brokerEpoch":7,"unusedLogs":[{"topic":"orders","topicId":"x","partitions":["a",null,1.5]}]}',
  '{"version":0,"brokerEpoch":7,"unusedLogs":[{"topic":"or',
])('nothing is believed of a field that is none: %s', async (text) => {
  await stopped();
  fs.writeFileSync(mark(), text);
  const again = await open();
  expect([again.wasClean, again.previousBrokerEpoch]).toEqual([true, 7]);
  expect(await opensOfStart(again)).toBeGreaterThanOrEqual(LOGS);
  await again.close(8);
});

test('a start that comes to nothing forgets none of them', async () => {
  await stopped();
  const second = await open();
  await second.partitions();
  await openAll(second, 2);
  await second.close(8);
  const third = await open();
  expect(await opensOfStart(third)).toBeLessThan(LOGS);
  await third.close(9);
});

test('a folder that is gone, or is another topic, is not one of them', async () => {
  await stopped();
  fs.rmSync(`${bed.directory}/orders-0`, { recursive: true });
  const again = await open();
  expect(await again.partitions()).toHaveLength(LOGS - 1);
  await expect(openLog(again, 1, OTHER_ID)).rejects.toThrow(`it is of topic id ${TOPIC_ID}`);
  const begun = await openLog(again, 0, OTHER_ID);
  expect(begun.topicId).toBe(OTHER_ID);
  const metadata = fs.readFileSync(`${bed.directory}/orders-0/partition.metadata`, 'utf8');
  expect(metadata).toContain(OTHER_ID);
  await again.close(8);
});

test('after a crash all are looked at', async () => {
  await stopped();
  const second = await open();
  await openAll(second);
  expect(fs.existsSync(mark())).toBe(false);
  await second.close(-1);
  fs.rmSync(mark());
  const third = await open();
  expect(third.wasClean).toBe(false);
  expect(await opensOfStart(third)).toBeGreaterThanOrEqual(LOGS);
  await third.close(9);
});
