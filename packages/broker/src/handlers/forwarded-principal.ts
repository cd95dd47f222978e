import { decodeMessage, encodeMessage } from '../protocol/message.ts';
import { defaultPrincipalData } from '../protocol/messages/default-principal-data.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { Reader } from '../protocol/reader.ts';
import type { Principal } from '../security/principal.ts';

const VERSION = 0;

/** A principal as brokers tell each other of it (KIP-590): the version of the message, and the message. */
export function principalBytes({ type, name }: Principal): Uint8Array {
  const body = encodeMessage(defaultPrincipalData, { type, name, tokenAuthenticated: false }, VERSION);
  return Buffer.concat([Uint8Array.of(0, VERSION), body]);
}

/** Null for bytes that are no principal. */
export function principalIn(bytes: Uint8Array | null): Principal | null {
  if (bytes === null) return null;
  const reader = new Reader(bytes);
  try {
    if (reader.int16() !== VERSION) return null;
    const { type, name } = decodeMessage(defaultPrincipalData, reader, VERSION);
    return { type, name };
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}
