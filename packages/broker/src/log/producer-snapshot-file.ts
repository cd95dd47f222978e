import { continueCrc32c } from '../protocol/crc32c.ts';
import { decodeMessage } from '../protocol/message.ts';
import { producerSnapshot } from '../protocol/messages/producer-snapshot.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { Reader } from '../protocol/reader.ts';
import { Writer } from '../protocol/writer.ts';
import type { Disk } from '../runtime/disk.ts';
import { DamagedFileError } from './checkpoint-files.ts';
import type { ProducerEntry } from './producer-entry.ts';

const VERSION = 1;
const VERSION_BYTES = 2;
const CRC_END = VERSION_BYTES + 4;
const ROW_BYTES = 46;

/** Rows that are encoded at once; more would hold up the loop. */
const ROWS_PER_CHUNK = 2048;

/**
 * Writes a `.snapshot` file: version (int16), CRC-32C of what follows it, how many producers, a row for each. It is
 * whole only when its beginning is there, which is written last. The entries must not change meanwhile.
 */
export async function writeProducerSnapshot(
  disk: Disk,
  path: string,
  entries: readonly ProducerEntry[],
): Promise<void> {
  const count = int32(entries.length);
  const first = encodeRows(entries.slice(0, ROWS_PER_CHUNK));
  let crc = continueCrc32c(continueCrc32c(0, count), first);
  const file = await disk.open(path, 'create');
  try {
    for (let row = ROWS_PER_CHUNK; row < entries.length; row += ROWS_PER_CHUNK) {
      const rows = encodeRows(entries.slice(row, row + ROWS_PER_CHUNK));
      crc = continueCrc32c(crc, rows);
      await file.write([rows], CRC_END + count.length + row * ROW_BYTES);
    }
    await file.truncate(CRC_END + count.length + entries.length * ROW_BYTES);
    await file.write([header(crc), count, first], 0);
  } finally {
    await file.close();
  }
}

function encodeRows(entries: readonly ProducerEntry[]): Uint8Array {
  const writer = new Writer({ capacity: entries.length * ROW_BYTES });
  for (const entry of entries) {
    const last = entry.batches.at(-1);
    writer.int64(entry.producerId);
    writer.int16(entry.epoch);
    writer.int32(last?.lastSequence ?? -1);
    writer.int64(last?.lastOffset ?? -1);
    writer.int32(last === undefined ? 0 : last.lastOffset - last.firstOffset);
    writer.int64(entry.lastTimestamp);
    writer.int32(entry.coordinatorEpoch);
    writer.int64(entry.currentTxnFirstOffset);
  }
  return writer.bytes();
}

function header(crc: number): Uint8Array {
  const writer = new Writer({ capacity: CRC_END });
  writer.int16(VERSION);
  writer.uint32(crc);
  return writer.bytes();
}

function int32(value: number): Uint8Array {
  const writer = new Writer({ capacity: 4 });
  writer.int32(value);
  return writer.bytes();
}

/** The producers in a `.snapshot` file, each with its last batch. Throws a {@link DamagedFileError}. */
export function decodeProducerSnapshot(bytes: Uint8Array, path: string): ProducerEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < CRC_END || view.getInt16(0) !== VERSION)
    throw new DamagedFileError(path, 'not of version 1');
  if (view.getUint32(VERSION_BYTES) !== continueCrc32c(0, bytes.subarray(CRC_END))) {
    throw new DamagedFileError(path, 'its checksum is wrong');
  }
  return decode(bytes, path).producerEntries.map((entry) => ({
    producerId: entry.producerId,
    epoch: entry.epoch,
    coordinatorEpoch: entry.coordinatorEpoch,
    lastTimestamp: entry.timestamp,
    currentTxnFirstOffset: entry.currentTxnFirstOffset,
    batches:
      entry.lastOffset < 0
        ? []
        : [
            {
              lastSequence: entry.lastSequence,
              firstOffset: entry.lastOffset - entry.offsetDelta,
              lastOffset: entry.lastOffset,
              timestamp: entry.timestamp,
            },
          ],
  }));
}

function decode(bytes: Uint8Array, path: string) {
  try {
    return decodeMessage(producerSnapshot, new Reader(bytes, VERSION_BYTES), VERSION);
  } catch (error) {
    // The codec's complaint becomes this file's: the caller goes on with an older snapshot.
    if (error instanceof ProtocolError) throw new DamagedFileError(path, error.message);
    throw error;
  }
}
