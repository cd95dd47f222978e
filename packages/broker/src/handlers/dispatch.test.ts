import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../protocol/errors.ts';
import { decodeMessage, encodeMessage, type MessageDeclaration } from '../protocol/message.ts';
import { apiVersionsResponse } from '../protocol/messages/api-versions-response.ts';
import { deleteRecordsRequest } from '../protocol/messages/delete-records-request.ts';
import { deleteRecordsResponse } from '../protocol/messages/delete-records-response.ts';
import { produceRequest } from '../protocol/messages/produce-request.ts';
import { produceResponse } from '../protocol/messages/produce-response.ts';
import { requestHeader } from '../protocol/messages/request-header.ts';
import { Reader } from '../protocol/reader.ts';
import type { Logger } from '../runtime/logger.ts';
import { ANONYMOUS } from '../security/principal.ts';
import { apiVersionsHandler } from './api-versions.ts';
import { type ApiEntry, advertisedRange, Dispatch, type RequestOutcome } from './dispatch.ts';
import { CLOSE_CONNECTION, type Handler } from './handler.ts';

const origin = { connectionId: 1, listenerName: 'PLAINTEXT', clientHost: '127.0.0.1', principal: ANONYMOUS };

function recordingLogger() {
  const errors: string[] = [];
  const logger: Logger = {
    debug() {},
    info() {},
    warn() {},
    error: (_fields, message) => errors.push(message),
    child: () => logger,
  };
  return { logger, errors };
}

/** Answers each partition with its own index as low watermark, or does what the offset -100 … asks for. */
const deleteRecords: Handler<typeof deleteRecordsRequest, typeof deleteRecordsResponse> = {
  request: deleteRecordsRequest,
  response: deleteRecordsResponse,
  handle(request) {
    if (request.timeoutMs === 666) throw new Error('the room is on fire');
    if (request.timeoutMs === 667) return Promise.reject(new Error('the room was on fire'));
    if (request.timeoutMs === 668) return null;
    if (request.timeoutMs === 669) return CLOSE_CONNECTION;
    return { throttleTimeMs: request.timeoutMs };
  },
  refuse: (errorCode, request) => ({
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, lowWatermark: -1, errorCode })),
    })),
  }),
};

const produce: Handler<typeof produceRequest, typeof produceResponse> = {
  request: produceRequest,
  response: produceResponse,
  handle: () => ({}),
  refuse: () => ({}),
};

function scene() {
  const { logger, errors } = recordingLogger();
  const entries: ApiEntry[] = [
    { handler: produce, advertisedFrom: 0, overlaps: true },
    { handler: deleteRecords },
  ];
  entries.push({
    handler: apiVersionsHandler({
      ranges: () => entries.map(advertisedRange),
      supportedFeatures: [
        { name: 'metadata.version', minSupportedVersion: 7, maxSupportedVersion: 30 },
        { name: 'kraft.version', minSupportedVersion: 0, maxSupportedVersion: 1 },
      ],
      finalizedFeatures: () => ({ epoch: 5, levels: new Map([['metadata.version', 30]]) }),
    }),
  });
  return { dispatch: new Dispatch(entries, logger), errors };
}

function frame(
  header: { key: number; version: number; headerVersion: number },
  body: Uint8Array,
): Uint8Array {
  const fields = {
    requestApiKey: header.key,
    requestApiVersion: header.version,
    correlationId: 77,
    clientId: 'tester',
  };
  return new Uint8Array(Buffer.concat([encodeMessage(requestHeader, fields, header.headerVersion), body]));
}

function deleteRecordsFrame(timeoutMs: number, offset = 0): Uint8Array {
  const request = { topics: [{ name: 't', partitions: [{ partitionIndex: 3, offset }] }], timeoutMs };
  return frame({ key: 21, version: 2, headerVersion: 2 }, encodeMessage(deleteRecordsRequest, request, 2));
}

function bodyOf<D extends MessageDeclaration>(
  outcome: RequestOutcome,
  declaration: D,
  options: { version: number; headerBytes: number },
) {
  if (outcome.kind !== 'response') throw new Error(`no response but ${outcome.kind}`);
  const reader = new Reader(new Uint8Array(Buffer.concat(outcome.parts)));
  expect(reader.int32()).toBe(77);
  reader.offset = options.headerBytes;
  const decoded = decodeMessage(declaration, reader, options.version);
  reader.expectEnd();
  return decoded;
}

