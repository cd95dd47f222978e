import { describe, expect, test } from 'vitest';
import { silentLogger } from '../../test/metadata/ports.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { decodeMessage, type Encodable, encodeMessage } from '../protocol/message.ts';
import { readResponseHeader, writeRequest } from '../protocol/message-header.ts';
import { envelopeRequest } from '../protocol/messages/envelope-request.ts';
import { envelopeResponse } from '../protocol/messages/envelope-response.ts';
import { unregisterBrokerRequest } from '../protocol/messages/unregister-broker-request.ts';
import { unregisterBrokerResponse } from '../protocol/messages/unregister-broker-response.ts';
import type { PeerChannel } from '../protocol/peer-channel.ts';
import { Reader } from '../protocol/reader.ts';
import { Writer } from '../protocol/writer.ts';
import { allowAll } from '../security/authorizer.ts';
import { ANONYMOUS } from '../security/principal.ts';
import { Dispatch, type RequestOutcome } from './dispatch.ts';
import { envelopeHandler } from './envelope.ts';
import { principalBytes } from './forwarded-principal.ts';
import { forwarding } from './forwarding.ts';
import { type Handler, NOT_CONTROLLER, type RequestContext } from './handler.ts';

const ALICE = { type: 'User', name: 'alice' };
const CLIENT = { connectionId: 9, listenerName: 'PLAINTEXT', clientHost: '10.0.0.9', principal: ALICE };
const BROKER = { connectionId: 1, listenerName: 'CONTROLLER', clientHost: '10.0.0.1', principal: ANONYMOUS };

function requestFrame(brokerId = 7): Uint8Array {
  const writer = new Writer();
  const header = { apiVersion: 0, correlationId: 31, clientId: 'admin' };
  writeRequest(writer, unregisterBrokerRequest, header, { brokerId });
  return writer.bytes();
}

function envelopeFrame(body: Encodable<typeof envelopeRequest>): Uint8Array {
  const writer = new Writer();
  writeRequest(writer, envelopeRequest, { apiVersion: 0, correlationId: 5, clientId: null }, body);
  return writer.bytes();
}

