import { crc32c as castagnoli } from '@node-rs/crc32';

/** The CRC-32C (Castagnoli) of bytes, as an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array): number {
  return castagnoli(bytes);
}
