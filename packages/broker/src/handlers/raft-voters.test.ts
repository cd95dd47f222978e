import { beforeEach, describe, expect, test } from 'vitest';
import { answerTo } from '../../test/metadata/answer-to.ts';
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

const OTHER_DIRECTORY = 'DIRECTORYBBBBBBBBBBBBQ';
const allowNothing: Authorizer = { isAllowed: () => false };

let started: StartedController;

beforeEach(async () => {
  started = await startController();
});

const voter = { clusterId: CLUSTER_ID, voterId: NODE_ID, voterDirectoryId: DIRECTORY_ID };
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
  test.each([
    ['who is one', voter, ErrorCode.DUPLICATE_VOTER],
    ['in a second directory', { ...voter, voterDirectoryId: OTHER_DIRECTORY }, ErrorCode.DUPLICATE_VOTER],
    ['who is none', stranger, ErrorCode.INVALID_REQUEST],
  ])('is refused for one %s', async (_, wanted, errorCode) => {
    const answer = await answerTo(addRaftVoterHandler(needs()), 1, { ...wanted, timeoutMs: 1_000 });
    expect(answer.errorCode).toBe(errorCode);
  });
});
