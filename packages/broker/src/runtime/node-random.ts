import fs from 'node:fs';
import type { Random } from './random.ts';

const POOL_BYTES = 4096;

const GENERATOR = '/dev/urandom';

/** Chance from the operating system's generator, drawn a page at a time. */
export function nodeRandom(): Random {
  const pool = Buffer.allocUnsafeSlow(POOL_BYTES);
  let used = POOL_BYTES;

  const draw = (length: number): Buffer => {
    if (used + length > POOL_BYTES) {
      fill(pool);
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

/** Node's own module for it would take 2.5 MB of a broker, which has no other use for it. */
function fill(pool: Buffer): void {
  if (!readGenerator(pool)) process.getBuiltinModule('node:crypto').randomFillSync(pool);
}

/** False where there is none: on Windows, or where a broker is shut in without devices. */
function readGenerator(pool: Buffer): boolean {
  if (fs.statSync(GENERATOR, { throwIfNoEntry: false })?.isCharacterDevice() !== true) return false;
  const file = fs.openSync(GENERATOR, 'r');
  try {
    return fs.readSync(file, pool) === pool.length;
  } finally {
    fs.closeSync(file);
  }
}
