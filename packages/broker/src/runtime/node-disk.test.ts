import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DiskError } from './disk.ts';
import { nodeDisk } from './node-disk.ts';

let directory: string;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'odradek-disk-'));
});
afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

const bytes = (length: number, value: number) => new Uint8Array(length).fill(value);

describe('a file', () => {
  test('takes more buffers in one write than the operating system does', async () => {
    const file = await nodeDisk.open(`${directory}/f`, 'create');
    const buffers = Array.from({ length: 2500 }, (_, index) => bytes(100, index % 251));
    await file.write(buffers, 10);
    const into = new Uint8Array(250_000);
    expect(await file.read(into, 10)).toBe(250_000);
    expect(Buffer.compare(into, Buffer.concat(buffers))).toBe(0);
    await file.close();
  });

  test('keeps the order of overlapping large and small writes', async () => {
    const file = await nodeDisk.open(`${directory}/f`, 'create');
    await Promise.all([
      file.write([bytes(1_000_000, 1)], 0),
      file.write([bytes(10, 2)], 0),
      file.write([bytes(5, 3)], 0),
    ]);
    const into = new Uint8Array(12);
    await file.read(into, 0);
    expect([...into]).toEqual([3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 1, 1]);
    await file.close();
  });

  test('reads fewer bytes than asked only at its end', async () => {
    const file = await nodeDisk.open(`${directory}/f`, 'create');
    await file.write([bytes(100_000, 7)], 0);
    expect(await file.read(new Uint8Array(200_000), 50_000)).toBe(50_000);
    expect(await file.read(new Uint8Array(10), 100_000)).toBe(0);
    await file.truncate(20);
    expect(await file.size()).toBe(20);
    await file.close();
  });

  test('that is not there is refused by the name of the reason', async () => {
    const error = await nodeDisk.open(`${directory}/none`, 'read').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DiskError);
    expect(error).toMatchObject({ code: 'ENOENT', path: `${directory}/none` });
  });
});

test('what fails is told by the name of the reason, and what is gone already is removed', async () => {
  const none = `${directory}/none`;
  for (const refused of [
    nodeDisk.list(none),
    nodeDisk.stat(none),
    nodeDisk.rename(none, `${directory}/other`),
    nodeDisk.syncDirectory(none),
    nodeDisk.space(none),
  ]) {
    const error = await refused.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DiskError);
    expect(error).toMatchObject({ code: 'ENOENT', path: none });
  }
  await nodeDisk.remove(none);
  await nodeDisk.removeDirectory(none);
  fs.writeFileSync(`${directory}/file`, '');
  for (const path of [`${directory}/file/below`, directory]) {
    await expect(nodeDisk.remove(path)).rejects.toBeInstanceOf(DiskError);
  }
  await expect(nodeDisk.makeDirectory(`${directory}/file/below`)).rejects.toMatchObject({ code: 'ENOTDIR' });
});

describe('a lock', () => {
  test('is held once, and free again after its release', async () => {
    const first = await nodeDisk.lock(`${directory}/.lock`);
    expect(await nodeDisk.lock(`${directory}/.lock`)).toMatchObject({
      kind: 'held',
      holder: `process ${process.pid}`,
    });
    if (first.kind === 'locked') await first.release();
    expect((await nodeDisk.lock(`${directory}/.lock`)).kind).toBe('locked');
    expect(fs.readdirSync(directory)).toEqual(['.lock']);
  });

  test('of a process that is gone, of an earlier one with the same pid, or of Kafka is stale', async () => {
    const stale = [JSON.stringify({ pid: 2 ** 22 + 1, started: '1' }), '', 'not json'];
    if (process.platform === 'linux') stale.push(JSON.stringify({ pid: process.pid, started: '1' }));
    for (const text of stale) {
      fs.writeFileSync(`${directory}/.lock`, text);
      expect((await nodeDisk.lock(`${directory}/.lock`)).kind).toBe('locked');
    }
  });
});
