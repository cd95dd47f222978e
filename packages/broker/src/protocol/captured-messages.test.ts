import { describe, expect, it } from 'vitest';
import { bytesOfHex, hexOf, readCapturedLines } from '../../test/captured-lines.ts';
import { codec } from './codec.ts';
import { crc32c } from './crc32c.ts';

describe('ListOffsets version 0, as kafka-clients 3.9 has it', () => {
  interface Captured {
    readonly name: 'ListOffsetsRequest' | 'ListOffsetsResponse';
    readonly json: Record<string, unknown>;
    readonly hex: string;
  }

  it.each(readCapturedLines<Captured>('list-offsets-v0.ndjson'))('$name has the same bytes', (captured) => {
    const { name, json, hex } = captured;
    expect(hexOf(codec(name).encode(json, 0))).toBe(hex);
    expect(codec(name).decode(bytesOfHex(hex), 0)).toMatchObject(json);
  });
});

describe('the producer snapshots of Kafka 4.3.1', () => {
  interface Captured {
    readonly name: string;
    readonly json: { readonly crc: number; readonly producerEntries: readonly Record<string, number>[] };
    readonly hex: string;
  }

  const FILE_VERSION_BYTES = 2;
  const CRC_END = 6;
  const captured = readCapturedLines<Captured>('producer-snapshots.ndjson');

  it.each(captured)('$name: the file is a version and the message, in the same bytes', ({ json, hex }) => {
    const file = bytesOfHex(hex);
    expect([file[0], file[1]]).toEqual([0, 1]);
    const content = file.subarray(FILE_VERSION_BYTES);
    expect(hexOf(codec('ProducerSnapshot').encode(json, 1))).toBe(hexOf(content));
    expect(codec('ProducerSnapshot').decode(content, 1)).toEqual(json);
  });

  it.each(captured)('$name: the checksum is the CRC-32C of what follows it', ({ json, hex }) => {
    expect(crc32c(bytesOfHex(hex).subarray(CRC_END))).toBe(json.crc);
  });
});
