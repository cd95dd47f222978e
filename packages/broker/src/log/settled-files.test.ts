import fs from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { batchOf, LogBed } from '../../test/log/log-bed.ts';
import { settleFiles } from './settled-files.ts';

let bed: LogBed;
beforeEach(() => {
  bed = new LogBed();
});
afterEach(() => bed.remove());

const A = '00000000000000000000';
const B = '00000000000000000010';
const C = '00000000000000000020';

function batchAt(baseOffset: number, lastOffset: number): Uint8Array {
  const texts = Array.from({ length: lastOffset - baseOffset + 1 }, (_, index) => `${index}`);
  return batchOf(texts, { baseOffset, leaderEpoch: 0 });
}

function write(files: Record<string, Uint8Array | string>): void {
  for (const [name, content] of Object.entries(files)) fs.writeFileSync(`${bed.directory}/${name}`, content);
}

/** Names that are left, and those that the log is told of. */
async function settled(): Promise<string[]> {
  const found = await settleFiles(bed.environment(), bed.directory);
  expect(found.map(({ path }) => path.slice(bed.directory.length + 1)).sort()).toEqual(
    bed.files().filter((name) => /^\d{20}\./.test(name)),
  );
  return bed.files();
}

test('what was to be removed is removed, and an index without a segment', async () => {
  write({ [`${A}.log`]: batchAt(0, 9), [`${A}.index`]: '', [`${A}.log.deleted`]: 'x', [`${B}.index`]: '' });
  write({ [`${B}.timeindex.deleted`]: '', [`${B}.snapshot`]: 's', 'leader-epoch-checkpoint': '0\n0\n' });
  expect(await settled()).toEqual([`${A}.index`, `${A}.log`, `${B}.snapshot`, 'leader-epoch-checkpoint']);
});

test('a cleaning that had not ended leaves nothing', async () => {
  write({ [`${A}.log`]: batchAt(0, 9), [`${A}.log.cleaned`]: batchAt(0, 0), [`${A}.index.cleaned`]: '' });
  expect(await settled()).toEqual([`${A}.log`]);
  expect(fs.readFileSync(`${bed.directory}/${A}.log`)).toEqual(Buffer.from(batchAt(0, 9)));
});

test('where not all new segments were ready none takes its place, from the least unready one on', async () => {
  write({ [`${A}.log`]: batchAt(0, 9), [`${B}.log`]: batchAt(10, 19) });
  write({ [`${A}.log.swap`]: batchAt(0, 0), [`${A}.index.cleaned`]: '', [`${B}.log.swap`]: batchAt(10, 10) });
  expect(await settled()).toEqual([`${A}.log`, `${B}.log`]);
});

test('one that had ended takes the place of all that it stands for, and of no more', async () => {
  const cleaned = batchAt(3, 15);
  write({
    [`${A}.log`]: batchAt(0, 9),
    [`${A}.txnindex`]: 'x',
    [`${B}.log`]: batchAt(10, 15),
    [`${B}.index`]: '',
  });
  write({ [`${C}.log`]: batchAt(20, 29), [`${C}.index`]: '', [`${B}.snapshot`]: 's' });
  write({ [`${A}.log.swap`]: cleaned, [`${A}.index.swap`]: 'i', [`${A}.timeindex.swap`]: 't' });
  expect(await settled()).toEqual([
    ...[`${A}.index`, `${A}.log`, `${A}.timeindex`, `${B}.snapshot`],
    ...[`${C}.index`, `${C}.log`],
  ]);
  expect(fs.readFileSync(`${bed.directory}/${A}.log`)).toEqual(Buffer.from(cleaned));
});

test('indexes whose segment is in its place already follow it', async () => {
  write({ [`${A}.log`]: batchAt(0, 9), [`${A}.index`]: 'old', [`${A}.index.swap`]: 'new' });
  expect(await settled()).toEqual([`${A}.index`, `${A}.log`]);
  expect(fs.readFileSync(`${bed.directory}/${A}.index`, 'utf8')).toBe('new');
});

test('a new segment that is damaged is left out while the old ones are there, and refused when they are not', async () => {
  const damaged = batchAt(0, 9);
  damaged[70] = (damaged[70] ?? 0) ^ 1;
  write({ [`${A}.log`]: batchAt(0, 9), [`${A}.log.swap`]: damaged });
  expect(await settled()).toEqual([`${A}.log`]);
  fs.renameSync(`${bed.directory}/${A}.log`, `${bed.directory}/${A}.log.swap`);
  write({ [`${A}.log.swap`]: damaged });
  await expect(settleFiles(bed.environment(), bed.directory)).rejects.toMatchObject({
    name: 'DamagedLogError',
    position: 0,
    offset: 0,
  });
  expect(bed.files()).toEqual([`${A}.log.swap`]);
});
