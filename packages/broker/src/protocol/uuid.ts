import { ProtocolError } from './protocol-error.ts';

/** Kafka's reserved all-zero id: "no topic id", "no directory". */
export const ZERO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA';

export const UUID_BYTES = 16;

/** The 22-character text (URL-safe base64, no padding) of the 16 bytes at `offset`. */
export function uuidToText(bytes: Uint8Array, offset = 0): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + offset, UUID_BYTES).toString('base64url');
}

/** The 16 bytes of an id's text. Throws a ProtocolError where the text is not 22 characters of URL-safe base64. */
export function uuidToBytes(text: string): Uint8Array {
  if (!/^[A-Za-z0-9_-]{21}[AQgw]$/.test(text)) {
    throw new ProtocolError('unencodable', `not a uuid of 22 base64url characters: ${JSON.stringify(text)}`);
  }
  const decoded = Buffer.from(text, 'base64url');
  return new Uint8Array(decoded.buffer, decoded.byteOffset, UUID_BYTES);
}
