import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SeededRandom } from '../../test/seeded-random.ts';
import { buildTransactionMarker } from '../protocol/control-records.ts';
import { crc32c } from '../protocol/crc32c.ts';
import { encodeMessage } from '../protocol/message.ts';
import { producerSnapshot } from '../protocol/messages/producer-snapshot.ts';
import { type BatchOptions, buildBatch } from '../protocol/records.ts';
import type { Disk, File } from '../runtime/disk.ts';
import { nodeDisk } from '../runtime/node-disk.ts';
import type { DumpEntry } from './dump-entry.ts';
import { dumpFile } from './dump-file.ts';

const TIME = 1_700_000_000_000;
const BASE = 100;
const NAME = String(BASE).padStart(20, '0');

let root: string;
let directory: string;

beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'odradek-dump-'));
  directory = path.join(root, 'orders-0');
  fs.mkdirSync(directory);
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

function batch(baseOffset: number, count: number, options: BatchOptions = {}): Uint8Array {
  const records = Array.from({ length: count }, (_, index) => ({
    key: Buffer.from(`k${index}`),
    value: Buffer.from(`value ${baseOffset + index}`),
    timestamp: TIME + baseOffset + index,
  }));
  return buildBatch(records, { baseOffset, leaderEpoch: 3, ...options });
}

/** An aborted and a plain batch, an ABORT marker, a compressed batch: offsets 100 to 108. */
function segment(): Uint8Array[] {
  const producer = { producerId: 7, producerEpoch: 1 };
  const marker = { outcome: 'abort', ...producer, coordinatorEpoch: 4, timestamp: TIME + 500 } as const;
  return [
    batch(100, 2, { ...producer, baseSequence: 0, isTransactional: true }),
    batch(102, 3),
    buildTransactionMarker(marker, { baseOffset: 105, leaderEpoch: 3 }),
    batch(106, 3, { compression: 'gzip' }),
  ];
}

/** One producer whose last batch has the offsets 100 and 101. */
function snapshot(): Uint8Array {
  const producer = {
    producerId: 7,
    epoch: 1,
    lastSequence: 1,
    lastOffset: 101,
    offsetDelta: 1,
    timestamp: TIME,
  };
  const entry = { ...producer, coordinatorEpoch: 4, currentTxnFirstOffset: -1 };
  const message = encodeMessage(producerSnapshot, { crc: 0, producerEntries: [entry] }, 1);
  const bytes = Buffer.concat([ints([16, 1]), message]);
  bytes.writeUInt32BE(crc32c(bytes.subarray(6)), 2);
  return bytes;
}

function write(name: string, bytes: Uint8Array | string): string {
  const file = path.join(directory, name);
  fs.writeFileSync(file, bytes);
  return file;
}

async function dump(file: string, disk: Disk = nodeDisk): Promise<DumpEntry[]> {
  const entries: DumpEntry[] = [];
  for await (const entry of dumpFile(disk, file, { records: true })) entries.push(entry);
  return entries;
}

function damagesOf(entries: readonly DumpEntry[]) {
  return entries.flatMap((entry) => (entry.kind === 'damage' ? [[entry.position, entry.message]] : []));
}

function ints(...values: readonly (readonly [bits: 16 | 32 | 64, value: number])[]): Buffer {
  return Buffer.concat(
    values.map(([bits, value]) => {
      const bytes = Buffer.alloc(bits / 8);
      if (bits === 16) bytes.writeInt16BE(value);
      else if (bits === 32) bytes.writeInt32BE(value);
      else bytes.writeBigInt64BE(BigInt(value));
      return bytes;
    }),
  );
}

const offsetEntry = (offset: number, position: number) => ints([32, offset - BASE], [32, position]);
const timeEntry = (timestamp: number, offset: number) => ints([64, timestamp], [32, offset - BASE]);
const abortedEntry = (producerId: number, firstOffset: number, lastOffset: number) =>
  ints([16, 0], [64, producerId], [64, firstOffset], [64, lastOffset], [64, 102]);

