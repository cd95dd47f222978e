import { ProtocolError } from './protocol-error.ts';

/** Kafka's reserved all-zero id: "no topic id", "no directory". */
export const ZERO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA';

export const UUID_BYTES = 16;
export const UUID_CHARACTERS = 22;

/** The 22-character text (URL-safe base64, no padding) of the 16 bytes at `offset`. */
export function uuidToText(bytes: Uint8Array, offset = 0): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + offset, UUID_BYTES).toString('base64url');
}

/** The 16 bytes of an id's text. Throws a ProtocolError (`unencodable`) where the text is no such id. */
export function uuidToBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(UUID_BYTES);
  const written = text.length === UUID_CHARACTERS ? Buffer.from(bytes.buffer).write(text, 'base64url') : 0;
  if (written !== UUID_BYTES) throw new ProtocolError('unencodable', `not a uuid: ${JSON.stringify(text)}`);
  return bytes;
}
