import { beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../test/coordination/manual-clock.ts';
import { MemoryLog } from '../../test/coordination/memory-log.ts';
import { GroupCoordinator } from '../groups/group-coordinator.ts';
import { EMPTY_IMAGE, type MetadataImage, type PartitionImage } from '../metadata/metadata-image.ts';
import { GROUP_METADATA_TOPIC } from '../metadata/topic-name.ts';
import { ErrorCode } from '../protocol/errors.ts';
import {
  decodeMessage,
  type Encodable,
  encodeMessage,
  type MessageDeclaration,
} from '../protocol/message.ts';
import { Reader } from '../protocol/reader.ts';
import { ZERO_UUID } from '../protocol/uuid.ts';
import type { Logger } from '../runtime/logger.ts';
import { AclOperation, type Authorizer, allowAll } from '../security/authorizer.ts';
import { ANONYMOUS } from '../security/principal.ts';
import { deleteGroupsHandler } from './delete-groups.ts';
import { describeGroupsHandler } from './describe-groups.ts';
import { findCoordinatorHandler } from './find-coordinator.ts';
import type { Handler, RequestContext } from './handler.ts';
import { heartbeatHandler } from './heartbeat.ts';
import { initProducerIdHandler } from './init-producer-id.ts';
import { joinGroupHandler } from './join-group.ts';
import { leaveGroupHandler } from './leave-group.ts';
import { listGroupsHandler } from './list-groups.ts';
import { offsetCommitHandler } from './offset-commit.ts';
import { offsetDeleteHandler } from './offset-delete.ts';
import { offsetFetchHandler } from './offset-fetch.ts';
import { syncGroupHandler } from './sync-group.ts';

const ORDERS_ID = 'b3JkZXJzb3JkZXJzb3JkZQ';
const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (fields, message) => {
    throw new Error(message, { cause: fields['error'] });
  },
  child: () => silent,
};

const partition: PartitionImage = {
  replicas: [1],
  directories: [ZERO_UUID],
  isr: [1],
  addingReplicas: [],
  removingReplicas: [],
  eligibleLeaderReplicas: [],
  lastKnownElr: [],
  leader: 1,
  leaderRecoveryState: 0,
  leaderEpoch: 0,
  partitionEpoch: 0,
};
const orders = { name: 'orders', id: ORDERS_ID, partitions: [partition, partition] };
const offsetsTopic = { name: GROUP_METADATA_TOPIC, id: ZERO_UUID, partitions: [partition] };

let clock: ManualClock;
let coordinator: GroupCoordinator;
let image: MetadataImage;
let authorizer: Authorizer;
let topicsAskedFor: number;

beforeEach(async () => {
  clock = new ManualClock();
  authorizer = allowAll;
  topicsAskedFor = 0;
  image = {
    ...EMPTY_IMAGE,
    topicsByName: EMPTY_IMAGE.topicsByName.with([
      ['orders', orders],
      [GROUP_METADATA_TOPIC, offsetsTopic],
    ]),
    topicsById: EMPTY_IMAGE.topicsById.with([[ORDERS_ID, orders]]),
    brokers: EMPTY_IMAGE.brokers.with([
      [
        1,
        {
          id: 1,
          epoch: 1,
          incarnationId: ZERO_UUID,
          endpoints: [{ listenerName: 'PLAINTEXT', host: '127.0.0.1', port: 9999, securityProtocol: 0 }],
          rack: null,
          isFenced: false,
          isInControlledShutdown: false,
          directories: [],
        },
      ],
    ]),
  };
  coordinator = new GroupCoordinator({
    clock,
    random: { uint32: () => 7, uuid: () => ZERO_UUID },
    logger: silent,
    config: {
      minSessionTimeoutMs: 6000,
      maxSessionTimeoutMs: 1_800_000,
      initialRebalanceDelayMs: 0,
      maxSize: 100,
      offsetMetadataMaxBytes: 4096,
      offsetsRetentionMs: 60_000,
      offsetsRetentionCheckIntervalMs: 600_000,
    },
    partitionCount: () => 1,
    topicExists: (name) => image.topicsByName.has(name),
    commitTimeoutMs: 5000,
    compression: 'none',
  });
  await coordinator.elected(0, new MemoryLog().lead(1));
});

function needs() {
  return {
    coordinator,
    authorizer: { isAllowed: (...asked) => authorizer.isAllowed(...asked) } satisfies Authorizer,
    image: () => image,
    groupPartition: (groupId: string) => coordinator.partitionOf(groupId),
    createOffsetsTopic: () => {
      topicsAskedFor += 1;
    },
    nextProducerId: async () => 4000,
  };
}

