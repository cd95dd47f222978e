import fs from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { batchOf, LogBed } from '../../test/log/log-bed.ts';
import { segmentFile } from '../log/segment-files.ts';
import { FlushedEnd } from '../raft/flushed-end.ts';
import { LostMetadataError } from '../raft/lost-metadata-error.ts';
import { nodeDisk } from '../runtime/node-disk.ts';
import { PartitionMetadataLog } from './partition-metadata-log.ts';

let bed: LogBed;

beforeEach(() => {
  bed = new LogBed();
});

afterEach(() => bed.remove());

const openEnd = () => FlushedEnd.open(nodeDisk, `${bed.directory}/flushed-end`);

async function withBatches(count: number) {
  const end = await openEnd();
  const log = new PartitionMetadataLog(await bed.open(), end);
  for (let index = 0; index < count; index++) await log.append(batchOf([`${index}`]), 1).written;
  return { log, end };
}

test('what was flushed is noted, and no more', async () => {
  const { log, end } = await withBatches(3);
  await log.flush();
  await log.append(batchOf(['later']), 1).written;
  await end.close();
  expect((await openEnd()).offset).toBe(3);
});

test('a flush that waits for a cut fails nothing, and does not note what was cut off', async () => {
  const { log, end } = await withBatches(3);
  const cut = log.truncateTo(1);
  await Promise.all([cut, log.flush()]);
  await log.flush();
  await end.close();
  expect(log.endOffset).toBe(1);
  expect((await openEnd()).offset).toBe(1);
});

test('a log that begins behind a snapshot is not taken for one that is too short', async () => {
  const { log, end } = await withBatches(9);
  await log.flush();
  await log.startBehind({ offset: 5, epoch: 2 });
  await end.close();
  expect((await openEnd()).offset).toBe(5);
});

test('what is behind a snapshot is forgotten', async () => {
  const { log } = await withBatches(3);
  await log.trimTo(2);
  expect(log.startOffset).toBe(2);
  const read: Uint8Array[] = [];
  for await (const chunk of log.read(2)) read.push(chunk);
  expect(read).toHaveLength(1);
});

test('records that are not as they were written are lost metadata, and said to be', async () => {
  const { log } = await withBatches(3);
  const path = segmentFile(bed.directory, 0, '.log');
  const bytes = fs.readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 2) ^ 1, bytes.length - 2);
  fs.writeFileSync(path, bytes);
  const readThrough = async (): Promise<void> => {
    for await (const chunk of log.read(0)) expect(chunk.length).toBeGreaterThan(0);
  };
  await expect(readThrough()).rejects.toBeInstanceOf(LostMetadataError);
});
