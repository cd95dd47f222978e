import { loadWhenUsed } from '../runtime/load-when-used.ts';

type Checksum = (bytes: Uint8Array, before?: number) => number;

/** The CRC-32C (Castagnoli) of bytes, as an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array): number {
  return checksum(bytes);
}

/** The CRC-32C of bytes behind others whose checksum is known; 0 for none. */
export function continueCrc32c(before: number, bytes: Uint8Array): number {
  return checksum(bytes, before);
}

/** A broker that has nothing to do stays below it for an hour. */
const BYTES_BY_TABLE = 256 * 1024;

/** The native module is ten times as fast and takes 4 MB, so it is loaded by whoever has more than a little to check. */
const checksum: Checksum = (() => {
  let native: Checksum | null = null;
  let left = BYTES_BY_TABLE;
  return (bytes, before = 0) => {
    if (native !== null) return native(bytes, before);
    left -= bytes.length;
    if (left > 0) return checksumByTable(bytes, before);
    native = (loadWhenUsed('@node-rs/crc32') as { crc32c: Checksum }).crc32c;
    return native(bytes, before);
  };
})();

/** The polynomial, bits reversed. */
const CASTAGNOLI = 0x82f63b78;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    remainder = remainder & 1 ? (remainder >>> 1) ^ CASTAGNOLI : remainder >>> 1;
  }
  return remainder;
});

/** The same without the native module. */
export function checksumByTable(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  for (const byte of bytes) crc = (TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return ~crc >>> 0;
}