/** A node: a listener for clients, one for controllers, and whether it is the controller. */
class Node {
  isActive = true;
  /** It finds out only when it has begun. */
  losesOffice = false;
  readonly seen: RequestContext[] = [];
  readonly #handler: Handler<typeof unregisterBrokerRequest, typeof unregisterBrokerResponse> = {
    request: unregisterBrokerRequest,
    response: unregisterBrokerResponse,
    handle: ({ brokerId }, context) => {
      if (this.losesOffice) return NOT_CONTROLLER;
      this.seen.push(context);
      return { errorCode: ErrorCode.NONE, errorMessage: `broker ${brokerId}` };
    },
    refuse: (errorCode) => ({ errorCode, errorMessage: null }),
  };
  readonly #here = new Dispatch([{ handler: this.#handler, forwards: true }], silentLogger);
  readonly controllers = new Dispatch(
    [
      {
        handler: envelopeHandler({ controller: this, authorizer: allowAll, forwardable: () => this.#here }),
      },
      { handler: this.#handler, forwards: true },
    ],
    silentLogger,
  );

  clients(controller: PeerChannel): Dispatch {
    return new Dispatch([{ handler: this.#handler, forwards: true }], silentLogger, {
      forwarding: {
        isController: () => this.isActive,
        forward: forwarding({ controller, logger: silentLogger }),
      },
    });
  }

  async answerTo(body: Encodable<typeof envelopeRequest>) {
    const outcome = await this.controllers.dispatch(envelopeFrame(body), BROKER);
    if (outcome.kind !== 'response') throw new Error(outcome.kind);
    const reader = new Reader(Buffer.concat(outcome.parts));
    readResponseHeader(reader, envelopeResponse, 0);
    return decodeMessage(envelopeResponse, reader, 0);
  }
}

function responseIn(outcome: RequestOutcome) {
  if (outcome.kind !== 'response') throw new Error(outcome.kind);
  return responseOf(Buffer.concat(outcome.parts));
}

function responseOf(bytes: Uint8Array) {
  const reader = new Reader(bytes);
  const correlationId = readResponseHeader(reader, unregisterBrokerResponse, 0);
  const body = decodeMessage(unregisterBrokerResponse, reader, 0);
  reader.expectEnd();
  return { correlationId, ...body };
}

const nobody: PeerChannel = {
  ask: () => Promise.resolve({ kind: 'unanswered', reason: 'nobody leads' }),
};

function answering(body: Encodable<typeof envelopeResponse>): PeerChannel {
  const bytes = encodeMessage(envelopeResponse, body, 0);
  return {
    ask: ({ response }) =>
      Promise.resolve({ kind: 'answered', body: decodeMessage(response, new Reader(bytes), 0) }),
  };
}

/** By the frames that go over the wire. */
function channelTo(node: Node): PeerChannel {
  return {
    ask: async ({ request, response, version, body }) => {
      const writer = new Writer();
      writeRequest(writer, request, { apiVersion: version, correlationId: 2, clientId: null }, body);
      const outcome = await node.controllers.dispatch(writer.bytes(), BROKER);
      if (outcome.kind !== 'response') throw new Error(outcome.kind);
      const reader = new Reader(Buffer.concat(outcome.parts));
      readResponseHeader(reader, response, version);
      return { kind: 'answered', body: decodeMessage(response, reader, version) };
    },
  };
}

describe('a request for the controller', () => {
  test('is answered where it came when that is the controller', async () => {
    const node = new Node();
    expect(responseIn(await node.clients(nobody).dispatch(requestFrame(), CLIENT))).toMatchObject({
      correlationId: 31,
      errorMessage: 'broker 7',
    });
    expect(node.seen).toMatchObject([{ principal: ALICE, listenerName: 'PLAINTEXT' }]);
  });

  test.each(['isActive', 'losesOffice'] as const)('is sent on with its client (%s)', async (field) => {
    const controller = new Node();
    const node = new Node();
    node[field] = field === 'losesOffice';
    const outcome = await node.clients(channelTo(controller)).dispatch(requestFrame(), CLIENT);
    expect(responseIn(outcome)).toMatchObject({ correlationId: 31, errorMessage: 'broker 7' });
    expect(controller.seen).toMatchObject([
      {
        principal: ALICE,
        clientId: 'admin',
        clientHost: '10.0.0.9',
        listenerName: 'CONTROLLER',
        apiVersion: 0,
      },
    ]);
    expect(node.seen).toEqual([]);
  });

  test.each([
    ['no controller is found', nobody, ErrorCode.REQUEST_TIMED_OUT],
    [
      'the envelope is refused',
      answering({ errorCode: ErrorCode.CLUSTER_AUTHORIZATION_FAILED }),
      ErrorCode.UNKNOWN_SERVER_ERROR,
    ],
    ['the envelope comes back empty', answering({ errorCode: 0 }), ErrorCode.UNKNOWN_SERVER_ERROR],
  ])('where %s', async (_, channel, errorCode) => {
    const node = new Node();
    node.isActive = false;
    const outcome = await node.clients(channel).dispatch(requestFrame(), CLIENT);
    expect(responseIn(outcome)).toMatchObject({ correlationId: 31, errorCode });
  });

  test('that the controller cannot read ends the connection', async () => {
    const node = new Node();
    node.isActive = false;
    const channel = answering({ errorCode: ErrorCode.UNSUPPORTED_VERSION });
    expect(await node.clients(channel).dispatch(requestFrame(), CLIENT)).toMatchObject({ kind: 'close' });
  });

  test('on the listener of controllers is refused where the node is not the controller', async () => {
    const node = new Node();
    node.losesOffice = true;
    const outcome = await node.controllers.dispatch(requestFrame(), BROKER);
    expect(responseIn(outcome)).toMatchObject({ errorCode: ErrorCode.NOT_CONTROLLER });
  });
});

describe('an envelope', () => {
  const envelope = {
    requestData: requestFrame(),
    requestPrincipal: principalBytes(ALICE),
    clientHostAddress: Uint8Array.of(10, 0, 0, 9),
  };

  test('holds the answer as the client is to get it', async () => {
    const { errorCode, responseData } = await new Node().answerTo(envelope);
    expect(errorCode).toBe(ErrorCode.NONE);
    expect(responseOf(responseData ?? new Uint8Array())).toMatchObject({ correlationId: 31 });
  });

  test.each(['isActive', 'losesOffice'] as const)('is for the controller alone (%s)', async (field) => {
    const node = new Node();
    node[field] = field === 'losesOffice';
    const { errorCode, responseData } = await node.answerTo(envelope);
    expect([errorCode, responseData]).toEqual([ErrorCode.NOT_CONTROLLER, null]);
    expect(node.seen).toEqual([]);
  });

  test.each([
    ['no principal', { requestPrincipal: null }, ErrorCode.PRINCIPAL_DESERIALIZATION_FAILURE],
    [
      'a torn principal',
      { requestPrincipal: principalBytes(ALICE).subarray(0, 5) },
      ErrorCode.PRINCIPAL_DESERIALIZATION_FAILURE,
    ],
    ['no address', { clientHostAddress: Uint8Array.of(1, 2, 3) }, ErrorCode.INVALID_REQUEST],
    ['a torn request', { requestData: requestFrame().subarray(0, 12) }, ErrorCode.UNSUPPORTED_VERSION],
    ['an envelope', { requestData: envelopeFrame(envelope) }, ErrorCode.UNSUPPORTED_VERSION],
  ])('with %s is refused', async (_, change, errorCode) => {
    expect(await new Node().answerTo({ ...envelope, ...change })).toMatchObject({ errorCode });
  });
});
