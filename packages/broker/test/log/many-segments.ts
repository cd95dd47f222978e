import fs from 'node:fs';
import { crc32c } from '@node-rs/crc32';
import { IndexBuilder } from '../../src/log/index-builder.ts';
import { segmentFile } from '../../src/log/segment-files.ts';
import { batchOf } from './log-bed.ts';

export const FIRST_TIMESTAMP = 1_600_000_000_000;

/** Two batches of one record in each segment: offsets and timestamps ascend by one with every record. */
export const RECORDS_PER_SEGMENT = 2;

/** Writes a log of so many segments as a clean stop leaves it, without going through the broker. */
export function writeManySegments(directory: string, count: number): void {
  for (let segment = 0; segment < count; segment++) {
    const baseOffset = segment * RECORDS_PER_SEGMENT;
    const builder = IndexBuilder.empty(baseOffset, 4096);
    const batches: Uint8Array[] = [];
    let position = 0;
    for (let offset = baseOffset; offset < baseOffset + RECORDS_PER_SEGMENT; offset++) {
      const options = { baseOffset: offset, leaderEpoch: 0, timestamp: FIRST_TIMESTAMP + offset };
      const batch = batchOf([`record ${offset}`], options);
      builder.add(batch, 0, position);
      position += batch.length;
      batches.push(batch);
    }
    const { offsets, times } = builder.seal();
    fs.writeFileSync(segmentFile(directory, baseOffset, '.log'), Buffer.concat(batches));
    fs.writeFileSync(segmentFile(directory, baseOffset, '.index'), offsets.bytes());
    fs.writeFileSync(segmentFile(directory, baseOffset, '.timeindex'), times.bytes());
  }
  fs.writeFileSync(`${directory}/leader-epoch-checkpoint`, '0\n1\n0 0\n');
  fs.writeFileSync(segmentFile(directory, count * RECORDS_PER_SEGMENT, '.snapshot'), noProducers());
}

/** A producer snapshot in version 1: its checksum, and that it holds no entry. */
function noProducers(): Buffer {
  const bytes = Buffer.alloc(10);
  bytes.writeInt16BE(1, 0);
  bytes.writeUInt32BE(crc32c(bytes.subarray(6)), 2);
  return bytes;
}