describe('a segment', () => {
  test('is told batch by batch and record by record, with what a marker says', async () => {
    const entries = await dump(write(`${NAME}.log`, Buffer.concat(segment())));
    const batches = entries.filter((entry) => entry.kind === 'batch');
    expect(batches.map((entry) => [entry.baseOffset, entry.lastOffset, entry.position])).toEqual([
      [100, 101, 0],
      [102, 104, segment()[0]?.length],
      [105, 105, Buffer.concat(segment().slice(0, 2)).length],
      [106, 108, Buffer.concat(segment().slice(0, 3)).length],
    ]);
    expect(batches[3]).toMatchObject({ compression: 'gzip', isValid: true, partitionLeaderEpoch: 3 });
    const records = entries.filter((entry) => entry.kind === 'record');
    expect(records.map((record) => record.offset)).toEqual([100, 101, 102, 103, 104, 105, 106, 107, 108]);
    expect(records[5]?.control).toEqual({ type: 'abort', data: { coordinatorEpoch: 4 } });
    expect(Buffer.from(records[8]?.value ?? []).toString()).toBe('value 108');
    expect(records[1]?.sequence).toBe(1);
    expect(entries.at(-1)).toEqual({ kind: 'end', batches: 4, records: 9, entries: 0, damages: 0 });
  });

  test('that was cut off anywhere is told up to there, and where the torn batch begins', async () => {
    const whole = Buffer.concat(segment());
    const starts = segment().map((_, index) => Buffer.concat(segment().slice(0, index)).length);
    for (let length = 0; length < whole.length; length++) {
      const entries = await dump(write(`${NAME}.log`, whole.subarray(0, length)));
      const torn = starts.includes(length) ? [] : [starts.findLast((start) => start < length)];
      expect(damagesOf(entries).map(([position]) => position)).toEqual(torn);
    }
  });

  test('with a flipped bit says so at the batch that has it', async () => {
    const whole = Buffer.concat(segment());
    const second = segment()[0]?.length ?? 0;
    for (let at = second + 21; at < second + (segment()[1]?.length ?? 0); at++) {
      const flipped = Buffer.from(whole);
      flipped.writeUInt8(flipped.readUInt8(at) ^ 0x10, at);
      const [first] = damagesOf(await dump(write(`${NAME}.log`, flipped)));
      expect(first?.[0]).toBe(second);
    }
  });

  test.each([
    ['2 GiB', 0x7fff_ffff, 'a batch of 2147483659 bytes is announced and'],
    ['less than a header', 40, 'no batch begins here'],
    ['less than nothing', -1, 'no batch begins here'],
  ])('whose batch claims %s is damaged there', async (_, length, message) => {
    const bytes = Buffer.concat([batch(100, 2), batch(102, 2)]);
    const at = batch(100, 2).length;
    bytes.writeInt32BE(length, at + 8);
    expect(damagesOf(await dump(write(`${NAME}.log`, bytes)))).toEqual([
      [at, expect.stringContaining(message)],
    ]);
  });

  test('with offsets that go back, or more records than offsets', async () => {
    const backwards = Buffer.concat([batch(102, 1), batch(101, 1)]);
    expect(damagesOf(await dump(write(`${NAME}.log`, backwards)))).toEqual([
      [batch(102, 1).length, 'offset 101 where 103 is the lowest'],
    ]);
    const crowded = batch(100, 3, { lastOffsetDelta: 1 });
    expect(damagesOf(await dump(write(`${NAME}.log`, crowded)))).toEqual([
      [0, '3 records at 2 offsets'],
      [0, 'a record at offset 102, out of its order'],
    ]);
  });

  test('is read a piece at a time, and a batch larger than that is read whole only if it is there', async () => {
    const large = buildBatch([{ key: null, value: Buffer.alloc(3_000_000), timestamp: TIME }], {
      baseOffset: 300,
    });
    const many = Array.from({ length: 200 }, (_, index) => batch(BASE + index, 1));
    const file = write(`${NAME}.log`, Buffer.concat([...many, large]));
    const reads: number[] = [];
    const observe = (opened: File): File => ({
      path: opened.path,
      size: () => opened.size(),
      read: (into, position) => {
        reads.push(into.length);
        return opened.read(into, position);
      },
      write: (buffers, position) => opened.write(buffers, position),
      sync: () => opened.sync(),
      truncate: (size) => opened.truncate(size),
      close: () => opened.close(),
    });
    const disk: Disk = { ...nodeDisk, open: async (name, mode) => observe(await nodeDisk.open(name, mode)) };
    expect((await dump(file, disk)).at(-1)).toMatchObject({ batches: 201, records: 201, damages: 0 });
    expect(reads.filter((count) => count > 1024 * 1024)).toEqual([large.length]);
  });
});

