import { ProtocolError } from './protocol-error.ts';

/** Kafka's reserved all-zero id: "no topic id", "no directory". */
export const ZERO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA';

export const UUID_BYTES = 16;
export const UUID_CHARACTERS = 22;

interface Uuid {
  readonly bytes: Uint8Array;
  readonly text: string;
}

/** Ids met last, each in the place that a part of it gives: requests name the same few topics again and again. */
const byBytes: (Uuid | undefined)[] = new Array(256).fill(undefined);
const byText: (Uuid | undefined)[] = new Array(128).fill(undefined);

/**
 * The 22-character text (URL-safe base64, no padding) of the 16 bytes at `offset`: as a rule the very string that was
 * given for them before, with which a map finds at once what it has.
 */
export function uuidToText(bytes: Uint8Array, offset = 0): string {
  const place = bytes[offset + UUID_BYTES - 1] ?? 0;
  const met = byBytes[place];
  if (met !== undefined && isAt(bytes, offset, met.bytes)) return met.text;
  const own = new Uint8Array(bytes.subarray(offset, offset + UUID_BYTES));
  const text = Buffer.from(own.buffer).toString('base64url');
  byBytes[place] = { bytes: own, text };
  return text;
}

/** The 16 bytes of an id's text, which must not be changed. Throws a ProtocolError (`unencodable`) where it is none. */
export function uuidToBytes(text: string): Uint8Array {
  const place = text.charCodeAt(UUID_CHARACTERS - 2) & 127;
  const met = byText[place];
  if (met?.text === text) return met.bytes;
  const bytes = new Uint8Array(UUID_BYTES);
  const written = text.length === UUID_CHARACTERS ? Buffer.from(bytes.buffer).write(text, 'base64url') : 0;
  if (written !== UUID_BYTES) throw new ProtocolError('unencodable', `not a uuid: ${JSON.stringify(text)}`);
  byText[place] = { bytes, text };
  return bytes;
}

function isAt(bytes: Uint8Array, offset: number, sought: Uint8Array): boolean {
  for (let index = 0; index < UUID_BYTES; index++) if (bytes[offset + index] !== sought[index]) return false;
  return true;
}
