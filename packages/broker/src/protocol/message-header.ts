import { type Encodable, isFlexible, type MessageDeclaration, writeMessage } from './message.ts';
import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

/*
 * What stands before a message on the wire (KIP-482):
 *
 *   request header 1   apiKey int16, apiVersion int16, correlationId int32, clientId nullable string
 *   request header 2   the same, the client id not compact either, and tagged fields
 *   response header 0  correlationId int32
 *   response header 1  the same, and tagged fields
 */

const API_VERSIONS_KEY = 18;

export interface RequestHeader {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly clientId: string | null;
}

/**
 * Reads the header that a request of this declaration begins with. The version in it may be one that the message does
 * not have; any from the first flexible one on has the flexible header.
 */
export function readRequestHeader(reader: Reader, request: MessageDeclaration): RequestHeader {
  const apiKey = reader.int16();
  const apiVersion = reader.int16();
  const correlationId = reader.int32();
  const clientId = reader.nullableString(false);
  if (isFlexible(request, apiVersion)) reader.skipTaggedFields();
  return { apiKey, apiVersion, correlationId, clientId };
}

/** Writes a request's header and body. */
export function writeRequest<Request extends MessageDeclaration>(
  writer: Writer,
  request: Request,
  header: Omit<RequestHeader, 'apiKey'>,
  body: Encodable<Request>,
): void {
  writer.int16(request.apiKey);
  writer.int16(header.apiVersion);
  writer.int32(header.correlationId);
  if (header.clientId === null) writer.nullString(false);
  else writer.string(header.clientId, false);
  if (isFlexible(request, header.apiVersion)) writer.uvarint(0);
  writeMessage(request, writer, body, header.apiVersion);
}

/** Reads a response's header, which gives its correlation id, and stops before the body. */
export function readResponseHeader(reader: Reader, response: MessageDeclaration, apiVersion: number): number {
  const correlationId = reader.int32();
  if (hasFlexibleResponseHeader(response, apiVersion)) reader.skipTaggedFields();
  return correlationId;
}

export interface ResponseHeader {
  readonly apiVersion: number;
  readonly correlationId: number;
}

/** Writes a response's header and body. */
export function writeResponse<Response extends MessageDeclaration>(
  writer: Writer,
  response: Response,
  header: ResponseHeader,
  body: Encodable<Response>,
): void {
  writer.int32(header.correlationId);
  if (hasFlexibleResponseHeader(response, header.apiVersion)) writer.uvarint(0);
  writeMessage(response, writer, body, header.apiVersion);
}

/** A client reads the ApiVersions response before it knows what the broker speaks, so its header stays the first. */
function hasFlexibleResponseHeader(response: MessageDeclaration, apiVersion: number): boolean {
  return response.apiKey !== API_VERSIONS_KEY && isFlexible(response, apiVersion);
}
