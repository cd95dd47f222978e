import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { crc32c } from '../protocol/crc32c.ts';
import { encodeMessage } from '../protocol/message.ts';
import { producerSnapshot } from '../protocol/messages/producer-snapshot.ts';
import { nodeDisk } from '../runtime/node-disk.ts';
import { DamagedFileError } from './checkpoint-files.ts';
import type { ProducerEntry } from './producer-entry.ts';
import { decodeProducerSnapshot, writeProducerSnapshot } from './producer-snapshot-file.ts';

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'odradek-snapshots-'));
afterAll(() => fs.rmSync(directory, { recursive: true }));

async function written(entries: readonly ProducerEntry[]): Promise<Uint8Array> {
  const file = path.join(directory, '00000000000000000007.snapshot');
  await writeProducerSnapshot(nodeDisk, file, entries);
  return fs.readFileSync(file);
}

function producers(count: number): ProducerEntry[] {
  return Array.from({ length: count }, (_, index) => ({
    producerId: 2 ** 33 + index,
    epoch: index % 30_000,
    coordinatorEpoch: index % 3 === 0 ? -1 : index,
    lastTimestamp: 1_700_000_000_000 + index,
    currentTxnFirstOffset: index % 7 === 0 ? 2 ** 40 + index : -1,
    batches:
      index % 5 === 0
        ? []
        : [
            { lastSequence: 2 ** 31 - 1 - index, firstOffset: index, lastOffset: index + 3, timestamp: 5 },
            {
              lastSequence: index,
              firstOffset: 2 ** 41,
              lastOffset: 2 ** 41 + index,
              timestamp: 1_700_000_000_000 + index,
            },
          ],
  }));
}

/** The same file by the codec that Kafka's schema has made. */
function byTheSchema(entries: readonly ProducerEntry[]): Uint8Array {
  const producerEntries = entries.map((entry) => {
    const last = entry.batches.at(-1);
    return {
      producerId: entry.producerId,
      epoch: entry.epoch,
      lastSequence: last?.lastSequence ?? -1,
      lastOffset: last?.lastOffset ?? -1,
      offsetDelta: last === undefined ? 0 : last.lastOffset - last.firstOffset,
      timestamp: entry.lastTimestamp,
      coordinatorEpoch: entry.coordinatorEpoch,
      currentTxnFirstOffset: entry.currentTxnFirstOffset,
    };
  });
  const bytes = Buffer.concat([
    Buffer.from([0, 1]),
    encodeMessage(producerSnapshot, { crc: 0, producerEntries }, 1),
  ]);
  bytes.writeUInt32BE(crc32c(bytes.subarray(6)), 2);
  return bytes;
}

// More than one and more than two chunks of rows, and fewer than the file held before.
test.each([0, 1, 2048, 2049, 5000, 3])(
  'a snapshot of %i producers is what the schema says',
  async (count) => {
    const entries = producers(count);
    const bytes = await written(entries);
    expect(Buffer.from(bytes).equals(byTheSchema(entries))).toBe(true);
    const read = decodeProducerSnapshot(bytes, 'x');
    expect(read).toEqual(entries.map((entry) => ({ ...entry, batches: entry.batches.slice(-1) })));
  },
);

test('whatever is cut off or spoilt, the snapshot is refused', async () => {
  const whole = await written(producers(3));
  for (let length = 0; length < whole.length; length++) {
    expect(() => decodeProducerSnapshot(whole.subarray(0, length), 'x')).toThrow(DamagedFileError);
  }
  for (let at = 0; at < whole.length; at++) {
    const spoilt = Uint8Array.from(whole);
    spoilt[at] = (spoilt[at] ?? 0) ^ 0x10;
    expect(() => decodeProducerSnapshot(spoilt, 'x')).toThrow(DamagedFileError);
  }
});
