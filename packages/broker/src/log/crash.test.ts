import fs from 'node:fs';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { batchOf, contentOf, LogBed } from '../../test/log/log-bed.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { type Disk, DiskError, type File } from '../runtime/disk.ts';
import { nodeDisk } from '../runtime/node-disk.ts';

const CLIENT = { origin: 'client', leaderEpoch: 0 } as const;

const beds: LogBed[] = [];
afterEach(() => {
  for (const bed of beds.splice(0)) bed.remove();
});

function newBed(disk?: Disk): LogBed {
  const bed = new LogBed(disk);
  beds.push(bed);
  return bed;
}

/** A file system whose files refuse from the `failing`-th write or sync on, the write having been done in part. */
function refusingDisk(failing: number): Disk {
  let done = 0;
  const refuses = () => ++done >= failing;
  const wrap = (file: File): File => ({
    path: file.path,
    size: () => file.size(),
    read: (into, position) => file.read(into, position),
    truncate: (size) => file.truncate(size),
    close: () => file.close(),
    write: async (buffers, position) => {
      if (!refuses()) return file.write(buffers, position);
      const all = Buffer.concat(buffers);
      await file.write([all.subarray(0, all.length >> 1)], position);
      throw new DiskError('EIO', file.path);
    },
    sync: async () => {
      if (refuses()) throw new DiskError('EIO', file.path);
      return file.sync();
    },
  });
  return { ...nodeDisk, open: async (path, mode) => wrap(await nodeDisk.open(path, mode)) };
}

test('whatever is cut off or spoilt above the recovery point, the log is what was appended before it', async () => {
  const history = fc.record({
    sizes: fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 30 }),
    flushedAfter: fc.nat({ max: 30 }),
    damageAt: fc.double({ min: 0, max: 1, noNaN: true }),
    kind: fc.constantFrom('cut', 'flip', 'zeroes'),
  });
  await fc.assert(
    fc.asyncProperty(history, async ({ sizes, flushedAfter, damageAt, kind }) => {
      const bed = newBed();
      const config = { segmentBytes: 900, indexIntervalBytes: 200 };
      const log = await bed.open({ config });
      const texts = sizes.map((size, index) => `${index}:${'x'.repeat(size)}`);
      for (const [index, text] of texts.entries()) {
        const outcome = log.appendAsLeader(batchOf([text]), CLIENT);
        if (outcome.kind !== 'appended') throw new Error(outcome.kind);
        await outcome.completion;
        if (index + 1 === flushedAfter) await log.flush();
      }
      const flushed = Math.min(flushedAfter, texts.length) === flushedAfter ? flushedAfter : 0;
      spoil(bed, { above: flushed, at: damageAt, kind });

      const again = await bed.open({ config, recoveryPoint: flushed });
      const content = await contentOf(again);
      expect(content.length).toBeGreaterThanOrEqual(flushed);
      expect(content).toEqual(texts.slice(0, content.length).map((text, offset) => [offset, text]));
      const next = again.appendAsLeader(batchOf(['next']), CLIENT);
      expect(next).toMatchObject({ info: { firstOffset: content.length } });
      await again.close();
      const clean = await bed.open({ config, isClean: true });
      expect(await contentOf(clean)).toEqual([...content, [content.length, 'next']]);
      await clean.close();
      bed.remove();
    }),
    { numRuns: 60 },
  );
});

/**
 * Damages the last segment somewhere behind the record at offset `above` − 1. Base offsets and leader epochs are not
 * flipped: they lie outside of the checksum, in Kafka too.
 */
function spoil(bed: LogBed, { above, at, kind }: { above: number; at: number; kind: string }): void {
  const name = bed.files().findLast((file) => file.endsWith('.log'));
  const path = `${bed.directory}/${name}`;
  const bytes = fs.readFileSync(path);
  const starts: number[] = [];
  for (let start = 0; start < bytes.length; start += 12 + bytes.readInt32BE(start + 8)) starts.push(start);
  const safe = starts.find((start) => Number(bytes.readBigInt64BE(start)) >= above) ?? bytes.length;
  const position = safe + Math.floor(at * (bytes.length - safe));
  if (kind === 'cut') fs.truncateSync(path, position);
  else if (kind === 'zeroes') fs.writeFileSync(path, bytes.fill(0, position));
  else if (position < bytes.length) {
    const start = starts.findLast((candidate) => candidate <= position) ?? 0;
    const flipped = Math.max(position, start + CRC_POSITION);
    bytes[flipped] = (bytes[flipped] ?? 0) ^ 0x10;
    fs.writeFileSync(path, bytes);
  }
}

/** Where the checksum begins in a batch, behind what it does not cover. */
const CRC_POSITION = 17;

test('a disk that refuses to be read takes the log offline, and look-ups say so', async () => {
  const bed = newBed();
  const written = await bed.open({ config: { segmentBytes: 150 } });
  for (const text of ['a', 'b']) {
    const outcome = written.appendAsLeader(batchOf([text.repeat(60)]), CLIENT);
    if (outcome.kind === 'appended') await outcome.completion;
  }
  await written.close();
  const log = await bed.open({ isClean: true });
  fs.rmSync(`${bed.directory}/00000000000000000000.log`);
  const refused = { kind: 'refused', errorCode: ErrorCode.KAFKA_STORAGE_ERROR };
  expect(await log.offsetForTimestamp(1)).toEqual(refused);
  expect([log.isOffline, bed.failures.length]).toEqual([true, 1]);
  expect(await log.newestRecord()).toEqual(refused);
  await log.close();
});

test('a disk that refuses takes the log offline, and no append is acknowledged that is not there later', async () => {
  for (let failing = 1; failing < 14; failing++) {
    const bed = newBed(refusingDisk(failing));
    const log = await bed.open({ config: { segmentBytes: 400, flushMessages: 3 } });
    const outcomes = Array.from({ length: 12 }, (_, index) =>
      log.appendAsLeader(batchOf([`${index}`]), CLIENT),
    );
    const codes = await Promise.all(
      outcomes.map((outcome) => (outcome.kind === 'rejected' ? outcome.errorCode : outcome.completion)),
    );
    const acknowledged = codes.indexOf(ErrorCode.KAFKA_STORAGE_ERROR);
    if (acknowledged < 0) continue;
    expect(codes.slice(acknowledged).every((code) => code === ErrorCode.KAFKA_STORAGE_ERROR)).toBe(true);
    expect(bed.failures.length).toBe(1);
    expect(log.appendAsLeader(batchOf(['late']), CLIENT)).toMatchObject({
      errorCode: ErrorCode.KAFKA_STORAGE_ERROR,
    });
    expect(await log.read({ fromOffset: 0, maxBytes: 1, upToOffset: 1, minOneBatch: true })).toMatchObject({
      errorCode: ErrorCode.KAFKA_STORAGE_ERROR,
    });
    await log.close();

    const again = new LogBed();
    beds.push(again);
    fs.cpSync(bed.directory, again.directory, { recursive: true });
    const recovered = await again.open();
    const content = await contentOf(recovered);
    expect(content.length).toBeGreaterThanOrEqual(acknowledged);
    expect(content).toEqual(Array.from({ length: content.length }, (_, offset) => [offset, `${offset}`]));
    await recovered.close();
  }
});
