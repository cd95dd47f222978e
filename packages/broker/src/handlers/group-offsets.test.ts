import { beforeEach, describe, expect, test } from 'vitest';
import { commitRequest, GroupApiBed, ORDERS_ID, versions } from '../../test/groups/group-api-bed.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { offsetCommitHandler } from './offset-commit.ts';
import { offsetDeleteHandler } from './offset-delete.ts';
import { offsetFetchHandler } from './offset-fetch.ts';

let bed: GroupApiBed;
beforeEach(async () => {
  bed = await GroupApiBed.ready();
});

describe('OffsetCommit', () => {
  test.each(versions(2, 10))('version %i commits what exists and refuses the rest', async (version) => {
    const unknown = version >= 10 ? { topicId: 'AAAAAAAAAAAAAAAAAAAAAQ' } : { name: 'unknown' };
    const request = commitRequest(version, [0, 1, 2]);
    const response = await bed.ask(offsetCommitHandler(bed.needs), version, {
      ...request,
      topics: [...request.topics, { ...unknown, partitions: [{ partitionIndex: 0, committedOffset: 1 }] }],
    });
    expect(response.topics).toMatchObject([
      {
        ...(version >= 10 ? { topicId: ORDERS_ID } : { name: 'orders' }),
        partitions: [
          { partitionIndex: 0, errorCode: 0 },
          { partitionIndex: 1, errorCode: 0 },
          { partitionIndex: 2, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION },
        ],
      },
      {
        ...unknown,
        partitions: [
          {
            partitionIndex: 0,
            errorCode: version >= 10 ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
          },
        ],
      },
    ]);
  });

  test('a topic named twice is answered twice', async () => {
    const [first] = commitRequest(9, [0]).topics;
    const [second] = commitRequest(9, [1]).topics;
    const topics = [first, second].filter((topic) => topic !== undefined);
    const response = await bed.ask(offsetCommitHandler(bed.needs), 9, { groupId: 'g', topics });
    expect(response.topics).toMatchObject([
      { name: 'orders', partitions: [{ partitionIndex: 0, errorCode: 0 }] },
      { name: 'orders', partitions: [{ partitionIndex: 1, errorCode: 0 }] },
    ]);
  });

  test('a group that may not be used, and a topic that may not be read, are refused', async () => {
    bed.authorizer = { isAllowed: (_who, _operation, type) => type !== 'topic' };
    const forbidden = await bed.ask(offsetCommitHandler(bed.needs), 9, commitRequest(9, [0]));
    expect(forbidden.topics[0]?.partitions[0]?.errorCode).toBe(ErrorCode.TOPIC_AUTHORIZATION_FAILED);
    bed.authorizer = { isAllowed: () => false };
    const refused = await bed.ask(offsetCommitHandler(bed.needs), 9, commitRequest(9, [0]));
    expect(refused.topics[0]?.partitions[0]?.errorCode).toBe(ErrorCode.GROUP_AUTHORIZATION_FAILED);
  });
});

describe('OffsetFetch', () => {
  beforeEach(async () => {
    await bed.ask(offsetCommitHandler(bed.needs), 9, commitRequest(9, [0]));
  });

  const found = { partitionIndex: 0, committedOffset: 40, metadata: 'note', errorCode: 0 };
  const none = { partitionIndex: 1, committedOffset: -1, metadata: '', errorCode: 0 };

  test.each(versions(1, 7))(
    'version %i asks for one group, from 2 on for all its topics',
    async (version) => {
      const topics = [{ name: 'orders', partitionIndexes: [0, 1] }];
      const some = await bed.ask(offsetFetchHandler(bed.needs), version, { groupId: 'g', topics });
      expect(some).toMatchObject({ errorCode: 0, topics: [{ name: 'orders', partitions: [found, none] }] });
      if (version < 2) return;
      const all = await bed.ask(offsetFetchHandler(bed.needs), version, { groupId: 'g', topics: null });
      expect(all.topics).toMatchObject([{ name: 'orders', partitions: [found] }]);
    },
  );

  test.each(versions(8, 10))('version %i asks for several groups, 10 by topic id', async (version) => {
    const topic = version >= 10 ? { topicId: ORDERS_ID } : { name: 'orders' };
    const response = await bed.ask(offsetFetchHandler(bed.needs), version, {
      groups: [
        { groupId: 'g', topics: [{ ...topic, partitionIndexes: [0, 1] }] },
        { groupId: 'g', topics: null },
        { groupId: 'other', topics: null },
      ],
      requireStable: true,
    });
    expect(response.groups).toMatchObject([
      {
        groupId: 'g',
        errorCode: 0,
        topics: [{ ...topic, partitions: [{ ...found, committedLeaderEpoch: 2 }, none] }],
      },
      { groupId: 'g', errorCode: 0, topics: [{ ...topic, partitions: [found] }] },
      { groupId: 'other', errorCode: 0, topics: [] },
    ]);
  });

  test('an unknown topic id is refused by itself', async () => {
    const topics = [{ topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', partitionIndexes: [0] }];
    const response = await bed.ask(offsetFetchHandler(bed.needs), 10, { groups: [{ groupId: 'g', topics }] });
    expect(response.groups[0]?.topics[0]?.partitions).toMatchObject([
      { partitionIndex: 0, committedOffset: -1, errorCode: ErrorCode.UNKNOWN_TOPIC_ID },
    ]);
  });

  test.each([1, 2, 8])('version %i has its own place for an error of the whole group', async (version) => {
    bed.authorizer = { isAllowed: () => false };
    const topics = [{ name: 'orders', partitionIndexes: [0] }];
    const response = await bed.ask(
      offsetFetchHandler(bed.needs),
      version,
      version >= 8 ? { groups: [{ groupId: 'g', topics }] } : { groupId: 'g', topics },
    );
    const errorCode = ErrorCode.GROUP_AUTHORIZATION_FAILED;
    const places = {
      1: { topics: [{ partitions: [{ errorCode, committedOffset: -1 }] }] },
      2: { errorCode, topics: [] },
      8: { groups: [{ groupId: 'g', errorCode, topics: [] }] },
    };
    expect(response).toMatchObject(places[version as keyof typeof places]);
  });

  test('of "all topics" those that may not be described are left out', async () => {
    bed.authorizer = { isAllowed: (_who, _operation, type) => type !== 'topic' };
    const response = await bed.ask(offsetFetchHandler(bed.needs), 9, {
      groups: [{ groupId: 'g', topics: null }],
    });
    expect(response.groups[0]?.topics).toEqual([]);
  });
});

test('OffsetDelete forgets what exists and refuses the rest', async () => {
  await bed.ask(offsetCommitHandler(bed.needs), 9, commitRequest(9, [0]));
  const response = await bed.ask(offsetDeleteHandler(bed.needs), 0, {
    groupId: 'g',
    topics: [
      { name: 'orders', partitions: [{ partitionIndex: 0 }, { partitionIndex: 9 }] },
      { name: 'unknown', partitions: [{ partitionIndex: 0 }] },
    ],
  });
  expect(response).toMatchObject({
    errorCode: 0,
    topics: [
      {
        name: 'orders',
        partitions: [
          { partitionIndex: 0, errorCode: 0 },
          { partitionIndex: 9, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION },
        ],
      },
      {
        name: 'unknown',
        partitions: [{ partitionIndex: 0, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION }],
      },
    ],
  });
});
