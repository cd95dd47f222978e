import { ProtocolError } from './protocol-error.ts';
import { Reader } from './reader.ts';

/*
 * Sizes of LZ4 frames after the format description of lz4 1.6.x: magic, descriptor (flags, block size, optional
 * content size and dictionary id, checksum), blocks of a little-endian uint32 size, an end mark, an optional checksum.
 */

const MAGIC = 0x184d2204;
const DESCRIPTOR_CHECKSUM_BYTES = 1;
const BLOCK_CHECKSUM_BYTES = 4;
const CONTENT_CHECKSUM_BYTES = 4;
const MINIMUM_MATCH = 4;
const UNCOMPRESSED_FLAG = 0x8000_0000;

/**
 * How long the content of a frame is, found by walking over its blocks without decompressing them; the walk ends once
 * more than `maxBytes` are found. The codec itself cannot be told a limit. Throws a ProtocolError for anything but one
 * frame.
 */
export function lz4FrameContentSize(frame: Uint8Array, maxBytes: number): number {
  const reader = new Reader(frame);
  if (uint32LittleEndian(reader) !== MAGIC) throw new ProtocolError('malformed', 'no LZ4 frame');
  const flags = reader.uint8();
  reader.skip(1);
  if ((flags & 0x08) !== 0) reader.skip(8);
  if ((flags & 0x01) !== 0) reader.skip(4);
  reader.skip(DESCRIPTOR_CHECKSUM_BYTES);
  let size = 0;
  while (size <= maxBytes) {
    const announced = uint32LittleEndian(reader);
    if (announced === 0) break;
    const blockBytes = announced % UNCOMPRESSED_FLAG;
    size += announced >= UNCOMPRESSED_FLAG ? blockBytes : blockContentSize(reader.slice(blockBytes));
    if (announced >= UNCOMPRESSED_FLAG) reader.skip(blockBytes);
    if ((flags & 0x10) !== 0) reader.skip(BLOCK_CHECKSUM_BYTES);
  }
  if (size <= maxBytes) {
    if ((flags & 0x04) !== 0) reader.skip(CONTENT_CHECKSUM_BYTES);
    reader.expectEnd();
  }
  return size;
}

/** A block is a row of sequences: a token of two lengths, literals, a two-byte offset, a match. */
function blockContentSize(block: Uint8Array): number {
  const reader = new Reader(block);
  let size = 0;
  while (reader.remaining > 0) {
    const token = reader.uint8();
    const literals = extendedLength(reader, token >> 4);
    reader.skip(literals);
    size += literals;
    if (reader.remaining === 0) break;
    reader.skip(2);
    size += extendedLength(reader, token & 0x0f) + MINIMUM_MATCH;
  }
  return size;
}

function extendedLength(reader: Reader, nibble: number): number {
  let length = nibble;
  if (nibble < 15) return length;
  let byte: number;
  do {
    byte = reader.uint8();
    length += byte;
  } while (byte === 255);
  return length;
}

function uint32LittleEndian(reader: Reader): number {
  const big = reader.uint32();
  return ((big << 24) | ((big & 0xff00) << 8) | ((big >>> 8) & 0xff00) | (big >>> 24)) >>> 0;
}
