import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import snappy from 'snappy';
import { describe, expect, it } from 'vitest';
import { hexOf } from '../../test/captured-lines.ts';
import { compress, compressJob, decompress, decompressJob } from './compression.ts';
import { lz4FrameContentSize } from './lz4-frame.ts';
import { ProtocolError } from './protocol-error.ts';
import { COMPRESSION_TYPES } from './record-batch.ts';

const codecs = COMPRESSION_TYPES.filter((type) => type !== 'none');
const content = new TextEncoder().encode('A sentence that is repeated. '.repeat(10_000));

/** 90 000 bytes in LZ4 blocks that refer to each other, as lz4.frame of Python writes them by default. */
const LINKED_LZ4 = Buffer.from(
  'BCJNGExAkF8BAAAAAADJGgEAAP8AbGlua2VkIGJsb2NrcywgDwD/////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////2VBrcywgbGkAAAAP/////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////9dQY2tzLCAAAAAACOJvaQ==',
  'base64',
);

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return 'no error';
}

describe.each(codecs)('%s', (type) => {
  it('gives back what was compressed', () => {
    for (const original of [content, content.subarray(0, 1), new Uint8Array(0)]) {
      const compressed = compress(type, original);
      expect(hexOf(decompress(type, compressed, content.length))).toBe(hexOf(original));
    }
    expect(compress(type, content).length).toBeLessThan(content.length / 5);
  });

  it('refuses content that is longer than the limit', () => {
    const compressed = compress(type, content);
    expect(codeOf(() => decompress(type, compressed, content.length - 1))).toBe('malformed');
  });

  it('refuses a bomb without unpacking it', () => {
    const bomb = compress(type, new Uint8Array(64_000_000));
    const before = process.memoryUsage().rss;
    expect(codeOf(() => decompress(type, bomb, 1_000_000))).toBe('malformed');
    expect(process.memoryUsage().rss - before).toBeLessThan(32_000_000);
  });

  it('refuses damaged and cut content with a typed error', () => {
    const compressed = compress(type, content);
    for (let length = 0; length < compressed.length - 1; length += 499) {
      expect(codeOf(() => decompress(type, compressed.subarray(0, length), 1_000_000))).not.toBe('no error');
    }
    for (let at = 0; at < compressed.length; at += 131) {
      const damaged = compressed.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0xff;
      // Some bits carry no meaning (gzip's time, say); what matters is that nothing else is thrown.
      codeOf(() => decompress(type, damaged, 1_000_000));
    }
  });

  it('works off the loop alike', async () => {
    const bytes = await compressJob.run({ type, bytes: content });
    const restored = await decompressJob.run({ type, bytes, maxBytes: content.length });
    expect(hexOf(restored)).toBe(hexOf(content));
  });
});

describe('what other clients write', () => {
  it('snappy without the xerial framing is read too', () => {
    const raw = snappy.compressSync(Buffer.from(content));
    expect(hexOf(decompress('snappy', raw, content.length))).toBe(hexOf(content));
    expect(codeOf(() => decompress('snappy', raw, content.length - 1))).toBe('malformed');
  });

  it('LZ4 blocks that refer to earlier blocks are read', () => {
    expect(lz4FrameContentSize(LINKED_LZ4, 1_000_000)).toBe(90_000);
    const text = new TextDecoder().decode(decompress('lz4', LINKED_LZ4, 90_000));
    expect(text).toBe('linked blocks, '.repeat(6000));
  });

  it('levels of gzip and zstd are passed on', () => {
    expect(compress('gzip', content, 1)).not.toEqual(compress('gzip', content, 9));
    expect(hexOf(compress('gzip', content, 9))).toBe(hexOf(gzipSync(content, { level: 9 })));
    const params = { [constants.ZSTD_c_compressionLevel]: 19 };
    expect(hexOf(compress('zstd', content, 19))).toBe(hexOf(zstdCompressSync(content, { params })));
  });
});
