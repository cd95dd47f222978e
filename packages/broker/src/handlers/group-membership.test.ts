import { beforeEach, describe, expect, test } from 'vitest';
import { GroupApiBed, joinRequest, since, versions } from '../../test/groups/group-api-bed.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { heartbeatHandler } from './heartbeat.ts';
import { joinGroupHandler } from './join-group.ts';
import { leaveGroupHandler } from './leave-group.ts';
import { syncGroupHandler } from './sync-group.ts';

let bed: GroupApiBed;
beforeEach(async () => {
  bed = await GroupApiBed.ready();
});

describe('JoinGroup', () => {
  test.each(versions(0, 9))('version %i joins, or is given an id first', async (version) => {
    const response = await bed.ask(joinGroupHandler(bed.needs), version, {
      ...joinRequest,
      ...since(version, 1, { rebalanceTimeoutMs: 1000 }),
    });
    if (version >= 4) {
      expect(response).toMatchObject({
        errorCode: ErrorCode.MEMBER_ID_REQUIRED,
        protocolName: version >= 7 ? null : '',
      });
    } else {
      expect(response).toMatchObject({ errorCode: 0, generationId: 1, protocolName: 'range' });
    }
    expect(response.memberId).toMatch(/^client-[0-9a-f-]{36}$/);
  });

  test.each([5999, 1_800_001])('a session timeout of %i ms is out of bounds', async (sessionTimeoutMs) => {
    const response = await bed.ask(joinGroupHandler(bed.needs), 9, {
      ...joinRequest,
      sessionTimeoutMs,
      memberId: 'm',
    });
    expect(response).toMatchObject({ errorCode: ErrorCode.INVALID_SESSION_TIMEOUT, memberId: 'm' });
  });

  test('who does not coordinate the group names no member', async () => {
    bed.coordinator.resigned(0, 2);
    const response = await bed.ask(joinGroupHandler(bed.needs), 9, { ...joinRequest, memberId: 'm' });
    expect(response).toMatchObject({ errorCode: ErrorCode.NOT_COORDINATOR, memberId: '' });
  });

  test('the empty group id is invalid', async () => {
    const response = await bed.ask(joinGroupHandler(bed.needs), 9, { ...joinRequest, groupId: '' });
    expect(response.errorCode).toBe(ErrorCode.INVALID_GROUP_ID);
  });
});

test.each(versions(0, 5))('SyncGroup version %i', async (version) => {
  const memberId = await bed.join();
  const request = {
    groupId: 'g',
    memberId,
    generationId: 1,
    assignments: [{ memberId, assignment: Uint8Array.of(1) }],
  };
  const named = since(version, 5, { protocolType: 'consumer', protocolName: 'range' });
  const response = await bed.ask(syncGroupHandler(bed.needs), version, { ...request, ...named });
  expect(response).toMatchObject({ errorCode: 0, protocolName: version >= 5 ? 'range' : null });
  expect([...response.assignment]).toEqual([1]);
  const unnamed = await bed.ask(syncGroupHandler(bed.needs), version, request);
  expect(unnamed.errorCode).toBe(version >= 5 ? ErrorCode.INCONSISTENT_GROUP_PROTOCOL : 0);
});

test.each(versions(0, 4))('Heartbeat version %i', async (version) => {
  const memberId = await bed.join();
  const beat = { groupId: 'g', memberId, generationId: 1 };
  expect(await bed.ask(heartbeatHandler(bed.needs), version, beat)).toMatchObject({ errorCode: 0 });
  expect(await bed.ask(heartbeatHandler(bed.needs), version, { ...beat, generationId: 0 })).toMatchObject({
    errorCode: ErrorCode.ILLEGAL_GENERATION,
  });
});

test.each(versions(0, 5))('LeaveGroup version %i', async (version) => {
  const memberId = await bed.join();
  const handler = leaveGroupHandler(bed.needs);
  if (version >= 3) {
    const members = [{ memberId }, { memberId: 'stranger' }];
    expect(await bed.ask(handler, version, { groupId: 'g', members })).toMatchObject({
      errorCode: 0,
      members: [
        { memberId, errorCode: 0 },
        { memberId: 'stranger', errorCode: ErrorCode.UNKNOWN_MEMBER_ID },
      ],
    });
  } else {
    expect(await bed.ask(handler, version, { groupId: 'g', memberId })).toMatchObject({ errorCode: 0 });
    const again = await bed.ask(handler, version, { groupId: 'g', memberId });
    expect(again.errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  }
});
