import fs from 'node:fs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { batchOf, contentOf } from '../../test/log/log-bed.ts';
import {
  ReplicaCluster,
  type ReplicaClusterSettings,
  type ReplicaNode,
} from '../../test/replication/replica-cluster.ts';
import { OpeningAppends } from '../handlers/opening-appends.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { type Disk, DiskError } from '../runtime/disk.ts';
import { nodeDisk } from '../runtime/node-disk.ts';

let cluster: ReplicaCluster | null = null;
afterEach(async () => {
  await cluster?.stop();
  cluster = null;
});

async function started(size: number, given: ReplicaClusterSettings = {}): Promise<ReplicaCluster> {
  const brokerConfigs = { 'alter.log.dirs.replication.quota.window.num': '1' };
  cluster = await ReplicaCluster.start(size, 1, { directories: 3, brokerConfigs, ...given });
  return cluster;
}

/** Nothing here is large enough to be opened elsewhere. */
const appends = new OpeningAppends({ run: async ({ run }, input) => run(input) });

/** As the handler of Produce does it. */
async function append(node: ReplicaNode, text: string, requiredAcks = -1): Promise<number> {
  const outcome = await appends.append(node.partition, batchOf([text]), { origin: 'client', requiredAcks });
  return outcome.kind === 'queued' ? outcome.done : outcome.errorCode;
}

async function texts(node: ReplicaNode): Promise<string[]> {
  return (await contentOf(node.partition.log)).map(([, text]) => text);
}

function placeOf({ directories, partition }: ReplicaNode): number {
  return directories.findIndex(({ path }) => partition.log.directory === `${path}/orders-0`);
}

/** The folders of the partition in a log directory, but for those on their way out. */
function foldersIn({ directories }: ReplicaNode, index: number): string[] {
  const names = fs.readdirSync(directories[index]?.path ?? '');
  return names.filter((name) => name.startsWith('orders-0') && !name.endsWith('-delete'));
}

function move(node: ReplicaNode, to: number): Promise<number> {
  return node.replicas.moveReplica(node.directories[to]?.path ?? '', 'orders', 0);
}

async function untilAt(node: ReplicaNode, to: number): Promise<void> {
  await vi.waitFor(() => expect(placeOf(node)).toBe(to), { timeout: 10_000 });
  await vi.waitFor(() => expect([...node.replicas.copies()]).toEqual([]));
  for (const index of node.directories.keys()) {
    await vi.waitFor(() => expect(foldersIn(node, index)).toEqual(index === to ? ['orders-0'] : []));
  }
}

const rate = (bytes: number) => ({
  kind: 'config' as const,
  value: {
    ...{ resourceType: 4, resourceName: '', value: `${bytes}` },
    name: 'replica.alter.log.dirs.io.max.bytes.per.second',
  },
});

/** A move that has begun, has copied something and is held up by its throttle. */
async function heldMove(one: ReplicaCluster, to: number): Promise<void> {
  for (let index = 0; index < 4; index++) await append(one.node(1), `${index}`.padEnd(700_000, 'x'));
  one.publish([rate(1)]);
  expect(await move(one.node(1), to)).toBe(ErrorCode.NONE);
  await vi.waitFor(() => {
    const [moving] = one.node(1).replicas.copies();
    expect(moving?.copy.logEndOffset).toBeGreaterThan(0);
  });
}

