import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeDisk } from '../runtime/node-disk.ts';
import { FlushedEnd } from './flushed-end.ts';

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flushed-'));
  path = join(directory, 'flushed-end');
});

afterEach(() => rm(directory, { recursive: true }));

const opened = () => FlushedEnd.open(nodeDisk, path);

async function reopened(end: FlushedEnd): Promise<number> {
  await end.close();
  const again = await opened();
  const { offset } = again;
  await again.close();
  return offset;
}

test('a new directory knows of nothing', async () => {
  expect(await reopened(await opened())).toBe(0);
});

test('the newest of what was raised meanwhile is what stays', async () => {
  const end = await opened();
  for (const offset of [1, 2, 3, 700]) end.raise(offset);
  expect(await reopened(end)).toBe(700);
});

test('it falls only where the log is cut', async () => {
  const end = await opened();
  end.raise(700);
  end.raise(10);
  await end.lower(900);
  await end.lower(20);
  expect(end.offset).toBe(20);
  expect(await reopened(end)).toBe(20);
});

test('a torn word leaves the one before it', async () => {
  const end = await opened();
  end.raise(5);
  expect(await reopened(end)).toBe(5);
  const later = await opened();
  later.raise(9);
  await later.close();
  const file = await open(path, 'r+');
  // The second word lies at the front.
  await file.write(Buffer.from([0xff]), 0, 1, 7);
  await file.close();
  expect(await reopened(await opened())).toBe(5);
});
