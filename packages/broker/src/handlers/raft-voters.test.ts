import { beforeEach, describe, expect, test } from 'vitest';
import { answerTo } from '../../test/metadata/answer-to.ts';
import { silentLogger } from '../../test/metadata/ports.ts';
import {
  CLUSTER_ID,
  DIRECTORY_ID,
  NODE_ID,
  type StartedController,
  startController,
} from '../../test/metadata/started-controller.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { ZERO_UUID } from '../protocol/uuid.ts';
import { type Authorizer, allowAll } from '../security/authorizer.ts';
import { addRaftVoterHandler } from './add-raft-voter.ts';
import { removeRaftVoterHandler } from './remove-raft-voter.ts';
import { updateRaftVoterHandler } from './update-raft-voter.ts';

const OTHER_DIRECTORY = 'DIRECTORYBBBBBBBBBBBBQ';
const allowNothing: Authorizer = { isAllowed: () => false };

let started: StartedController;

beforeEach(async () => {
  started = await startController();
});

const voter = { clusterId: CLUSTER_ID, voterId: NODE_ID, voterDirectoryId: DIRECTORY_ID };
/** As `startController` has it. */
const LISTENER = { name: 'CONTROLLER', host: '127.0.0.1', port: 9093 };
const stranger = { ...voter, voterId: 9, voterDirectoryId: OTHER_DIRECTORY };

function needs(authorizer: Authorizer = allowAll) {
  return { controller: started.controller, authorizer, clusterId: CLUSTER_ID };
}

describe('RemoveRaftVoter', () => {
  test.each([
    ['who is no voter', stranger, ErrorCode.VOTER_NOT_FOUND],
    [
      'whose directory is another',
      { ...voter, voterDirectoryId: OTHER_DIRECTORY },
      ErrorCode.VOTER_NOT_FOUND,
    ],
    ['who is one', voter, ErrorCode.INVALID_REQUEST],
    ['without a directory', { ...voter, voterDirectoryId: ZERO_UUID }, ErrorCode.INVALID_REQUEST],
    ['of another cluster', { ...voter, clusterId: 'OTHER' }, ErrorCode.INCONSISTENT_CLUSTER_ID],
    ['of whichever cluster', { ...stranger, clusterId: null }, ErrorCode.VOTER_NOT_FOUND],
  ])('is refused for one %s', async (_, wanted, errorCode) => {
    const answer = await answerTo(removeRaftVoterHandler(needs()), 0, wanted);
    expect(answer.errorCode).toBe(errorCode);
    expect(answer.errorMessage).not.toBe('');
  });

  test('says that the voters of a cluster are chosen once', async () => {
    const { errorMessage } = await answerTo(removeRaftVoterHandler(needs()), 0, voter);
    expect(errorMessage).toContain('the voters of a cluster are chosen when its directories are made');
  });

  test('is not even looked at without leave', async () => {
    const answer = await answerTo(removeRaftVoterHandler(needs(allowNothing)), 0, voter);
    expect(answer.errorCode).toBe(ErrorCode.CLUSTER_AUTHORIZATION_FAILED);
  });
});

describe('AddRaftVoter', () => {
  const add = (wanted: object) =>
    answerTo(addRaftVoterHandler(needs()), 1, {
      ...voter,
      listeners: [LISTENER],
      timeoutMs: 1_000,
      ...wanted,
    });

  test.each([
    ['who is one', voter, ErrorCode.DUPLICATE_VOTER],
    ['in a second directory', { voterDirectoryId: OTHER_DIRECTORY }, ErrorCode.DUPLICATE_VOTER],
    ['who is none', stranger, ErrorCode.INVALID_REQUEST],
  ])('is refused for one %s', async (_, wanted, errorCode) => {
    expect((await add(wanted)).errorCode).toBe(errorCode);
  });

  test('has to say where the voter is reached by controllers', async () => {
    for (const listeners of [[], [{ ...LISTENER, name: 'PLAINTEXT' }]]) {
      const { errorCode, errorMessage } = await add({ listeners });
      expect(errorCode).toBe(ErrorCode.INVALID_REQUEST);
      expect(errorMessage).toContain('listens for CONTROLLER');
    }
  });
});

describe('UpdateRaftVoter', () => {
  const update = (wanted: object = {}, authorizer = allowAll) => {
    const { epoch } = started.controller.quorum.state;
    const body = {
      ...{ ...voter, currentLeaderEpoch: epoch, listeners: [LISTENER] },
      kRaftVersionFeature: { minSupportedVersion: 0, maxSupportedVersion: 1 },
      ...wanted,
    };
    return answerTo(updateRaftVoterHandler({ ...needs(authorizer), logger: silentLogger }), 0, body, {
      listenerName: 'CONTROLLER',
    });
  };
  const versions = (minSupportedVersion: number, maxSupportedVersion: number) => ({
    kRaftVersionFeature: { minSupportedVersion, maxSupportedVersion },
  });

  test('is answered to a voter that is where it is known to be, with who leads', async () => {
    expect(await update()).toMatchObject({
      errorCode: ErrorCode.NONE,
      currentLeader: { leaderId: NODE_ID, host: LISTENER.host, port: LISTENER.port },
    });
    expect((await update({ clusterId: null })).errorCode).toBe(ErrorCode.NONE);
  });

  test.each([
    ['at another port', { listeners: [{ ...LISTENER, port: 1 }] }, ErrorCode.INVALID_REQUEST],
    ['at no controller listener', { listeners: [] }, ErrorCode.INVALID_REQUEST],
    ['who is no voter', stranger, ErrorCode.VOTER_NOT_FOUND],
    ['in another directory', { voterDirectoryId: OTHER_DIRECTORY }, ErrorCode.VOTER_NOT_FOUND],
    ['without a directory', { voterDirectoryId: ZERO_UUID }, ErrorCode.INVALID_REQUEST],
    ['of another cluster', { clusterId: 'OTHER' }, ErrorCode.INCONSISTENT_CLUSTER_ID],
    ['of an epoch that is over', { currentLeaderEpoch: 0 }, ErrorCode.FENCED_LEADER_EPOCH],
    ['of an epoch to come', { currentLeaderEpoch: 1000 }, ErrorCode.UNKNOWN_LEADER_EPOCH],
    ['that knows no voters in the log', versions(0, 0), ErrorCode.INVALID_REQUEST],
    ['that knows them no more', versions(2, 3), ErrorCode.INVALID_REQUEST],
    ['whose versions are none', versions(-1, 1), ErrorCode.INVALID_REQUEST],
  ])('is refused for one %s', async (_, wanted, errorCode) => {
    expect((await update(wanted)).errorCode).toBe(errorCode);
  });

  test('is not even looked at without leave', async () => {
    expect((await update({}, allowNothing)).errorCode).toBe(ErrorCode.CLUSTER_AUTHORIZATION_FAILED);
  });
});
