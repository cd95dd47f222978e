import type { ComputeJob } from '../runtime/compute.ts';
import { loadWhenUsed } from '../runtime/load-when-used.ts';
import { lz4FrameContentSize } from './lz4-frame.ts';
import { ProtocolError } from './protocol-error.ts';
import type { CompressionType } from './record-batch.ts';
import { rawSnappyLength, xerialBlocks, xerialFrame } from './xerial-snappy.ts';

type Codec = Exclude<CompressionType, 'none'>;

/**
 * Compresses the records of a batch as Kafka's clients expect it: gzip, snappy in xerial framing, LZ4 frames, zstd.
 * `level` is the codec's own; lz4 and snappy have none.
 */
export function compress(type: CompressionType, bytes: Uint8Array, level?: number): Uint8Array {
  return type === 'none' ? bytes : asUint8Array(compressWith(type, bytes, level));
}

function compressWith(type: Codec, bytes: Uint8Array, level: number | undefined): Uint8Array {
  switch (type) {
    case 'gzip':
      return zlib().gzipSync(bytes, level === undefined ? {} : { level });
    case 'snappy':
      return xerialFrame(bytes, (block) => snappy().compressSync(block));
    case 'lz4':
      return lz4().compressFrameSync(asBuffer(bytes));
    case 'zstd':
      return zlib().zstdCompressSync(
        bytes,
        level === undefined ? {} : { params: { [zlib().constants.ZSTD_c_compressionLevel]: level } },
      );
  }
}

/**
 * The content of compressed records. Never gives, nor allocates, more than `maxBytes`; throws a ProtocolError
 * (`malformed`) for more than that and for damaged content.
 */
export function decompress(type: CompressionType, bytes: Uint8Array, maxBytes: number): Uint8Array {
  if (type === 'none') return bytes;
  try {
    return asUint8Array(decompressWith(type, bytes, maxBytes));
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    // zlib and the native codecs have errors of their own; all of them mean that the content is no good.
    throw new ProtocolError('malformed', `${type} content that cannot be decompressed`, { cause: error });
  }
}

function decompressWith(type: Codec, bytes: Uint8Array, maxBytes: number): Uint8Array {
  switch (type) {
    case 'gzip':
      return zlib().gunzipSync(bytes, { maxOutputLength: maxBytes });
    case 'snappy':
      return decompressSnappy(bytes, maxBytes);
    case 'lz4':
      refuseOver(maxBytes, lz4FrameContentSize(bytes, maxBytes));
      return lz4().decompressFrameSync(asBuffer(bytes));
    case 'zstd':
      return zlib().zstdDecompressSync(bytes, { maxOutputLength: maxBytes });
  }
}

/** Clients write xerial framing; raw snappy is accepted as Kafka does. */
function decompressSnappy(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const blocks = xerialBlocks(bytes);
  let length = 0;
  for (const block of blocks) {
    length += rawSnappyLength(block);
    refuseOver(maxBytes, length);
  }
  const contents = blocks.map((block) => asBuffer(snappy().uncompressSync(block)));
  return contents.length === 1 && contents[0] !== undefined ? contents[0] : Buffer.concat(contents);
}

function refuseOver(maxBytes: number, length: number): void {
  if (length > maxBytes)
    throw new ProtocolError('malformed', `compressed content of more than ${maxBytes} bytes`);
}

export interface CompressInput {
  readonly type: CompressionType;
  readonly bytes: Uint8Array;
  readonly level?: number;
}

/** `compress` off the loop, for large batches. */
export const compressJob: ComputeJob<CompressInput, Uint8Array> = {
  name: 'compress',
  run: ({ type, bytes, level }) => compress(type, bytes, level),
  sizeInBytes: ({ bytes }) => bytes.length,
  ownArrays: (compressed) => [compressed],
};

export interface DecompressInput {
  readonly type: CompressionType;
  readonly bytes: Uint8Array;
  readonly maxBytes: number;
}

/** `decompress` off the loop, for large batches. */
export const decompressJob: ComputeJob<DecompressInput, Uint8Array> = {
  name: 'decompress',
  run: ({ type, bytes, maxBytes }) => decompress(type, bytes, maxBytes),
  // The content is what takes the time, and is commonly a few times larger.
  sizeInBytes: ({ bytes }) => bytes.length * 4,
  ownArrays: (content) => [content],
  errorFrom: (_name, message) => new ProtocolError('malformed', message),
};

/*
 * The native codecs cost some 7 MB together, node's own 2, and most brokers never need them: batches pass through compressed. So
 * they are loaded when first used; node's own module cache keeps them.
 */

function zlib(): typeof import('node:zlib') {
  return process.getBuiltinModule('node:zlib');
}

function snappy(): typeof import('snappy') {
  return loadWhenUsed('snappy') as typeof import('snappy');
}

function lz4(): typeof import('lz4-napi') {
  return loadWhenUsed('lz4-napi') as typeof import('lz4-napi');
}

/** The codecs give Buffers; nothing but plain arrays leaves this room. */
function asUint8Array(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function asBuffer(bytes: Uint8Array | string): Buffer {
  if (typeof bytes === 'string') return Buffer.from(bytes);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
