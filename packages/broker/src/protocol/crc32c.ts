import { crc32c as castagnoli } from '@node-rs/crc32';

/** The CRC-32C (Castagnoli) of bytes, as an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array): number {
  return castagnoli(bytes);
}

/** The CRC-32C of bytes behind others whose checksum is known; 0 for none. */
export function continueCrc32c(before: number, bytes: Uint8Array): number {
  return castagnoli(bytes, before);
}