/** Sends a request over the wire form of one version and reads the answer from that of the response. */
async function ask<Request extends MessageDeclaration, Response extends MessageDeclaration>(
  handler: Handler<Request, Response>,
  apiVersion: number,
  request: Encodable<Request>,
) {
  const context: RequestContext = {
    principal: ANONYMOUS,
    clientId: 'client',
    clientHost: '127.0.0.1',
    connectionId: 1,
    listenerName: 'PLAINTEXT',
    apiVersion,
  };
  const bytes = encodeMessage(handler.request, request, apiVersion);
  const answering = handler.handle(decodeMessage(handler.request, new Reader(bytes), apiVersion), context);
  await clock.advance(0);
  const answer = await answering;
  if (answer === null || typeof answer === 'symbol') throw new Error('no response');
  const response = encodeMessage(handler.response, answer, apiVersion);
  return decodeMessage(handler.response, new Reader(response), apiVersion);
}

/** A request for one version may only name what the version has. */
function since<Value>(version: number, from: number, value: Value): Partial<Value> {
  return version >= from ? value : {};
}

const versions = (min: number, max: number) =>
  Array.from({ length: max - min + 1 }, (_, index) => min + index);

const protocols = [{ name: 'range', metadata: Uint8Array.of(0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff) }];
const joinRequest = { groupId: 'g', sessionTimeoutMs: 10_000, protocolType: 'consumer', protocols };

async function joinedMember(): Promise<string> {
  const { memberId } = await ask(joinGroupHandler(needs()), 3, { ...joinRequest, rebalanceTimeoutMs: 1000 });
  return memberId;
}

