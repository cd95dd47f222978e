import { describe, expect, test } from 'vitest';
import { ErrorCode } from '../protocol/errors.ts';
import type { alterConfigsResponse } from '../protocol/messages/alter-configs-response.ts';
import type { PeerAnswer } from '../protocol/peer-channel.ts';
import { type AlteredResource, type AlterWays, alter, invalidRequest } from './altered-resources.ts';
import { NOT_CONTROLLER } from './handler.ts';

const topic: AlteredResource = { resourceType: 2, resourceName: 'orders', configs: [] };
const broker: AlteredResource = { resourceType: 4, resourceName: '9', configs: [] };
const refusal = invalidRequest('another broker');

/** A broker that is not the controller; what that is asked is kept. */
function asBroker(answer: PeerAnswer<typeof alterConfigsResponse>) {
  const asked: AlteredResource[] = [];
  const ways: AlterWays<AlteredResource> = {
    nodeId: 1,
    caughtUp: () => Promise.resolve(),
    here: () => Promise.resolve({ kind: 'not-controller' }),
    elsewhere: (accepted) => {
      asked.push(...accepted);
      return Promise.resolve(answer);
    },
  };
  return { asked, ways };
}

const { resourceType, resourceName } = topic;
const said = {
  errorCode: ErrorCode.INVALID_CONFIG,
  errorMessage: 'no such config',
  resourceType,
  resourceName,
};

describe('resources to be altered, of which this broker has refused some', () => {
  test('the controller is asked for the others alone', async () => {
    const { asked, ways } = asBroker({ kind: 'answered', body: { throttleTimeMs: 0, responses: [said] } });
    const answer = await alter([broker, topic], new Map([[broker, refusal]]), ways);
    expect(asked).toEqual([topic]);
    expect(answer).toEqual({
      responses: [{ ...refusal, resourceType: 4, resourceName: '9' }, said],
    });
  });

  test('a controller that does not answer is a time-out for those', async () => {
    const { ways } = asBroker({ kind: 'unanswered', reason: 'nobody leads' });
    const answer = await alter([broker, topic], new Map([[broker, refusal]]), ways);
    expect(answer).toMatchObject({
      responses: [{ errorCode: ErrorCode.INVALID_REQUEST }, { errorCode: ErrorCode.REQUEST_TIMED_OUT }],
    });
  });

  test('a request of which nothing is refused goes on as it came, and so does one that was sent on already', async () => {
    const { asked, ways } = asBroker({ kind: 'unanswered', reason: 'not to be asked' });
    expect(await alter([topic], new Map(), ways)).toBe(NOT_CONTROLLER);
    const inEnvelope = { ...ways, nodeId: null };
    expect(await alter([broker, topic], new Map([[broker, refusal]]), inEnvelope)).toBe(NOT_CONTROLLER);
    expect(asked).toEqual([]);
  });

  test('nobody is asked where all are refused', async () => {
    const { asked, ways } = asBroker({ kind: 'unanswered', reason: 'not to be asked' });
    const answer = await alter([broker], new Map([[broker, refusal]]), ways);
    expect(answer).toMatchObject({ responses: [{ errorCode: ErrorCode.INVALID_REQUEST }] });
    expect(asked).toEqual([]);
  });
});
