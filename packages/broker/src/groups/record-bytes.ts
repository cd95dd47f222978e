import {
  type Decoded,
  decodeMessage,
  type Encodable,
  type MessageDeclaration,
  writeMessage,
} from '../protocol/message.ts';
import { Reader } from '../protocol/reader.ts';
import { Writer } from '../protocol/writer.ts';

/** What a record of more members than this takes is not kept to be written over. */
const SCRATCH_MAX_BYTES = 65_536;

/** Records are made all the time, most of them of less than a hundred bytes: they are written here and copied. */
let scratch = new Writer();

/** A key begins with its record type where other messages have a version; keys themselves have only one. */
export function keyBytes<D extends MessageDeclaration>(declaration: D, key: Encodable<D>): Uint8Array {
  scratch.clear();
  scratch.int16(declaration.apiKey);
  writeMessage(declaration, scratch, key, 0);
  return takeWritten();
}

/** A value, behind its version. */
export function valueBytes<D extends MessageDeclaration>(
  declaration: D,
  value: Encodable<D>,
  version: number,
): Uint8Array {
  scratch.clear();
  scratch.int16(version);
  writeMessage(declaration, scratch, value, version);
  return takeWritten();
}

function takeWritten(): Uint8Array {
  const bytes = scratch.bytes().slice();
  if (bytes.length > SCRATCH_MAX_BYTES) scratch = new Writer();
  return bytes;
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
