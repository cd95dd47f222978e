import { readFileSync } from 'node:fs';

/** The lines of a file in `test/data/capture`, whose README says how Kafka made them. */
export function readCapturedLines<Line>(file: string): Line[] {
  const text = readFileSync(new URL(`data/capture/${file}`, import.meta.url), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line): Line => JSON.parse(line));
}

export function bytesOfHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
