import fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ErrorCode } from '../../src/protocol/errors.ts';
import { type Disk, DiskError } from '../../src/runtime/disk.ts';
import { type Interceptions, interceptedDisk } from '../log/intercepted-disk.ts';
import { BrokerBed } from './broker-bed.ts';
import { PartitionAsker } from './partition-asker.ts';

const { KAFKA_STORAGE_ERROR, LEADER_NOT_AVAILABLE, NONE } = ErrorCode;

let bed: BrokerBed;
let one: string;
let two: string;
let failures: string[];
beforeEach(() => {
  bed = new BrokerBed();
  one = `${bed.directory}/one`;
  two = `${bed.directory}/two`;
  failures = [];
});
afterEach(() => bed.remove());

async function start({ disk, settings = {} }: { disk?: Disk; settings?: Record<string, string> } = {}) {
  const onFailed = (reason: string) => failures.push(reason);
  await bed.start(
    { 'log.dirs': `${one},${two}`, ...settings },
    disk === undefined ? { onFailed } : { disk, onFailed },
  );
  return new PartitionAsker(await bed.connect());
}

/** The partitions of the topic that lie in the directory, by index. */
function partitionsIn(directory: string, topic: string): number[] {
  const pattern = new RegExp(`^${topic}-(\\d+)$`);
  return fs
    .readdirSync(directory)
    .flatMap((name) => pattern.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((left, right) => left - right);
}

/** A disk that breaks under one directory. */
function breakable(directory: string, code = 'EIO') {
  const state = { isBroken: false };
  const refuse = (path: string) => {
    if (state.isBroken && path.startsWith(`${directory}/`)) throw new DiskError(code, path);
  };
  const before: Interceptions = {
    open: refuse,
    read: refuse,
    sync: refuse,
    write: ({ path }) => refuse(path),
  };
  return { state, disk: interceptedDisk(before) };
}

const offline = {
  listOffsets: KAFKA_STORAGE_ERROR,
  deleteRecords: KAFKA_STORAGE_ERROR,
  offsetForLeaderEpoch: KAFKA_STORAGE_ERROR,
  describeProducers: KAFKA_STORAGE_ERROR,
};
const online = {
  listOffsets: NONE,
  deleteRecords: NONE,
  offsetForLeaderEpoch: NONE,
  describeProducers: NONE,
};

describe('of several log directories', () => {
  it('each new partition goes to the one with the fewest', async () => {
    await start();
    await bed.createTopic('many', 7);
    expect([partitionsIn(one, 'many').length, partitionsIn(two, 'many').length].sort()).toEqual([3, 4]);
    await bed.createTopic('more', 5);
    const count = (directory: string) =>
      partitionsIn(directory, 'many').length + partitionsIn(directory, 'more').length;
    expect([count(one), count(two)]).toEqual([6, 6]);
  });

  it('one fails under way: its partitions say so, and all others go on', async () => {
    const { state, disk } = breakable(two);
    const asker = await start({ disk });
    await bed.createTopic('orders', 4);
    for (let index = 0; index < 4; index++)
      expect(await asker.produce('orders', index, `v${index}`)).toBe(NONE);
    const [healthy = -1] = partitionsIn(one, 'orders');
    const [lost = -1, alsoLost = -1] = partitionsIn(two, 'orders');
    state.isBroken = true;
    expect(await asker.produce('orders', lost, 'x')).toBe(KAFKA_STORAGE_ERROR);
    for (const index of [lost, alsoLost]) {
      expect(await asker.produce('orders', index, 'x')).toBe(KAFKA_STORAGE_ERROR);
      expect(await asker.values('orders', index)).toBe(KAFKA_STORAGE_ERROR);
      expect(await asker.errorCodes('orders', index)).toEqual(offline);
    }
    expect(await asker.produce('orders', healthy, 'y')).toBe(NONE);
    expect(await asker.values('orders', healthy)).toEqual([`v${healthy}`, 'y']);
    expect(await asker.errorCodes('orders', healthy)).toEqual(online);
    const metadata = await asker.metadata('orders');
    expect(metadata[lost]).toMatchObject({
      errorCode: LEADER_NOT_AVAILABLE,
      leaderId: -1,
      replicaNodes: [1],
      isrNodes: [],
      offlineReplicas: [1],
    });
    expect(metadata[healthy]).toMatchObject({ errorCode: NONE, leaderId: 1, offlineReplicas: [] });
    expect(await asker.logDirs()).toMatchObject([
      { logDir: one, errorCode: NONE, topics: [{ name: 'orders' }] },
      { logDir: two, errorCode: KAFKA_STORAGE_ERROR, topics: [] },
    ]);
    await bed.createTopic('later', 3);
    expect([partitionsIn(one, 'later').length, partitionsIn(two, 'later').length]).toEqual([3, 0]);
    expect(failures).toEqual([]);

    // And at the next start, on a disk that was put right, everything is there.
    state.isBroken = false;
    await bed.stop();
    const again = await start();
    expect(await again.values('orders', lost)).toEqual([`v${lost}`]);
    expect((await again.metadata('orders'))[lost]).toMatchObject({ errorCode: NONE, leaderId: 1 });
  });

  it('one cannot be opened at the start: its partitions are out of reach, and not begun anew elsewhere', async () => {
    const asker = await start();
    await bed.createTopic('orders', 4);
    for (let index = 0; index < 4; index++)
      expect(await asker.produce('orders', index, `v${index}`)).toBe(NONE);
    const [healthy = -1] = partitionsIn(one, 'orders');
    const [lost = -1] = partitionsIn(two, 'orders');
    const before = partitionsIn(one, 'orders');
    await bed.stop();
    fs.renameSync(two, `${two}.away`);
    fs.writeFileSync(two, 'not a directory');

    const without = await start();
    expect(await without.produce('orders', lost, 'x')).toBe(KAFKA_STORAGE_ERROR);
    expect(await without.values('orders', lost)).toBe(KAFKA_STORAGE_ERROR);
    expect(await without.errorCodes('orders', lost)).toEqual(offline);
    expect((await without.metadata('orders'))[lost]).toMatchObject({ leaderId: -1, offlineReplicas: [1] });
    expect(await without.produce('orders', healthy, 'y')).toBe(NONE);
    expect(partitionsIn(one, 'orders')).toEqual(before);
    await bed.createTopic('later', 2);
    expect(await without.produce('later', 1, 'z')).toBe(NONE);
    expect((await without.logDirs()).map(({ errorCode }) => errorCode)).toEqual([NONE, KAFKA_STORAGE_ERROR]);
    await bed.stop();

    fs.rmSync(two);
    fs.renameSync(`${two}.away`, two);
    const again = await start();
    expect(await again.values('orders', lost)).toEqual([`v${lost}`]);
    expect(await again.values('orders', healthy)).toEqual([`v${healthy}`, 'y']);
    expect(await again.values('later', 1)).toEqual(['z']);
  });

  it('that of the metadata fails: the broker says that it cannot go on', async () => {
    const { state, disk } = breakable(one);
    const asker = await start({ disk });
    await bed.createTopic('orders', 2);
    const [lost = -1] = partitionsIn(one, 'orders');
    state.isBroken = true;
    expect(await asker.produce('orders', lost, 'x')).toBe(KAFKA_STORAGE_ERROR);
    expect(failures[0]).toMatch(/one refused \(EIO\), and the metadata of the cluster lies there/);
  });

  it('none is left: the broker says that it cannot go on', async () => {
    let isBroken = false;
    const meta = `${bed.directory}/meta`;
    const disk = interceptedDisk({
      write: ({ path }) => {
        if (isBroken && !path.startsWith(`${meta}/`)) throw new DiskError('EIO', path);
      },
    });
    const asker = await start({ disk, settings: { 'metadata.log.dir': meta } });
    expect(fs.existsSync(`${meta}/__cluster_metadata-0`)).toBe(true);
    await bed.createTopic('orders', 2);
    isBroken = true;
    expect(await asker.produce('orders', 0, 'x')).toBe(KAFKA_STORAGE_ERROR);
    expect(failures).toEqual([]);
    expect(await asker.produce('orders', 1, 'x')).toBe(KAFKA_STORAGE_ERROR);
    expect(failures[0]).toMatch(/refused \(EIO\), and no other log directory is left/);
  });

  it.each([
    ['the same directory is named twice by a link', 'in use by', () => fs.symlinkSync(one, two)],
    ['one is a copy of the other', 'same directory.id', () => fs.cpSync(one, two, { recursive: true })],
    [
      'one is of another cluster',
      'belongs to cluster',
      () => {
        fs.mkdirSync(two);
        fs.writeFileSync(`${two}/meta.properties`, otherCluster);
      },
    ],
    [
      'one is of another node',
      'belongs to node 9',
      () => {
        fs.mkdirSync(two);
        const ours = fs.readFileSync(`${one}/meta.properties`, 'utf8');
        fs.writeFileSync(`${two}/meta.properties`, ours.replace('node.id=1', 'node.id=9'));
      },
    ],
  ])('the start is refused when %s', async (_what, message, spoil) => {
    await bed.start({ 'log.dirs': one });
    await bed.stop();
    spoil();
    await expect(start()).rejects.toThrow(message);
    // And the healthy one is not left locked.
    await bed.start({ 'log.dirs': one });
  });

  it('all that cannot be opened refuse the start, with the reason', async () => {
    fs.writeFileSync(one, '');
    fs.writeFileSync(two, '');
    const settings = { 'metadata.log.dir': `${bed.directory}/meta` };
    await expect(start({ settings })).rejects.toThrow(/cannot be used \(E/);
    await expect(start()).rejects.toThrow(/one cannot be used \(E/);
  });
});

const otherCluster = [
  'cluster.id=AAAAAAAAAAAAAAAAAAAAAg',
  'directory.id=oLIQyYhGQsiCoFcXtVXDSA',
  'node.id=1',
  'version=1',
  '',
].join('\n');

describe('a disk that is full', () => {
  it('keeps a new partition from being opened until there is space, without a restart', async () => {
    const { state, disk } = breakable(`${bed.directory}/one/tight-0`, 'ENOSPC');
    const asker = await start({ disk, settings: { 'log.dirs': one } });
    state.isBroken = true;
    await bed.createTopic('tight', 2);
    expect(await asker.produce('tight', 0, 'x')).toBe(KAFKA_STORAGE_ERROR);
    expect(await asker.values('tight', 0)).toBe(KAFKA_STORAGE_ERROR);
    expect(await asker.errorCodes('tight', 0)).toEqual(offline);
    expect((await asker.metadata('tight'))[0]).toMatchObject({ leaderId: -1, offlineReplicas: [1] });
    expect(await asker.produce('tight', 1, 'y')).toBe(NONE);
    state.isBroken = false;
    await expect.poll(() => asker.produce('tight', 0, 'z'), { timeout: 10_000 }).toBe(NONE);
    expect(await asker.values('tight', 0)).toEqual(['z']);
    expect((await asker.metadata('tight'))[0]).toMatchObject({
      errorCode: NONE,
      leaderId: 1,
      offlineReplicas: [],
    });
    expect(failures).toEqual([]);
  });

  it('refuses records before it is full, goes on answering, and takes records when there is space again', async () => {
    const state = { freeBytes: 1000 * 1024 * 1024 };
    const disk = interceptedDisk({ space: () => ({ freeBytes: state.freeBytes, totalBytes: 10 ** 12 }) });
    const settings = { 'log.dirs': one, 'odradek.log.dir.min.free.bytes': `${200 * 1024 * 1024}` };
    const asker = await start({ disk, settings });
    await bed.createTopic('orders', 1);
    expect(await asker.produce('orders', 0, 'x')).toBe(NONE);
    state.freeBytes = 10 * 1024 * 1024;
    await expect.poll(() => asker.produce('orders', 0, 'y'), { timeout: 15_000 }).toBe(KAFKA_STORAGE_ERROR);
    expect(await asker.values('orders', 0)).toContain('x');
    expect(await asker.errorCodes('orders', 0)).toEqual(online);
    await bed.createTopic('still', 1);
    expect((await asker.logDirs())[0]).toMatchObject({ errorCode: NONE, usableBytes: 10 * 1024 * 1024 });
    state.freeBytes = 1000 * 1024 * 1024;
    await expect.poll(() => asker.produce('orders', 0, 'z'), { timeout: 10_000 }).toBe(NONE);
    expect(failures).toEqual([]);
  });
});
