import { ProtocolError } from './protocol-error.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

/*
 * The framing of the xerial snappy-java stream, which Kafka's clients use: an eight-byte magic, two int32 versions,
 * then blocks of an int32 length and raw snappy each.
 */

const MAGIC = new Uint8Array([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const VERSION = 1;
const HEADER_BYTES = MAGIC.length + 8;

/** What Kafka's own producer cuts its input into. */
const BLOCK_BYTES = 32 * 1024;

/** The bytes in xerial framing, each block compressed by `compressBlock`. */
export function xerialFrame(bytes: Uint8Array, compressBlock: (block: Uint8Array) => Uint8Array): Uint8Array {
  const writer = new Writer({ capacity: HEADER_BYTES + (bytes.length >> 1) });
  writer.raw(MAGIC);
  writer.int32(VERSION);
  writer.int32(VERSION);
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const block = compressBlock(bytes.subarray(at, at + BLOCK_BYTES));
    writer.int32(block.length);
    writer.raw(block);
  }
  return writer.bytes();
}

/** The raw snappy blocks of xerial framing; without its magic the bytes are one raw block. */
export function xerialBlocks(bytes: Uint8Array): Uint8Array[] {
  if (!MAGIC.every((byte, index) => bytes[index] === byte)) return [bytes];
  const reader = new Reader(bytes, Math.min(HEADER_BYTES, bytes.length));
  const blocks: Uint8Array[] = [];
  while (reader.remaining > 0) {
    const length = reader.int32();
    if (length <= 0) throw new ProtocolError('malformed', `a snappy block of ${length} bytes`);
    blocks.push(reader.slice(length));
  }
  return blocks;
}

/** The length of the content that a raw snappy block announces. */
export function rawSnappyLength(block: Uint8Array): number {
  return new Reader(block).uvarint();
}
