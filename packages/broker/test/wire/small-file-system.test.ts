import fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ErrorCode } from '../../src/protocol/errors.ts';
import { BrokerBed } from './broker-bed.ts';
import { PartitionAsker } from './partition-asker.ts';
import { type SmallFileSystem, smallFileSystem } from './small-file-system.ts';

const { KAFKA_STORAGE_ERROR, NONE } = ErrorCode;
const MIB = 1024 * 1024;
const SIZE = 32 * MIB;

let bed: BrokerBed;
let small: SmallFileSystem;
let failures: string[];
beforeEach(() => {
  bed = new BrokerBed();
  small = smallFileSystem(SIZE);
  failures = [];
});
afterEach(async () => {
  await bed.remove();
  small.release();
});

async function start(settings: Record<string, string> = {}) {
  const onFailed = (reason: string) => failures.push(reason);
  const configs = { 'log.dirs': `${small.path}/data`, 'log.segment.bytes': `${MIB}`, ...settings };
  await bed.start(configs, { disk: small.disk, onFailed });
  return new PartitionAsker(await bed.connect());
}

/** Values of a size, each told from all others by its number. */
function numbered(number: number, sizeInBytes: number): string {
  return `${number}.`.padEnd(sizeInBytes, 'x');
}

/** Appends until one is refused, or so many times. Returns the numbers that were acknowledged. */
async function fill(
  asker: PartitionAsker,
  topic: string,
  { from = 0, times = 1000, sizeInBytes = 200_000 } = {},
) {
  const acknowledged: number[] = [];
  for (let number = from; number < from + times; number++) {
    const code = await asker.produce(topic, 0, numbered(number, sizeInBytes));
    if (code !== NONE) {
      expect(code).toBe(KAFKA_STORAGE_ERROR);
      break;
    }
    acknowledged.push(number);
  }
  return acknowledged;
}

async function numbersIn(asker: PartitionAsker, topic: string): Promise<number[]> {
  const values = await asker.allValues(topic, 0);
  return values.map((value) => Number.parseInt(value, 10));
}

/** Takes all that is free but so many bytes, as a neighbour on the same file system may. */
function takeSpace(leave: number): string {
  const path = `${small.path}/neighbour`;
  const file = fs.openSync(path, 'w');
  const chunk = Buffer.alloc(64 * 1024);
  while (small.freeBytes() > leave)
    fs.writeSync(file, chunk, 0, Math.min(chunk.length, small.freeBytes() - leave));
  fs.closeSync(file);
  return path;
}

describe('on a small file system', () => {
  it('records are refused before it is full, and taken again when a topic was deleted', async () => {
    const asker = await start({ 'log.segment.delete.delay.ms': '0' });
    await bed.createTopic('ballast');
    expect((await fill(asker, 'ballast', { times: 50 })).length).toBe(50);
    await bed.createTopic('orders');
    const acknowledged = await fill(asker, 'orders');
    expect(acknowledged.length).toBeGreaterThan(50);
    expect(small.freeBytes()).toBeGreaterThan(MIB);
    expect(await numbersIn(asker, 'orders')).toEqual(acknowledged);
    // What is not a record of a client still goes.
    await bed.createTopic('later');
    await bed.deleteTopic('ballast');
    const next = acknowledged.length;
    await expect
      .poll(() => fill(asker, 'orders', { from: next, times: 1 }), { timeout: 10_000 })
      .toEqual([next]);
    expect(failures).toEqual([]);
    await bed.stop();
    const again = await start();
    expect(await numbersIn(again, 'orders')).toEqual([...acknowledged, next]);
  });

  it('filled up by a neighbour in spite of the guard, nothing acknowledged is lost and nothing has to be restarted', async () => {
    const asker = await start({ 'odradek.log.dir.min.free.bytes': '0' });
    await bed.createTopic('orders');
    const acknowledged = await fill(asker, 'orders', { times: 20 });
    const neighbour = takeSpace(300_000);
    acknowledged.push(...(await fill(asker, 'orders', { from: 20, sizeInBytes: 70_000 })));
    expect(small.freeBytes()).toBeLessThan(300_000);
    expect(await numbersIn(asker, 'orders')).toEqual(acknowledged);
    fs.rmSync(neighbour);
    const next = acknowledged.length;
    await expect
      .poll(() => fill(asker, 'orders', { from: next, times: 1 }), { timeout: 10_000 })
      .toEqual([next]);
    acknowledged.push(next, ...(await fill(asker, 'orders', { from: next + 1, times: 20 })));
    expect(await numbersIn(asker, 'orders')).toEqual(acknowledged);
    expect(failures).toEqual([]);
    await bed.stop();
    expect(await numbersIn(await start(), 'orders')).toEqual(acknowledged);
  });

  it('a stop while it is full is no clean one, and the next start finds everything', async () => {
    const asker = await start({ 'odradek.log.dir.min.free.bytes': '0' });
    await bed.createTopic('orders');
    const acknowledged = await fill(asker, 'orders', { times: 20 });
    const neighbour = takeSpace(0);
    await bed.stop();
    expect(fs.existsSync(`${small.path}/data/.kafka_cleanshutdown`)).toBe(false);
    await expect(start()).rejects.toThrow(/ENOSPC/);
    fs.rmSync(neighbour);
    expect(await numbersIn(await start(), 'orders')).toEqual(acknowledged);
  });
});
