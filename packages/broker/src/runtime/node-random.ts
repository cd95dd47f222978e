import { randomFillSync } from 'node:crypto';
import type { Random } from './random.ts';

const POOL_BYTES = 4096;

/** Chance from the operating system's generator, drawn a page at a time. */
export function nodeRandom(): Random {
  const pool = Buffer.allocUnsafeSlow(POOL_BYTES);
  let used = POOL_BYTES;

  const draw = (length: number): Buffer => {
    if (used + length > POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    used += length;
    return pool.subarray(used - length, used);
  };

  const uuid = (): string => {
    const bytes = Buffer.from(draw(16));
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    const text = bytes.toString('base64url');
    // Kafka's reserved ids have no version bits, so a version 4 id is never one of them. A leading dash would
    // read as an option on a command line.
    return text.startsWith('-') ? uuid() : text;
  };

  return { uint32: () => draw(4).readUInt32BE(0), uuid };
}
