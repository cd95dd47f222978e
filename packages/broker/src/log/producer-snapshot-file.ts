import { crc32c } from '../protocol/crc32c.ts';
import { decodeMessage, encodeMessage } from '../protocol/message.ts';
import { producerSnapshot } from '../protocol/messages/producer-snapshot.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { Reader } from '../protocol/reader.ts';
import { DamagedFileError } from './checkpoint-files.ts';
import type { ProducerEntry } from './producer-entry.ts';

const VERSION = 1;
const VERSION_BYTES = 2;
const CRC_END = VERSION_BYTES + 4;

/** The content of a `.snapshot` file: version (int16), CRC-32C of what follows it, the producers. */
export function encodeProducerSnapshot(entries: Iterable<ProducerEntry>): Uint8Array {
  const producerEntries = Array.from(entries, (entry) => {
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
  const message = encodeMessage(producerSnapshot, { crc: 0, producerEntries }, VERSION);
  const bytes = new Uint8Array(VERSION_BYTES + message.length);
  const view = new DataView(bytes.buffer);
  view.setInt16(0, VERSION);
  bytes.set(message, VERSION_BYTES);
  view.setUint32(VERSION_BYTES, crc32c(bytes.subarray(CRC_END)));
  return bytes;
}

/** The producers in a `.snapshot` file, each with its last batch. Throws a {@link DamagedFileError}. */
export function decodeProducerSnapshot(bytes: Uint8Array, path: string): ProducerEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < CRC_END || view.getInt16(0) !== VERSION)
    throw new DamagedFileError(path, 'not of version 1');
  if (view.getUint32(VERSION_BYTES) !== crc32c(bytes.subarray(CRC_END))) {
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
