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
  await pool.forgetBelow(bed.directory);
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
