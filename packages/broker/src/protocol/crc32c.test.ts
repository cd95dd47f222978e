import { crc32c as castagnoli } from '@node-rs/crc32';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checksumByTable, continueCrc32c, crc32c } from './crc32c.ts';

const bytes = fc.uint8Array({ maxLength: 300 });

test('a little is checked as the native module would', () => {
  fc.assert(
    fc.property(bytes, bytes, (first, second) => {
      expect(checksumByTable(first)).toBe(castagnoli(first));
      expect(checksumByTable(second, castagnoli(first))).toBe(castagnoli(Buffer.concat([first, second])));
    }),
  );
});

test('checksums go on where others ended, before and after the native module is loaded', () => {
  const piece = Uint8Array.from({ length: 5_000 }, (_, index) => (index * 31) % 256);
  let before = 0;
  for (let count = 1; count <= 60; count += 1) {
    before = continueCrc32c(before, piece);
    expect(before).toBe(castagnoli(Buffer.concat(Array.from({ length: count }, () => piece))));
    expect(crc32c(piece)).toBe(castagnoli(piece));
  }
});