describe('JoinGroup', () => {
  test.each(versions(0, 9))('version %i joins, or is given an id first', async (version) => {
    const response = await ask(joinGroupHandler(needs()), version, {
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
    const response = await ask(joinGroupHandler(needs()), 9, {
      ...joinRequest,
      sessionTimeoutMs,
      memberId: 'm',
    });
    expect(response).toMatchObject({ errorCode: ErrorCode.INVALID_SESSION_TIMEOUT, memberId: 'm' });
  });

  test('the empty group id is invalid', async () => {
    const response = await ask(joinGroupHandler(needs()), 9, { ...joinRequest, groupId: '' });
    expect(response.errorCode).toBe(ErrorCode.INVALID_GROUP_ID);
  });
});

test.each(versions(0, 5))('SyncGroup version %i', async (version) => {
  const memberId = await joinedMember();
  const request = {
    groupId: 'g',
    memberId,
    generationId: 1,
    assignments: [{ memberId, assignment: Uint8Array.of(1) }],
  };
  const named = since(version, 5, { protocolType: 'consumer', protocolName: 'range' });
  const response = await ask(syncGroupHandler(needs()), version, { ...request, ...named });
  expect(response).toMatchObject({ errorCode: 0, protocolName: version >= 5 ? 'range' : null });
  expect([...response.assignment]).toEqual([1]);
  const unnamed = await ask(syncGroupHandler(needs()), version, request);
  expect(unnamed.errorCode).toBe(version >= 5 ? ErrorCode.INCONSISTENT_GROUP_PROTOCOL : 0);
});

test.each(versions(0, 4))('Heartbeat version %i', async (version) => {
  const memberId = await joinedMember();
  const beat = { groupId: 'g', memberId, generationId: 1 };
  expect(await ask(heartbeatHandler(needs()), version, beat)).toMatchObject({ errorCode: 0 });
  expect(await ask(heartbeatHandler(needs()), version, { ...beat, generationId: 0 })).toMatchObject({
    errorCode: ErrorCode.ILLEGAL_GENERATION,
  });
});

test.each(versions(0, 5))('LeaveGroup version %i', async (version) => {
  const memberId = await joinedMember();
  const handler = leaveGroupHandler(needs());
  if (version >= 3) {
    const members = [{ memberId }, { memberId: 'stranger' }];
    expect(await ask(handler, version, { groupId: 'g', members })).toMatchObject({
      errorCode: 0,
      members: [
        { memberId, errorCode: 0 },
        { memberId: 'stranger', errorCode: ErrorCode.UNKNOWN_MEMBER_ID },
      ],
    });
  } else {
    expect(await ask(handler, version, { groupId: 'g', memberId })).toMatchObject({ errorCode: 0 });
    const again = await ask(handler, version, { groupId: 'g', memberId });
    expect(again.errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  }
});

function commitRequest(version: number, partitions: readonly number[]) {
  return {
    groupId: 'g',
    topics: [
      {
        ...(version >= 10 ? { topicId: ORDERS_ID } : { name: 'orders' }),
        partitions: partitions.map((partitionIndex) => ({
          partitionIndex,
          committedOffset: 40 + partitionIndex,
          committedMetadata: 'note',
          ...since(version, 6, { committedLeaderEpoch: 2 }),
        })),
      },
    ],
  };
}

describe('OffsetCommit', () => {
  test.each(versions(2, 10))('version %i commits what exists and refuses the rest', async (version) => {
    const unknown = version >= 10 ? { topicId: 'AAAAAAAAAAAAAAAAAAAAAQ' } : { name: 'unknown' };
    const request = commitRequest(version, [0, 1, 2]);
    const response = await ask(offsetCommitHandler(needs()), version, {
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
    const response = await ask(offsetCommitHandler(needs()), 9, { groupId: 'g', topics });
    expect(response.topics).toMatchObject([
      { name: 'orders', partitions: [{ partitionIndex: 0, errorCode: 0 }] },
      { name: 'orders', partitions: [{ partitionIndex: 1, errorCode: 0 }] },
    ]);
  });

  test('a group that may not be used, and a topic that may not be read, are refused', async () => {
    authorizer = { isAllowed: (_who, _operation, type) => type !== 'topic' };
    const forbidden = await ask(offsetCommitHandler(needs()), 9, commitRequest(9, [0]));
    expect(forbidden.topics[0]?.partitions[0]?.errorCode).toBe(ErrorCode.TOPIC_AUTHORIZATION_FAILED);
    authorizer = { isAllowed: () => false };
    const refused = await ask(offsetCommitHandler(needs()), 9, commitRequest(9, [0]));
    expect(refused.topics[0]?.partitions[0]?.errorCode).toBe(ErrorCode.GROUP_AUTHORIZATION_FAILED);
  });
});

describe('OffsetFetch', () => {
  beforeEach(async () => {
    await ask(offsetCommitHandler(needs()), 9, commitRequest(9, [0]));
  });

  const found = { partitionIndex: 0, committedOffset: 40, metadata: 'note', errorCode: 0 };
  const none = { partitionIndex: 1, committedOffset: -1, metadata: '', errorCode: 0 };

  test.each(versions(1, 7))(
    'version %i asks for one group, from 2 on for all its topics',
    async (version) => {
      const topics = [{ name: 'orders', partitionIndexes: [0, 1] }];
      const some = await ask(offsetFetchHandler(needs()), version, { groupId: 'g', topics });
      expect(some).toMatchObject({ errorCode: 0, topics: [{ name: 'orders', partitions: [found, none] }] });
      if (version < 2) return;
      const all = await ask(offsetFetchHandler(needs()), version, { groupId: 'g', topics: null });
      expect(all.topics).toMatchObject([{ name: 'orders', partitions: [found] }]);
    },
  );

  test.each(versions(8, 10))('version %i asks for several groups, 10 by topic id', async (version) => {
    const topic = version >= 10 ? { topicId: ORDERS_ID } : { name: 'orders' };
    const response = await ask(offsetFetchHandler(needs()), version, {
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
    const response = await ask(offsetFetchHandler(needs()), 10, { groups: [{ groupId: 'g', topics }] });
    expect(response.groups[0]?.topics[0]?.partitions).toMatchObject([
      { partitionIndex: 0, committedOffset: -1, errorCode: ErrorCode.UNKNOWN_TOPIC_ID },
    ]);
  });

  test.each([1, 2, 8])('version %i has its own place for an error of the whole group', async (version) => {
    authorizer = { isAllowed: () => false };
    const topics = [{ name: 'orders', partitionIndexes: [0] }];
    const response = await ask(
      offsetFetchHandler(needs()),
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
    authorizer = { isAllowed: (_who, _operation, type) => type !== 'topic' };
    const response = await ask(offsetFetchHandler(needs()), 9, { groups: [{ groupId: 'g', topics: null }] });
    expect(response.groups[0]?.topics).toEqual([]);
  });
});

test('OffsetDelete forgets what exists and refuses the rest', async () => {
  await ask(offsetCommitHandler(needs()), 9, commitRequest(9, [0]));
  const response = await ask(offsetDeleteHandler(needs()), 0, {
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

describe('DescribeGroups', () => {
  test.each(versions(0, 6))('version %i', async (version) => {
    const memberId = await joinedMember();
    const response = await ask(describeGroupsHandler(needs()), version, {
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
    await joinedMember();
    await ask(offsetCommitHandler(needs()), 9, { ...commitRequest(9, [0]), groupId: 'simple' });
  });

  const ids = (response: { groups: readonly { groupId: string }[] }) =>
    response.groups.map(({ groupId }) => groupId).sort();

  test.each(versions(0, 5))('version %i', async (version) => {
    const response = await ask(listGroupsHandler(needs()), version, {});
    expect(ids(response)).toEqual(['g', 'simple']);
    expect(response.groups.find(({ groupId }) => groupId === 'g')).toMatchObject({
      protocolType: 'consumer',
      groupState: version >= 4 ? 'CompletingRebalance' : '',
      groupType: version >= 5 ? 'classic' : '',
    });
  });

  test('filters by state and type, whatever their case', async () => {
    const list = (statesFilter: string[], typesFilter: string[]) =>
      ask(listGroupsHandler(needs()), 5, { statesFilter, typesFilter });
    expect(ids(await list(['empty'], []))).toEqual(['simple']);
    expect(ids(await list([], ['Classic']))).toEqual(['g', 'simple']);
    expect(ids(await list([], ['consumer']))).toEqual([]);
  });

  test('without DESCRIBE on the cluster only groups that may be described are listed', async () => {
    authorizer = {
      isAllowed: (_who, operation, type, name) =>
        operation === AclOperation.DESCRIBE && type === 'group' && name === 'simple',
    };
    expect(ids(await ask(listGroupsHandler(needs()), 5, {}))).toEqual(['simple']);
  });
});

test.each(versions(0, 2))('DeleteGroups version %i', async (version) => {
  await joinedMember();
  await ask(offsetCommitHandler(needs()), 9, { ...commitRequest(9, [0]), groupId: 'simple' });
  const response = await ask(deleteGroupsHandler(needs()), version, {
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
    expect(await ask(findCoordinatorHandler(needs()), version, { key: 'g' })).toMatchObject(here);
  });

  test.each(versions(4, 6))('version %i finds the brokers of several groups', async (version) => {
    const response = await ask(findCoordinatorHandler(needs()), version, { coordinatorKeys: ['g', 'h'] });
    expect(response.coordinators).toMatchObject([
      { key: 'g', ...here },
      { key: 'h', ...here },
    ]);
  });

  test('asks for the topic when it is missing, and the client to come again', async () => {
    image = { ...image, topicsByName: EMPTY_IMAGE.topicsByName };
    const response = await ask(findCoordinatorHandler(needs()), 2, { key: 'g' });
    expect(response).toMatchObject({ errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE, nodeId: -1 });
    expect(topicsAskedFor).toBe(1);
  });

  test.each([1, 4])('version %i tells a transactional producer that there is no point', async (version) => {
    const key = version >= 4 ? { coordinatorKeys: ['t'] } : { key: 't' };
    const response = await ask(findCoordinatorHandler(needs()), version, { ...key, keyType: 1 });
    const [first = response] = response.coordinators;
    expect(first.errorCode).toBe(ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
  });

  test('other kinds of coordinator do not exist', async () => {
    const response = await ask(findCoordinatorHandler(needs()), 6, { coordinatorKeys: ['s'], keyType: 2 });
    expect(response.coordinators[0]?.errorCode).toBe(ErrorCode.INVALID_REQUEST);
  });
});

describe('InitProducerId', () => {
  test.each(versions(0, 5))('version %i gives an idempotent producer an id', async (version) => {
    const response = await ask(initProducerIdHandler(needs()), version, { transactionalId: null });
    expect(response).toMatchObject({ errorCode: 0, producerId: 4000, producerEpoch: 0 });
  });

  test.each([
    ['a transactional id', { transactionalId: 't' }, ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED],
    ['an empty transactional id', { transactionalId: '' }, ErrorCode.INVALID_REQUEST],
    ['an id without an epoch', { transactionalId: null, producerId: 7 }, ErrorCode.INVALID_REQUEST],
  ])('%s is refused', async (_what, request, errorCode) => {
    const response = await ask(initProducerIdHandler(needs()), 5, request);
    expect(response).toMatchObject({ errorCode, producerId: -1, producerEpoch: -1 });
  });
});
