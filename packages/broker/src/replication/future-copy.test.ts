import { afterEach, beforeEach, expect, test } from 'vitest';
import { batchOf, contentOf, LogBed } from '../../test/log/log-bed.ts';
import { clusterWith, TOPIC_ID } from '../../test/metadata/three-brokers.ts';
import { SURROUNDINGS } from '../../test/replication/surroundings.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import { partitionOf } from '../metadata/metadata-image.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { DiskError } from '../runtime/disk.ts';
import { copyStep } from './future-copy.ts';
import { Partition } from './partition.ts';

let bed: LogBed;
let copyBed: LogBed;
beforeEach(() => {
  bed = new LogBed();
  copyBed = new LogBed();
});
afterEach(() => {
  bed.remove();
  copyBed.remove();
});

async function append(log: PartitionLog, leaderEpoch: number, ...texts: string[]): Promise<void> {
  const outcome = log.appendAsLeader(batchOf(texts), { origin: 'client', leaderEpoch });
  if (outcome.kind === 'rejected') throw new Error(outcome.message);
  await outcome.completion;
}

async function led(log: PartitionLog): Promise<Partition> {
  const image = partitionOf(clusterWith({ partition: { replicas: [1], isr: [1] } }), 'orders', 0);
  if (image === undefined) throw new Error('no partition');
  return new Partition({
    ...{ topic: 'orders', topicId: TOPIC_ID, partition: 0, nodeId: 1 },
    ...{ log, image, minInSyncReplicas: 1, surroundings: SURROUNDINGS },
  });
}

test.each([
  ['ENOSPC', 'refused'],
  ['EMFILE', 'refused'],
  ['EIO', 'rejects'],
])('a copy that cannot be cut off (%s) goes on later where that may pass', async (code, expected) => {
  let isRefusing = true;
  const partition = await led(await bed.open());
  await append(partition.log, 2, 'a');
  const copy = await copyBed.open({
    lowerCheckpoints: async () => {
      if (isRefusing) throw new DiskError(code, copyBed.directory);
    },
  });
  await append(copy, 1, 'x', 'y');
  const step = copyStep(partition, copy);
  if (expected === 'rejects') {
    await expect(step).rejects.toMatchObject({ code });
    expect(copy.isOffline).toBe(true);
    return;
  }
  expect(await step).toEqual({ kind: 'refused', errorCode: ErrorCode.KAFKA_STORAGE_ERROR });
  isRefusing = false;
  const kinds: string[] = [];
  while (kinds.at(-1) !== 'complete') kinds.push((await copyStep(partition, copy)).kind);
  expect(kinds).toEqual(['copied', 'copied', 'complete']);
  expect(await contentOf(copy)).toEqual([[0, 'a']]);
});
