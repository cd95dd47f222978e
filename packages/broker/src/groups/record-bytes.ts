import {
  type Decoded,
  decodeMessage,
  type Encodable,
  type MessageDeclaration,
  writeMessage,
} from '../protocol/message.ts';
import { Reader } from '../protocol/reader.ts';
import { Writer } from '../protocol/writer.ts';

/** A key begins with its record type where other messages have a version; keys themselves have only one. */
export function keyBytes<D extends MessageDeclaration>(declaration: D, key: Encodable<D>): Uint8Array {
  const writer = new Writer();
  writer.int16(declaration.apiKey);
  writeMessage(declaration, writer, key, 0);
  return writer.bytes();
}

/** A value, behind its version. */
export function valueBytes<D extends MessageDeclaration>(
  declaration: D,
  value: Encodable<D>,
  version: number,
): Uint8Array {
  const writer = new Writer();
  writer.int16(version);
  writeMessage(declaration, writer, value, version);
  return writer.bytes();
}

/** Reads what {@link valueBytes} wrote; a tombstone is null. */
export function decodeValue<D extends MessageDeclaration>(
  declaration: D,
  bytes: Uint8Array | null,
): Decoded<D> | null {
  if (bytes === null) return null;
  const reader = new Reader(bytes);
  return decodeMessage(declaration, reader, reader.int16());
}
