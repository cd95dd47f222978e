import fs from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LogBed } from '../../test/log/log-bed.ts';
import type { Disk } from '../runtime/disk.ts';
import { nodeDisk } from '../runtime/node-disk.ts';
import { FilePool } from './file-pool.ts';

let bed: LogBed;
let open: Set<string>;
let disk: Disk;
beforeEach(() => {
  bed = new LogBed();
  open = new Set();
  disk = {
    ...nodeDisk,
    open: async (path, mode) => {
      const file = await nodeDisk.open(path, mode);
      open.add(path);
      return Object.assign(Object.create(file), {
        truncate: (size: number) => file.truncate(size),
        size: () => file.size(),
        close: () => {
          open.delete(path);
          return file.close();
        },
      });
    },
  };
});
afterEach(() => bed.remove());

test('files that nobody uses are closed above the limit, the one idle longest first', async () => {
  const pool = new FilePool(disk, 2);
  const [a, b, c] = ['a', 'b', 'c'].map((name) => `${bed.directory}/${name}`) as [string, string, string];
  for (const path of [a, b, c]) await pool.create(path);
  expect([...open]).toEqual([b, c]);
  await pool.use(b, (file) => file.size());
  await pool.use(a, (file) => file.size());
  expect([...open].sort()).toEqual([a, b]);
  await pool.forgetIn(bed.directory);
  expect(open.size).toBe(0);
});

test('a file is not taken from its users, and closed behind them when it was given up', async () => {
  const pool = new FilePool(disk, 0);
  const path = `${bed.directory}/a`;
  fs.writeFileSync(path, 'abc');
  await pool.use(path, async (file) => {
    await pool.forget(path);
    expect(open.has(path)).toBe(true);
    expect(await file.size()).toBe(3);
  });
  await expect.poll(() => open.size).toBe(0);
});

test('a file that is not there can be used when it has come', async () => {
  const pool = new FilePool(disk, 2);
  const path = `${bed.directory}/late`;
  await expect(pool.use(path, (file) => file.size())).rejects.toMatchObject({ code: 'ENOENT' });
  fs.writeFileSync(path, 'x');
  expect(await pool.use(path, (file) => file.size())).toBe(1);
});

test('a file that is renamed stays the same for its users, under both names', async () => {
  const pool = new FilePool(disk, 2);
  const [plain, deleted, swap] = ['plain', 'deleted', 'swap'].map((name) => `${bed.directory}/${name}`) as [
    string,
    string,
    string,
  ];
  fs.writeFileSync(plain, 'old');
  fs.writeFileSync(swap, 'newer');
  const asked = pool.use(plain, (file) => file.size());
  await pool.use(plain, async (file) => {
    const moves = [pool.move(plain, deleted), pool.use(deleted, (other) => other.size())];
    expect((await Promise.all(moves))[1]).toBe(3);
    const swaps = [pool.move(swap, plain), pool.use(plain, (other) => other.size())];
    expect((await Promise.all(swaps))[1]).toBe(5);
    expect(await file.size()).toBe(3);
  });
  expect(await asked).toBe(3);
  expect(await pool.use(deleted, (file) => file.size())).toBe(3);
  await pool.forgetIn(bed.directory);
  await expect.poll(() => open.size).toBe(0);
});

test('a file that cannot be renamed rejects, and its name can be used again', async () => {
  const pool = new FilePool(disk, 2);
  const path = `${bed.directory}/a`;
  await expect(pool.move(`${bed.directory}/none`, path)).rejects.toMatchObject({ code: 'ENOENT' });
  await pool.create(path);
  expect(await pool.use(path, (file) => file.size())).toBe(0);
});
