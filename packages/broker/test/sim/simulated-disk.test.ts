import { expect, test } from 'vitest';
import type { File } from '../../src/runtime/disk.ts';
import { SeededRandom } from '../seeded-random.ts';
import { drawnPowerLoss, FileTree } from './file-tree.ts';
import { Incarnation } from './incarnation.ts';
import { type DiskCondition, SimulatedDisk } from './simulated-disk.ts';
import { Trace } from './trace.ts';
import { VirtualTime } from './virtual-time.ts';

const SEEDS = Array.from({ length: 40 }, (_, seed) => seed);

/** A disk with a file of one synced and one further write in a directory, and the process that wrote it. */
class DiskBed {
  readonly tree = new FileTree();
  readonly random: SeededRandom;
  readonly condition: DiskCondition = { slowness: 1, isFull: false, failsNextSync: false };
  readonly #time: VirtualTime;
  readonly #trace = new Trace();
  process: Incarnation;
  disk: SimulatedDisk;

  constructor(seed: number) {
    this.random = new SeededRandom(seed, 0);
    this.#time = new VirtualTime(this.random, this.#trace);
    [this.process, this.disk] = this.#begin();
  }

  #begin(): [Incarnation, SimulatedDisk] {
    const incarnation = new Incarnation('process', this.#time);
    const { random, condition } = this;
    const options = {
      time: this.#time,
      trace: this.#trace,
      incarnation,
      random,
      condition,
      wallMs: () => 0,
      onCreated: () => {},
    };
    return [incarnation, new SimulatedDisk(this.tree, options)];
  }

  /** The process ends; what comes now is done by the next one. */
  restart(): void {
    this.process.end();
    this.disk.tearWrites();
    [this.process, this.disk] = this.#begin();
  }

  /** What the work came to; undefined when it never ended. */
  async done<Result>(work: Promise<Result>): Promise<Result | undefined> {
    let result: Result | undefined;
    void work.then((value) => {
      result = value;
    });
    await this.#time.run(this.#time.nowMs + 1000, () => result !== undefined);
    return result;
  }

  async writeBoth(): Promise<File | undefined> {
    return this.done(
      (async () => {
        await this.disk.makeDirectory('/data');
        await this.disk.syncDirectory('/');
        const file = await this.disk.open('/data/file', 'create');
        await file.write([text('synced ')], 0);
        await file.sync();
        await this.disk.syncDirectory('/data');
        await file.write([text('not synced')], 7);
        return file;
      })(),
    );
  }

  async content(path: string): Promise<string | undefined> {
    return this.done(
      (async () => {
        const file = await this.disk.open(path, 'read');
        const bytes = new Uint8Array(await file.size());
        await file.read(bytes, 0);
        return Buffer.from(bytes).toString();
      })(),
    );
  }
}

function text(content: string): Uint8Array {
  return Buffer.from(content);
}

test('a process crash keeps everything that was written', async () => {
  for (const seed of SEEDS) {
    const bed = new DiskBed(seed);
    await bed.writeBoth();
    bed.restart();
    expect(await bed.content('/data/file')).toBe('synced not synced');
  }
});

test('a power loss keeps what was synced, and of the rest sometimes all, nothing, a piece, or zeroes', async () => {
  const left = new Set<string>();
  for (const seed of SEEDS) {
    const bed = new DiskBed(seed);
    await bed.writeBoth();
    bed.restart();
    bed.tree.losePower(drawnPowerLoss(bed.random));
    const content = (await bed.content('/data/file')) ?? '';
    expect(content.startsWith('synced ')).toBe(true);
    const rest = content.slice('synced '.length);
    if (rest.includes('\0')) left.add('zeroes');
    else if (rest === '' || rest === 'not synced') left.add(rest);
    else left.add('a piece');
  }
  expect([...left].sort()).toEqual(['', 'a piece', 'not synced', 'zeroes']);
});

test('a name is durable only after its directory was synced', async () => {
  const found = new Set<boolean>();
  for (const seed of SEEDS) {
    const bed = new DiskBed(seed);
    await bed.writeBoth();
    await bed.done(bed.disk.rename('/data/file', '/data/other'));
    bed.restart();
    bed.tree.losePower(drawnPowerLoss(bed.random));
    const names = await bed.done(bed.disk.list('/data'));
    expect(names?.length).toBe(1);
    found.add(names?.[0]?.name === 'other');
  }
  expect(found.size).toBe(2);
});

test('nothing that a dead process asked for is answered, and its writes are done in part at most', async () => {
  const bed = new DiskBed(1);
  const file = await bed.writeBoth();
  const write = file?.write([text('late')], 17).then(() => 'answered');
  bed.restart();
  expect(await bed.done(write ?? Promise.resolve('no file'))).toBeUndefined();
  const content = (await bed.content('/data/file')) ?? '';
  expect('synced not syncedlate'.startsWith(content)).toBe(true);
});

test('a full disk takes the part of a write that does not grow the file, and perhaps some of the rest', async () => {
  const bed = new DiskBed(1);
  const file = await bed.writeBoth();
  bed.condition.isFull = true;
  const failure = file?.write([text('NOT SYNCED AND MORE')], 7).catch((error: unknown) => error);
  expect(await bed.done(failure ?? Promise.resolve(null))).toMatchObject({ code: 'ENOSPC' });
  const content = (await bed.content('/data/file')) ?? '';
  expect('synced NOT SYNCED AND MORE'.startsWith(content)).toBe(true);
  expect(content.length).toBeGreaterThanOrEqual('synced NOT SYNCED'.length);
  expect(content.length).toBeLessThan('synced NOT SYNCED AND MORE'.length);
});
