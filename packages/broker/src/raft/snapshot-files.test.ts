import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nodeDisk } from '../runtime/node-disk.ts';
import { batchesIn } from './loaded-batch.ts';
import { snapshotBatches } from './snapshot-batches.ts';
import { SnapshotFiles } from './snapshot-files.ts';
import type { VoterNode } from './voter-set.ts';

const VOTERS: readonly VoterNode[] = [1, 2, 3].map((id) => ({
  id,
  directoryId: `DIRECTORY${id}AAAAAAAAAAAQ`,
  endpoints: [{ name: 'CONTROLLER', host: '127.0.0.1', port: 9090 + id }],
}));
const bytes = (text: string) => new TextEncoder().encode(text);

describe('snapshots of the metadata log', () => {
  let directory: string;
  let files: SnapshotFiles;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'snapshots-'));
    files = new SnapshotFiles(nodeDisk, directory);
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  const content = (id: { offset: number; epoch: number }) =>
    snapshotBatches({
      id,
      lastContainedLogTimestamp: 1_700_000_000_000,
      timestamp: 1_700_000_000_001,
      voters: VOTERS,
      records: [[bytes('a'), bytes('b')], [], [bytes('c')]],
    });

  test('are written under Kafka’s names and listed by where they end', async () => {
    await files.write({ offset: 1234, epoch: 7 }, content({ offset: 1234, epoch: 7 }));
    await files.write({ offset: 99, epoch: 3 }, content({ offset: 99, epoch: 3 }));
    expect(await readdir(directory)).toEqual([
      '00000000000000000099-0000000003.checkpoint',
      '00000000000000001234-0000000007.checkpoint',
    ]);
    expect(await files.list()).toMatchObject([
      { offset: 99, epoch: 3 },
      { offset: 1234, epoch: 7 },
    ]);
  });

  test('begin with a header and the voters, and end with a footer', async () => {
    const id = { offset: 1234, epoch: 7 };
    const { sizeInBytes } = await files.write(id, content(id));
    const batches = [...batchesIn((await files.read(id, 0, sizeInBytes)) ?? Buffer.of())];
    expect(batches.map(({ controlRecords }) => controlRecords.map(({ kind }) => kind))).toEqual([
      ['snapshotHeader', 'kraftVersion', 'voters'],
      [],
      [],
      ['snapshotFooter'],
    ]);
    expect(batches.flatMap(({ records }) => records.map((value) => new TextDecoder().decode(value)))).toEqual(
      ['a', 'b', 'c'],
    );
    expect(batches.map(({ lastOffset, epoch }) => [lastOffset, epoch])).toEqual([
      [2, 7],
      [4, 7],
      [5, 7],
      [6, 7],
    ]);
    expect(await files.votersOf(id)).toEqual(VOTERS);
  });

  test('come over the wire in parts of any size, which are no snapshot before the last', async () => {
    const id = { offset: 50, epoch: 2 };
    const whole = Buffer.concat([...content(id)]);
    for (let position = 0; position < whole.length; position += 37) {
      await files.storeChunk(id, position, whole.subarray(position, position + 37));
    }
    const other = new SnapshotFiles(nodeDisk, directory);
    expect((await readdir(directory))[0]).toMatch(/\.part$/);
    const { sizeInBytes } = await files.complete(id);
    expect(sizeInBytes).toBe(whole.length);
    expect(Buffer.compare((await other.read(id, 0, 1 << 20)) ?? Buffer.of(), whole)).toBe(0);
    expect(await other.read(id, whole.length - 5, 100)).toHaveLength(5);
  });

  test('a part of an earlier try does not stay behind a shorter one', async () => {
    const id = { offset: 50, epoch: 2 };
    const whole = Buffer.concat([...content(id)]);
    await files.storeChunk(id, 0, Buffer.concat([whole, whole]));
    await files.storeChunk(id, 0, whole);
    expect(await files.complete(id)).toMatchObject({ sizeInBytes: whole.length });
  });

  test('what a crash left half written goes, and what is another file stays', async () => {
    await files.storeChunk({ offset: 50, epoch: 2 }, 0, bytes('half'));
    await writeFile(join(directory, '00000000000000000000.log'), '');
    expect(await files.list()).toEqual([]);
    await files.removeParts();
    expect(await readdir(directory)).toEqual(['00000000000000000000.log']);
  });

  test('that are damaged or cut off are not believed', async () => {
    const id = { offset: 50, epoch: 2 };
    const whole = Buffer.concat([...content(id)]);
    for (const bad of [whole.subarray(0, -1), Buffer.concat([whole.subarray(0, -3), Buffer.of(1, 2, 3)])]) {
      await files.storeChunk(id, 0, bad);
      await expect(files.complete(id)).rejects.toThrow(/is damaged from byte \d+ on/);
      expect(await readdir(directory)).toEqual([]);
    }
  });

  test('the old ones go', async () => {
    for (const offset of [10, 20, 30]) await files.write({ offset, epoch: 1 }, content({ offset, epoch: 1 }));
    await files.removeBelow(20);
    expect((await files.list()).map(({ offset }) => offset)).toEqual([20, 30]);
  });
});
