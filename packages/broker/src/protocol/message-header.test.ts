import { describe, expect, it } from 'vitest';
import { bytesOfHex, hexOf, readCapturedLines } from '../../test/captured-lines.ts';
import { codec } from './codec.ts';
import type { MessageDeclaration } from './message.ts';
import { readRequestHeader, readResponseHeader, writeRequest, writeResponse } from './message-header.ts';
import { messages } from './message-registry.ts';
import { apiVersionsRequest } from './messages/api-versions-request.ts';
import { apiVersionsResponse } from './messages/api-versions-response.ts';
import { heartbeatRequest } from './messages/heartbeat-request.ts';
import { heartbeatResponse } from './messages/heartbeat-response.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

interface CapturedHeader {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly clientId: string | null;
  readonly correlationId: number;
  readonly requestHeaderVersion: number;
  readonly responseHeaderVersion: number;
  readonly request: string;
  readonly response: string;
}

const captured = readCapturedLines<CapturedHeader>('headers.ndjson');

function declarationOf(apiKey: number, type: 'request' | 'response'): MessageDeclaration {
  const found = Object.values<MessageDeclaration>(messages).find(
    (declaration) => declaration.type === type && declaration.apiKey === apiKey,
  );
  if (found === undefined) throw new Error(`no ${type} of API ${apiKey}`);
  return found;
}

describe('the headers of Kafka 4.3.1', () => {
  it('are read as Kafka wrote them, for every API and version', () => {
    expect(captured.length).toBeGreaterThan(300);
    for (const { apiKey, apiVersion, correlationId, clientId, request, response } of captured) {
      const requestReader = new Reader(bytesOfHex(request));
      const header = readRequestHeader(requestReader, declarationOf(apiKey, 'request'));
      expect(header).toEqual({ apiKey, apiVersion, correlationId, clientId });
      requestReader.expectEnd();
      const responseReader = new Reader(bytesOfHex(response));
      const declaration = declarationOf(apiKey, 'response');
      expect(readResponseHeader(responseReader, declaration, apiVersion)).toBe(correlationId);
      responseReader.expectEnd();
    }
  });

  it('are encoded alike by the codecs of RequestHeader and ResponseHeader', () => {
    for (const line of captured) {
      const { apiKey, apiVersion, correlationId, clientId } = line;
      const header = { requestApiKey: apiKey, requestApiVersion: apiVersion, correlationId, clientId };
      const request = codec('RequestHeader').encode(header, line.requestHeaderVersion);
      expect(hexOf(request)).toBe(line.request);
      expect(codec('RequestHeader').decode(request, line.requestHeaderVersion)).toEqual(header);
      const response = codec('ResponseHeader').encode({ correlationId }, line.responseHeaderVersion);
      expect(hexOf(response)).toBe(line.response);
      expect(codec('ResponseHeader').decode(response, line.responseHeaderVersion)).toEqual({ correlationId });
    }
  });

  it.each([0, 3, 4])('stand before the body of a message, version %i', (apiVersion) => {
    const clientId = apiVersion === 0 ? null : 'client';
    const request = new Writer();
    writeRequest(request, heartbeatRequest, { apiVersion, correlationId: 7, clientId }, { groupId: 'g' });
    const reader = new Reader(request.bytes());
    expect(readRequestHeader(reader, heartbeatRequest)).toEqual({
      apiKey: 12,
      apiVersion,
      correlationId: 7,
      clientId,
    });
    expect(heartbeatRequest.codecAt(apiVersion).decode(reader)).toMatchObject({ groupId: 'g' });
    reader.expectEnd();

    const response = new Writer();
    writeResponse(response, heartbeatResponse, { apiVersion, correlationId: 7 }, { errorCode: 25 });
    const responseReader = new Reader(response.bytes());
    expect(readResponseHeader(responseReader, heartbeatResponse, apiVersion)).toBe(7);
    expect(heartbeatResponse.codecAt(apiVersion).decode(responseReader)).toMatchObject({ errorCode: 25 });
    responseReader.expectEnd();
  });

  it('of an ApiVersions request in an unknown version are still read', () => {
    const bytes = bytesOfHex('0012 0063 00000005 0004 74657374 00 ffffff'.replaceAll(' ', ''));
    const reader = new Reader(bytes);
    const header = readRequestHeader(reader, apiVersionsRequest);
    expect(header).toEqual({ apiKey: 18, apiVersion: 99, correlationId: 5, clientId: 'test' });
    expect(reader.remaining).toBe(3);
  });

  it('of an ApiVersions response have no tagged fields in any version', () => {
    const writer = new Writer();
    writeResponse(writer, apiVersionsResponse, { apiVersion: 3, correlationId: 1 }, {});
    expect(hexOf(writer.bytes())).toBe('00000001' + '0000' + '01' + '00000000' + '00');
  });
});
