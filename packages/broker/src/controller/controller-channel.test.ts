import { beforeEach, describe, expect, test } from 'vitest';
import { ManualClock, settle } from '../../test/coordination/manual-clock.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { unregisterBrokerRequest } from '../protocol/messages/unregister-broker-request.ts';
import { unregisterBrokerResponse } from '../protocol/messages/unregister-broker-response.ts';
import type { PeerAnswer } from '../protocol/peer-channel.ts';
import { type ClosablePeerChannel, ControllerChannel, type KnownController } from './controller-channel.ts';

/** A connection that answers when the test says so; once it is closed nobody is answered any more. */
class Connection implements ClosablePeerChannel {
  readonly waiting: ((answer: PeerAnswer<never>) => void)[] = [];
  isClosed = false;

  ask(): Promise<PeerAnswer<never>> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  answer(errorCode: number): void {
    const body = { errorCode } as never;
    for (const resolve of this.waiting.splice(0)) resolve({ kind: 'answered', body });
  }

  close(): void {
    this.isClosed = true;
    for (const resolve of this.waiting.splice(0)) resolve({ kind: 'unanswered', reason: 'closed' });
  }
}

let clock: ManualClock;
let controller: KnownController | null;
let connections: Map<number, Connection>;
beforeEach(() => {
  clock = new ManualClock();
  connections = new Map();
  controller = at(1);
});

function at(port: number): KnownController {
  return { kind: 'other', host: 'localhost', port };
}

function channel(patienceMs: number): ControllerChannel {
  return new ControllerChannel({
    ...{ clock, controller: () => controller, own: new Connection(), patienceMs },
    open: ({ port }) => {
      const connection = new Connection();
      connections.set(port, connection);
      return connection;
    },
  });
}

/** What is answered in the end, as far as it is. */
function asked(by: ControllerChannel): { readonly said: unknown[] } {
  const said: unknown[] = [];
  const exchange = { request: unregisterBrokerRequest, response: unregisterBrokerResponse, version: 0 };
  void by.ask({ ...exchange, body: { brokerId: 9 }, timeoutMs: 60_000 }).then((answer) => {
    said.push(answer.kind === 'answered' ? answer.body.errorCode : answer.reason);
  });
  return { said };
}

async function changeTo(port: number, by: ControllerChannel): Promise<void> {
  controller = at(port);
  by.controllerChanged();
  await settle();
}

describe('the way to the controller, when another node becomes it', () => {
  test('without patience the next one is asked at once', async () => {
    const by = channel(0);
    const { said } = asked(by);
    await changeTo(2, by);
    await clock.advance(5);
    expect(connections.get(1)?.isClosed).toBe(true);
    connections.get(2)?.answer(ErrorCode.NONE);
    await settle();
    expect(said).toEqual([ErrorCode.NONE]);
  });

  test('the one before may still answer what it was asked; what comes later is asked of the next', async () => {
    const by = channel(1000);
    const first = asked(by);
    await changeTo(2, by);
    const second = asked(by);
    await clock.advance(999);
    expect(connections.get(2)?.waiting).toHaveLength(1);
    connections.get(1)?.answer(ErrorCode.NONE);
    await settle();
    expect(first.said).toEqual([ErrorCode.NONE]);
    expect(connections.get(1)?.isClosed).toBe(true);
    connections.get(2)?.answer(ErrorCode.BROKER_ID_NOT_REGISTERED);
    await settle();
    expect(second.said).toEqual([ErrorCode.BROKER_ID_NOT_REGISTERED]);
  });

  test('one that says that it is not the controller, or nothing for too long, is given up', async () => {
    const by = channel(1000);
    const [refused, silent] = [asked(by), asked(by)];
    const [resolve] = connections.get(1)?.waiting.splice(0, 1) ?? [];
    await changeTo(2, by);
    resolve?.({ kind: 'answered', body: { errorCode: ErrorCode.NOT_CONTROLLER } as never });
    await clock.advance(999);
    expect(connections.get(2)?.waiting).toHaveLength(1);
    await clock.advance(1000);
    expect(connections.get(1)?.isClosed).toBe(true);
    expect(connections.get(2)?.waiting).toHaveLength(2);
    connections.get(2)?.answer(ErrorCode.NONE);
    await settle();
    expect([refused.said, silent.said]).toEqual([[ErrorCode.NONE], [ErrorCode.NONE]]);
  });

  test('a connection that nobody waits for is closed at once, and all are when the way ends', async () => {
    const by = channel(1000);
    const { said } = asked(by);
    connections.get(1)?.answer(ErrorCode.NONE);
    await settle();
    await changeTo(2, by);
    expect(connections.get(1)?.isClosed).toBe(true);
    const late = asked(by);
    await settle();
    await changeTo(3, by);
    by.close();
    await clock.advance(500);
    expect(connections.get(2)?.isClosed).toBe(true);
    expect([said, late.said]).toEqual([[ErrorCode.NONE], ['closed']]);
  });
});
