import { beforeEach, describe, expect, test } from 'vitest';
import { commitRequest, GroupApiBed, since, versions } from '../../test/groups/group-api-bed.ts';
import { EMPTY_IMAGE } from '../metadata/metadata-image.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { AclOperation } from '../security/authorizer.ts';
import { deleteGroupsHandler } from './delete-groups.ts';
import { describeGroupsHandler } from './describe-groups.ts';
import { findCoordinatorHandler } from './find-coordinator.ts';
import { listGroupsHandler } from './list-groups.ts';
import { offsetCommitHandler } from './offset-commit.ts';

let bed: GroupApiBed;
beforeEach(async () => {
  bed = await GroupApiBed.ready();
});

describe('DescribeGroups', () => {
  test.each(versions(0, 6))('version %i', async (version) => {
    const memberId = await bed.join();
    const response = await bed.ask(describeGroupsHandler(bed.needs), version, {
      groups: ['g', 'none'],
      ...since(version, 3, { includeAuthorizedOperations: true }),
    });
    const operations = version >= 3 ? 0b1101_0100_1000 : -2_147_483_648;
    expect(response.groups).toMatchObject([
      {
        groupId: 'g',
        groupState: 'CompletingRebalance',
        protocolType: 'consumer',
        members: [{ memberId, clientId: 'client', clientHost: '/127.0.0.1' }],
        authorizedOperations: operations,
      },
      {
        groupId: 'none',
        groupState: 'Dead',
        errorCode: version >= 6 ? ErrorCode.GROUP_ID_NOT_FOUND : 0,
        errorMessage: version >= 6 ? 'Group none not found.' : null,
      },
    ]);
  });
});

describe('ListGroups', () => {
  beforeEach(async () => {
    await bed.join();
    await bed.ask(offsetCommitHandler(bed.needs), 9, { ...commitRequest(9, [0]), groupId: 'simple' });
  });

  const ids = (response: { groups: readonly { groupId: string }[] }) =>
    response.groups.map(({ groupId }) => groupId).sort();

  test.each(versions(0, 5))('version %i', async (version) => {
    const response = await bed.ask(listGroupsHandler(bed.needs), version, {});
    expect(ids(response)).toEqual(['g', 'simple']);
    expect(response.groups.find(({ groupId }) => groupId === 'g')).toMatchObject({
      protocolType: 'consumer',
      groupState: version >= 4 ? 'CompletingRebalance' : '',
      groupType: version >= 5 ? 'classic' : '',
    });
  });

  test('filters by state and type, whatever their case', async () => {
    const list = (statesFilter: string[], typesFilter: string[]) =>
      bed.ask(listGroupsHandler(bed.needs), 5, { statesFilter, typesFilter });
    expect(ids(await list(['empty'], []))).toEqual(['simple']);
    expect(ids(await list([], ['Classic']))).toEqual(['g', 'simple']);
    expect(ids(await list([], ['consumer']))).toEqual([]);
  });

  test('without DESCRIBE on the cluster only groups that may be described are listed', async () => {
    bed.authorizer = {
      isAllowed: (_who, operation, type, name) =>
        operation === AclOperation.DESCRIBE && type === 'group' && name === 'simple',
    };
    expect(ids(await bed.ask(listGroupsHandler(bed.needs), 5, {}))).toEqual(['simple']);
  });
});

test.each(versions(0, 2))('DeleteGroups version %i', async (version) => {
  await bed.join();
  await bed.ask(offsetCommitHandler(bed.needs), 9, { ...commitRequest(9, [0]), groupId: 'simple' });
  const response = await bed.ask(deleteGroupsHandler(bed.needs), version, {
    groupsNames: ['g', 'simple', 'none', 'simple'],
  });
  expect(response.results).toEqual([
    { groupId: 'g', errorCode: ErrorCode.NON_EMPTY_GROUP },
    { groupId: 'simple', errorCode: 0 },
    { groupId: 'none', errorCode: ErrorCode.GROUP_ID_NOT_FOUND },
  ]);
});

describe('FindCoordinator', () => {
  const here = { nodeId: 1, host: '127.0.0.1', port: 9999, errorCode: 0 };

  test.each(versions(0, 3))('version %i finds the broker of one group', async (version) => {
    expect(await bed.ask(findCoordinatorHandler(bed.needs), version, { key: 'g' })).toMatchObject(here);
  });

  test.each(versions(4, 6))('version %i finds the brokers of several groups', async (version) => {
    const response = await bed.ask(findCoordinatorHandler(bed.needs), version, {
      coordinatorKeys: ['g', 'h'],
    });
    expect(response.coordinators).toMatchObject([
      { key: 'g', ...here },
      { key: 'h', ...here },
    ]);
  });

  test('asks for the topic when it is missing, and the client to come again', async () => {
    bed.image = { ...bed.image, topicsByName: EMPTY_IMAGE.topicsByName };
    const response = await bed.ask(findCoordinatorHandler(bed.needs), 2, { key: 'g' });
    expect(response).toMatchObject({ errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE, nodeId: -1 });
    expect(bed.creations).toBe(1);
  });

  test.each([1, 4])('version %i asks for the topic of transactions too', async (version) => {
    const key = version >= 4 ? { coordinatorKeys: ['t'] } : { key: 't' };
    const response = await bed.ask(findCoordinatorHandler(bed.needs), version, { ...key, keyType: 1 });
    const [first = response] = response.coordinators;
    expect(first.errorCode).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    expect(bed.creations).toBe(1);
  });

  test('other kinds of coordinator do not exist', async () => {
    const response = await bed.ask(findCoordinatorHandler(bed.needs), 6, {
      coordinatorKeys: ['s'],
      keyType: 2,
    });
    expect(response.coordinators[0]?.errorCode).toBe(ErrorCode.INVALID_REQUEST);
  });
});