describe('an index beside its segment', () => {
  const [first = 0, second = 0] = segment().map((part) => part.length);

  beforeEach(() => {
    write(`${NAME}.log`, Buffer.concat(segment()));
  });

  test.each([
    [
      '.index',
      Buffer.concat([offsetEntry(101, 0), offsetEntry(104, first), offsetEntry(105, first + second)]),
    ],
    ['.timeindex', Buffer.concat([timeEntry(TIME + 101, 101), timeEntry(TIME + 104, 104)])],
    ['.txnindex', abortedEntry(7, 100, 105)],
    ['.index', Buffer.concat([offsetEntry(101, 0), Buffer.alloc(80)])],
  ])('that agrees with it (%s) has no damage', async (suffix, bytes) => {
    const entries = await dump(write(NAME + suffix, bytes));
    expect(damagesOf(entries)).toEqual([]);
    expect(entries.some((entry) => entry.kind === 'entry')).toBe(true);
  });

  test.each([
    ['.index', [offsetEntry(101, 0), offsetEntry(103, first)], 8, 'ends at offset 104, not 103'],
    ['.index', [offsetEntry(101, 0), offsetEntry(104, first + 1)], 8, 'no batch begins at position'],
    ['.index', [offsetEntry(101, 0), offsetEntry(104, 99_999)], 8, 'is no batch of the segment'],
    ['.index', [offsetEntry(104, first), offsetEntry(101, 0)], 8, 'offset 101 behind 104'],
    ['.index', [Buffer.alloc(8), offsetEntry(104, first)], 8, 'an entry behind 1 empty ones'],
    ['.index', [offsetEntry(101, 0), Buffer.alloc(3)], 8, '3 bytes are left, an entry has 8'],
    ['.timeindex', [timeEntry(TIME, 101)], 0, 'the newest record of the batch at 101 is of'],
    ['.timeindex', [timeEntry(TIME + 103, 103)], 0, 'no batch of the segment ends at offset 103'],
    ['.timeindex', [timeEntry(TIME + 104, 104), timeEntry(TIME + 101, 101)], 12, 'behind'],
    ['.txnindex', [abortedEntry(8, 100, 105)], 0, 'no ABORT marker of producer 8 at offset 105'],
    ['.txnindex', [abortedEntry(7, 100, 104)], 0, 'no ABORT marker of producer 7 at offset 104'],
    ['.txnindex', [abortedEntry(7, 106, 105)], 0, 'a transaction from 106 to 105'],
  ])('%s that does not, is damaged at the entry', async (suffix, parts, position, message) => {
    const found = damagesOf(await dump(write(NAME + suffix, Buffer.concat(parts))));
    expect(found).toEqual([[position, expect.stringContaining(message)]]);
  });

  test('a wrong entry does not make those behind it wrong', async () => {
    const entries = [offsetEntry(101, 0), offsetEntry(9_000, 50_000), offsetEntry(104, first)];
    const found = damagesOf(await dump(write(`${NAME}.index`, Buffer.concat(entries))));
    expect(found.map(([position]) => position)).toEqual([8, 16]);
    const behind = [...entries, offsetEntry(105, first + second)];
    expect(damagesOf(await dump(write(`${NAME}.index`, Buffer.concat(behind))))).toHaveLength(2);
  });
});

describe('small files', () => {
  test('a producer snapshot, and one with a flipped bit', async () => {
    const bytes = snapshot();
    const [, entry] = await dump(write(`${NAME}.snapshot`, bytes));
    expect(entry).toMatchObject({
      fields: { producerId: 7, firstSequence: 0, lastSequence: 1, lastOffset: 101 },
    });
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    expect(damagesOf(await dump(write(`${NAME}.snapshot`, bytes)))).toEqual([
      [2, 'the checksum of the producer snapshot is wrong'],
    ]);
  });

  test.each([
    ['leader-epoch-checkpoint', '0\n2\n0 0\n3 100\n', []],
    ['leader-epoch-checkpoint', '0\n2\n3 100\n0 200\n', [10]],
    ['leader-epoch-checkpoint', '0\n1\n3 100\n4 200\n', [2]],
    ['leader-epoch-checkpoint', '1\n0\n', [0]],
    ['recovery-point-offset-checkpoint', '0\n1\norders 0 12\n', []],
    ['recovery-point-offset-checkpoint', '0\n2\norders 0 12\norders 0 13\n', [16]],
    ['cleaner-offset-checkpoint', '0\n1\norders zero 12\n', [4]],
    ['partition.metadata', 'version: 0\ntopic_id: nPlsMjUFTiSTgFSe-Ln2eA', []],
    ['meta.properties', '#\ncluster.id=a\\=b\nnode.id=1\nversion=1\n', []],
    ['meta.properties', 'version=1\nnothing\n', [10]],
    ['quorum-state', '{"clusterId":"","leaderId":1,"data_version":1}', []],
    ['quorum-state', '{"clusterId":', [0]],
    ['.kafka_cleanshutdown', '[]', [0]],
  ])('%s of %j', async (name, text, positions) => {
    expect(damagesOf(await dump(write(name, text))).map(([position]) => position)).toEqual(positions);
  });
});

test('whatever is in a file, it is read to its end without an exception', async () => {
  const random = new SeededRandom(20_261_121, 0);
  const whole: Readonly<Record<string, Uint8Array>> = {
    '.log': Buffer.concat(segment()),
    '.index': Buffer.concat([offsetEntry(101, 0), offsetEntry(104, segment()[0]?.length ?? 0)]),
    '.timeindex': timeEntry(TIME + 101, 101),
    '.txnindex': abortedEntry(7, 100, 105),
    '.snapshot': snapshot(),
  };
  for (let round = 0; round < 300; round++) {
    for (const [suffix, bytes] of Object.entries(whole)) {
      const mutated = Buffer.from(bytes);
      for (let flips = random.between(1, 8); flips > 0; flips--) {
        mutated.writeUInt8(random.below(256), random.below(mutated.length));
      }
      const entries = await dump(write(NAME + suffix, mutated));
      expect(entries.at(-1)?.kind).toBe('end');
    }
  }
});