describe('a replica that moves to another log directory', () => {
  test('takes all of its records along and goes on being appended to', async () => {
    const one = await started(1);
    const node = one.node(1);
    const acknowledged: string[] = [];
    let isLoading = true;
    const client = (async () => {
      for (let count = 0; isLoading; count++) {
        expect(await append(node, `${count}`)).toBe(ErrorCode.NONE);
        acknowledged.push(`${count}`);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    for (const to of [1, 2, 0, 1]) {
      const before = acknowledged.length;
      await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(before + 20));
      expect(await move(node, to)).toBe(ErrorCode.NONE);
      await untilAt(node, to);
      expect(one.state.directories).toEqual([node.directories[to]?.meta.directoryId]);
    }
    isLoading = false;
    await client;
    expect(await texts(node)).toEqual(acknowledged);
    expect(node.partition.highWatermark).toBe(acknowledged.length);
    await one.crash(1);
    expect(await texts(one.node(1))).toEqual(acknowledged);
    expect(placeOf(one.node(1))).toBe(1);
  });

  test('takes all of a batch along of which some records are deleted', async () => {
    const one = await started(1);
    const node = one.node(1);
    const batch = batchOf(['a', 'b', 'c']);
    const taken = await appends.append(node.partition, batch, { origin: 'client', requiredAcks: -1 });
    expect(taken.kind).toBe('queued');
    expect(await append(node, 'd')).toBe(ErrorCode.NONE);
    node.partition.deleteRecordsBefore(2);
    expect(await move(node, 1)).toBe(ErrorCode.NONE);
    await untilAt(node, 1);
    expect(await append(node, 'e')).toBe(ErrorCode.NONE);
    const { logStartOffset, logEndOffset } = node.partition.log;
    expect({ logStartOffset, logEndOffset }).toEqual({ logStartOffset: 2, logEndOffset: 5 });
    expect(await texts(node)).toEqual(['c', 'd', 'e']);
  });

  test('shows its copy, how far that is behind, and keeps to its throttle', async () => {
    const one = await started(1);
    await heldMove(one, 1);
    const [moving] = one.node(1).replicas.copies();
    expect(foldersIn(one.node(1), 1)).toEqual([expect.stringMatching(/^orders-0\.[0-9a-f]{32}-future$/)]);
    expect(moving?.copy.logEndOffset).toBeLessThan(4);
    expect(await move(one.node(1), 1)).toBe(ErrorCode.NONE);
    one.publish([rate(1_000_000_000)]);
    await untilAt(one.node(1), 1);
    expect(await texts(one.node(1))).toHaveLength(4);
  });

  test('stays where it is until the controller knows', async () => {
    const one = await started(1);
    await append(one.node(1), 'a');
    one.isAssigning = false;
    await move(one.node(1), 1);
    await vi.waitFor(() => expect([...one.node(1).replicas.copies()][0]?.copy.logEndOffset).toBe(1));
    await append(one.node(1), 'b');
    await vi.waitFor(() => expect([...one.node(1).replicas.copies()][0]?.copy.logEndOffset).toBe(2));
    expect(placeOf(one.node(1))).toBe(0);
    one.isAssigning = true;
    await untilAt(one.node(1), 1);
  });

  test('turns round, or stays, when it is told so on its way', async () => {
    const one = await started(1);
    const node = one.node(1);
    await heldMove(one, 1);
    expect(await move(node, 0)).toBe(ErrorCode.NONE);
    await untilAt(node, 0);
    expect(await move(node, 1)).toBe(ErrorCode.NONE);
    expect(await move(node, 2)).toBe(ErrorCode.NONE);
    one.publish([rate(1_000_000_000)]);
    await untilAt(node, 2);
    expect(await texts(node)).toHaveLength(4);
  });

  test('goes on after a crash in the middle', async () => {
    const one = await started(1);
    await heldMove(one, 1);
    await one.crash(1);
    await untilAt(one.node(1), 1);
    expect(await texts(one.node(1))).toHaveLength(4);
  });

  test('leaves with its topic', async () => {
    const one = await started(1);
    await heldMove(one, 1);
    one.removeTopic();
    await one.node(1).replicas.settled();
    for (const index of [0, 1, 2]) expect(foldersIn(one.node(1), index)).toEqual([]);
  });

  test('is the one that has come further, where a crash has left two', async () => {
    const one = await started(1);
    const [from, to] = one.node(1).directories;
    await append(one.node(1), 'a');
    await one.node(1).partition.log.flush();
    fs.cpSync(`${from?.path}/orders-0`, `${to?.path}/orders-0`, { recursive: true });
    await append(one.node(1), 'b');
    await one.crash(1);
    await untilAt(one.node(1), 0);
    expect(await texts(one.node(1))).toEqual(['a', 'b']);
  });

  test('is its copy where nothing else is left of it', async () => {
    const one = await started(1);
    await append(one.node(1), 'a');
    one.isAssigning = false;
    await move(one.node(1), 1);
    await vi.waitFor(() => expect([...one.node(1).replicas.copies()][0]?.copy.logEndOffset).toBe(1));
    fs.rmSync(`${one.node(1).directories[0]?.path}/orders-0`, { recursive: true });
    await one.crash(1);
    await untilAt(one.node(1), 1);
    expect(await texts(one.node(1))).toEqual(['a']);
  });

  test('follows its leader all the while, through its truncations', async () => {
    const two = await started(2);
    await append(two.leader, 'a');
    two.node(1).isCutOff = true;
    for (const text of ['x', 'y']) await append(two.node(1), text, 1);
    two.isAssigning = false;
    await move(two.node(1), 1);
    await vi.waitFor(() => expect([...two.node(1).replicas.copies()][0]?.copy.logEndOffset).toBe(3));
    two.change({ leader: 2, isr: [2] });
    await append(two.leader, 'b');
    two.node(1).isCutOff = false;
    await vi.waitFor(async () => expect(await texts(two.node(1))).toEqual(['a', 'b']));
    two.isAssigning = true;
    await untilAt(two.node(1), 1);
    expect(await append(two.leader, 'c')).toBe(ErrorCode.NONE);
    await vi.waitFor(async () => expect(await texts(two.node(1))).toEqual(['a', 'b', 'c']));
    expect(two.node(1).partition.log.leaderEpochs).toEqual(two.leader.partition.log.leaderEpochs);
  });
});

test('a directory that does not let go of what has moved goes offline, and not the one that has it', async () => {
  const disk: Disk = {
    ...nodeDisk,
    rename: async (from, to) => {
      if (from.endsWith('/0/orders-0')) throw new DiskError('EIO', from);
      await nodeDisk.rename(from, to);
    },
  };
  const one = await started(1, { disk });
  const node = one.node(1);
  await append(node, 'a');
  await move(node, 1);
  await vi.waitFor(() => expect(node.directories[0]?.isOffline).toBe(true));
  expect(node.directories[1]?.isOffline).toBe(false);
  expect(placeOf(node)).toBe(1);
  expect(await append(node, 'b')).toBe(ErrorCode.NONE);
  expect(await texts(node)).toEqual(['a', 'b']);
});

test('a disk that is full when the copy is complete takes nothing offline, and the move can be asked for again', async () => {
  let isFull = true;
  let refusals = 0;
  const disk: Disk = {
    ...nodeDisk,
    open: async (path, mode) => {
      if (!isFull || !path.endsWith('.timeindex') || mode !== 'create') return nodeDisk.open(path, mode);
      refusals++;
      throw new DiskError('ENOSPC', path);
    },
  };
  const one = await started(1, { disk });
  const node = one.node(1);
  await append(node, 'a');
  await move(node, 1);
  await vi.waitFor(() => expect(refusals).toBeGreaterThan(0));
  await vi.waitFor(() => expect([...node.replicas.copies()]).toEqual([]));
  expect(node.directories.map(({ isOffline }) => isOffline)).toEqual([false, false, false]);
  expect(placeOf(node)).toBe(0);
  expect(await append(node, 'b')).toBe(ErrorCode.NONE);
  isFull = false;
  expect(await move(node, 1)).toBe(ErrorCode.NONE);
  await untilAt(node, 1);
  expect(await texts(node)).toEqual(['a', 'b']);
});

test('a directory that is none of the broker’s, or is offline, takes no replica', async () => {
  const one = await started(1);
  const { replicas, directories } = one.node(1);
  expect(await replicas.moveReplica('/nowhere', 'orders', 0)).toBe(ErrorCode.LOG_DIR_NOT_FOUND);
  const path = directories[1]?.path ?? '';
  expect(await replicas.moveReplica(path, 'x'.repeat(249), 0)).toBe(ErrorCode.INVALID_TOPIC_EXCEPTION);
  expect(await replicas.moveReplica(path, 'not-here', 0)).toBe(ErrorCode.REPLICA_NOT_AVAILABLE);
  directories[2]?.goOffline(new DiskError('EIO', path));
  expect(await move(one.node(1), 2)).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
  expect(await move(one.node(1), 1)).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
});

test('a partition begins in the directory that was chosen before it came, or that the cluster has it in', async () => {
  const one = await started(1);
  const { replicas, directories } = one.node(1);
  expect(await replicas.moveReplica(directories[2]?.path ?? '', 'orders', 1)).toBe(
    ErrorCode.REPLICA_NOT_AVAILABLE,
  );
  one.addPartition(1);
  one.addPartition(2, [directories[1]?.meta.directoryId ?? '']);
  await replicas.settled();
  expect(replicas.get('orders', 1)?.log.directory).toBe(`${directories[2]?.path}/orders-1`);
  expect(replicas.get('orders', 2)?.log.directory).toBe(`${directories[1]?.path}/orders-2`);
  // The controller is told of each that it did not place.
  await vi.waitFor(() => expect(one.assigned).toHaveLength(2));
});
