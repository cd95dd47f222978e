import { afterEach, expect, test, vi } from 'vitest';
import { interceptedDisk } from '../../test/log/intercepted-disk.ts';
import { batchOf } from '../../test/log/log-bed.ts';
import { ReplicaCluster } from '../../test/replication/replica-cluster.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { batchesIn } from '../protocol/record-batch.ts';
import { DiskError } from '../runtime/disk.ts';
import { nodeClock } from '../runtime/node-clock.ts';
import { PartitionCoordinatorLog } from './partition-coordinator-log.ts';

let cluster: ReplicaCluster | null = null;
afterEach(async () => {
  await cluster?.stop();
  cluster = null;
});

/** Broker 2 leads what broker 1 has committed to broker 1 and 2, and knows of one record less that it is committed. */
async function afterFailOver(): Promise<{
  three: ReplicaCluster;
  replayed: Uint8Array[];
  loading: Promise<void>;
}> {
  const three = await ReplicaCluster.start(3, 2, { waitMaxMs: 60_000 });
  cluster = three;
  const done: Promise<number>[] = [];
  for (const text of ['a', 'b', 'c']) {
    const outcome = three
      .node(1)
      .partition.appendAsLeader(batchOf([text]), { origin: 'coordinator', requiredAcks: -1 });
    if (outcome.kind === 'queued') done.push(outcome.done);
  }
  expect(await Promise.all(done)).toEqual([0, 0, 0]);
  for (const id of [1, 3]) three.node(id).isCutOff = true;
  three.change({ leader: 2, isr: [2, 3] });
  expect(three.node(2).partition.highWatermark).toBeLessThan(3);
  const replayed: Uint8Array[] = [];
  const log = new PartitionCoordinatorLog(three.node(2).partition, nodeClock);
  const loading = (async () => {
    for await (const batches of log.replay()) replayed.push(...batchesIn(batches));
  })();
  return { three, replayed, loading };
}

test('a new leader replays nothing that is not committed, and then all of it', async () => {
  const { three, replayed, loading } = await afterFailOver();
  const { highWatermark } = three.node(2).partition;
  let isLoaded = false;
  loading.then(
    () => {
      isLoaded = true;
    },
    () => {},
  );
  await vi.waitFor(() => expect(replayed).toHaveLength(highWatermark));
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(replayed).toHaveLength(highWatermark);
  expect(isLoaded).toBe(false);
  three.node(3).isCutOff = false;
  three.change({ leader: 2 });
  await expect(loading).rejects.toThrow('replay ended');
  const again = new PartitionCoordinatorLog(three.node(2).partition, nodeClock);
  const all: Uint8Array[] = [];
  for await (const batches of again.replay()) all.push(...batchesIn(batches));
  expect(all).toHaveLength(3);
});

test('a replay ends when another broker leads', async () => {
  const { three, loading } = await afterFailOver();
  three.change({ leader: 3 });
  await expect(loading).rejects.toThrow(`replay ended: ${ErrorCode.FENCED_LEADER_EPOCH}`);
  await vi.waitFor(() => expect(three.node(2).partition.isLeader).toBe(false));
});

test('a replay goes on when there are file handles again', async () => {
  let [isOut, refusals] = [false, 0];
  const disk = interceptedDisk({
    read: (path) => {
      if (!isOut || !path.endsWith('.log')) return;
      refusals += 1;
      throw new DiskError('EMFILE', path);
    },
  });
  cluster = await ReplicaCluster.start(1, 1, { disk });
  for (const text of ['a', 'b', 'c']) {
    const outcome = cluster
      .node(1)
      .partition.appendAsLeader(batchOf([text]), { origin: 'coordinator', requiredAcks: -1 });
    if (outcome.kind === 'queued') expect(await outcome.done).toBe(ErrorCode.NONE);
  }
  // Nothing of it is in memory.
  await cluster.crash(1);
  const { partition } = cluster.node(1);
  await vi.waitFor(() => expect(partition.highWatermark).toBe(3));
  await partition.log.flush();
  isOut = true;
  const replayed: Uint8Array[] = [];
  const loading = (async () => {
    for await (const batches of new PartitionCoordinatorLog(partition, nodeClock).replay())
      replayed.push(...batchesIn(batches));
  })();
  loading.catch(() => {});
  await vi.waitFor(() => expect(refusals).toBeGreaterThan(0));
  expect(replayed).toEqual([]);
  isOut = false;
  await loading;
  expect(replayed).toHaveLength(3);
});