describe('Dispatch', () => {
  it('answers with the correlation id and a header of the right version', async () => {
    const outcome = await scene().dispatch.dispatch(deleteRecordsFrame(9), origin);
    const body = bodyOf(outcome, deleteRecordsResponse, { version: 2, headerBytes: 5 });
    expect(body.throttleTimeMs).toBe(9);
  });

  it('closes the connection for an unknown key and for a version it does not have', async () => {
    const { dispatch } = scene();
    const unknownKey = frame({ key: 999, version: 0, headerVersion: 1 }, new Uint8Array(0));
    expect((await dispatch.dispatch(unknownKey, origin)).kind).toBe('close');
    const unknownVersion = frame({ key: 21, version: 3, headerVersion: 2 }, new Uint8Array(20));
    expect((await dispatch.dispatch(unknownVersion, origin)).kind).toBe('close');
  });

  it('advertises Produce from version 0 and closes the connection that uses it', async () => {
    const { dispatch } = scene();
    const asked = frame({ key: 18, version: 0, headerVersion: 1 }, new Uint8Array(0));
    const outcome = await dispatch.dispatch(asked, origin);
    const { apiKeys } = bodyOf(outcome, apiVersionsResponse, { version: 0, headerBytes: 4 });
    expect(apiKeys).toContainEqual({ apiKey: 0, minVersion: 0, maxVersion: 13 });
    const old = frame({ key: 0, version: 2, headerVersion: 1 }, new Uint8Array(20));
    expect((await dispatch.dispatch(old, origin)).kind).toBe('close');
  });

  it('answers an unknown version of ApiVersions in version 0 with error 35 and the range (KIP-511)', async () => {
    const asked = frame({ key: 18, version: 99, headerVersion: 2 }, Uint8Array.of(0xff, 0xff, 0xff));
    const outcome = await scene().dispatch.dispatch(asked, origin);
    const body = bodyOf(outcome, apiVersionsResponse, { version: 0, headerBytes: 4 });
    expect(body.errorCode).toBe(ErrorCode.UNSUPPORTED_VERSION);
    expect(body.apiKeys).toEqual([{ apiKey: 18, minVersion: 0, maxVersion: 4 }]);
  });

  it('closes the connection for a body that cannot be decoded', async () => {
    const whole = deleteRecordsFrame(9);
    const outcome = await scene().dispatch.dispatch(whole.subarray(0, whole.length - 3), origin);
    expect(outcome.kind).toBe('close');
  });

  it('closes the connection for a frame too short for a header', async () => {
    const { dispatch } = scene();
    for (const length of [0, 1, 3, 7]) {
      expect((await dispatch.dispatch(new Uint8Array(length), origin)).kind).toBe('close');
    }
  });

  it('answers INVALID_REQUEST for a number beyond 2^53', async () => {
    const outcome = await scene().dispatch.dispatch(deleteRecordsFrame(9, 2 ** 60), origin);
    const { topics } = bodyOf(outcome, deleteRecordsResponse, { version: 2, headerBytes: 5 });
    expect(topics[0]?.partitions[0]?.errorCode).toBe(ErrorCode.INVALID_REQUEST);
  });

  it.each([666, 667])(
    'answers UNKNOWN_SERVER_ERROR for an unexpected failure and logs it once',
    async (how) => {
      const { dispatch, errors } = scene();
      const outcome = await dispatch.dispatch(deleteRecordsFrame(how), origin);
      const { topics } = bodyOf(outcome, deleteRecordsResponse, { version: 2, headerBytes: 5 });
      expect(topics[0]?.partitions[0]?.errorCode).toBe(ErrorCode.UNKNOWN_SERVER_ERROR);
      expect(errors).toHaveLength(1);
    },
  );

  it('sends nothing, or closes, where the handler says so', async () => {
    const { dispatch } = scene();
    expect((await dispatch.dispatch(deleteRecordsFrame(668), origin)).kind).toBe('none');
    expect((await dispatch.dispatch(deleteRecordsFrame(669), origin)).kind).toBe('close');
  });

  it('lets only the marked APIs overlap', () => {
    const { dispatch } = scene();
    expect(dispatch.overlaps(Uint8Array.of(0, 0, 0, 9))).toBe(true);
    expect(dispatch.overlaps(Uint8Array.of(0, 21, 0, 2))).toBe(false);
    expect(dispatch.overlaps(Uint8Array.of(0))).toBe(false);
  });
});

describe('ApiVersions', () => {
  const request = (name: string) =>
    new Uint8Array(
      Buffer.concat([Buffer.from([name.length + 1]), Buffer.from(name), Buffer.from([2, 0x31, 0])]),
    );

  it('leaves features with level 0 out below version 4 (KAFKA-17011)', async () => {
    const { dispatch } = scene();
    const namesAt = async (version: number) => {
      const outcome = await dispatch.dispatch(
        frame({ key: 18, version, headerVersion: 2 }, request('librdkafka')),
        origin,
      );
      const body = bodyOf(outcome, apiVersionsResponse, { version, headerBytes: 4 });
      expect(body.finalizedFeaturesEpoch).toBe(5);
      expect(body.finalizedFeatures).toEqual([
        { name: 'metadata.version', minVersionLevel: 30, maxVersionLevel: 30 },
      ]);
      return body.supportedFeatures.map(({ name }) => name);
    };
    expect(await namesAt(3)).toEqual(['metadata.version']);
    expect(await namesAt(4)).toEqual(['metadata.version', 'kraft.version']);
  });

  it('refuses a client software name outside the pattern', async () => {
    const asked = frame({ key: 18, version: 3, headerVersion: 2 }, request('-bad name'));
    const outcome = await scene().dispatch.dispatch(asked, origin);
    const body = bodyOf(outcome, apiVersionsResponse, { version: 3, headerBytes: 4 });
    expect(body.errorCode).toBe(ErrorCode.INVALID_REQUEST);
    expect(body.apiKeys).toEqual([]);
  });
});
