import { beforeEach, describe, expect, test } from 'vitest';
import { GroupApiBed, versions } from '../../test/groups/group-api-bed.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { AclOperation } from '../security/authorizer.ts';
import { addOffsetsToTxnHandler } from './add-offsets-to-txn.ts';
import { addPartitionsToTxnHandler } from './add-partitions-to-txn.ts';
import { describeTransactionsHandler } from './describe-transactions.ts';
import { endTxnHandler } from './end-txn.ts';
import { initProducerIdHandler } from './init-producer-id.ts';
import { listTransactionsHandler } from './list-transactions.ts';

let bed: GroupApiBed;
let needs: ReturnType<typeof needsOf>;
beforeEach(async () => {
  bed = await GroupApiBed.ready();
  needs = needsOf(bed);
});

function needsOf({ clock, needs: ofBed }: GroupApiBed) {
  return { ...ofBed, clock };
}

const T = { transactionalId: 't', producerId: 1000, producerEpoch: 0 };
const both = [{ name: 'orders', partitions: [0, 1] }];
const asClient = (topics = both, epoch = 0) => ({
  v3AndBelowTransactionalId: 't',
  ...{ v3AndBelowProducerId: 1000, v3AndBelowProducerEpoch: epoch },
  v3AndBelowTopics: topics,
});

const init = (version = 5, request = {}) =>
  bed.ask(initProducerIdHandler(needs), version, {
    ...{ transactionalId: 't', transactionTimeoutMs: 60_000 },
    ...request,
  });

const deny = (operation: AclOperation, type: string) => {
  bed.authorizer = { isAllowed: (_, asked, resource) => asked !== operation || resource !== type };
};

const codesOf = (topics: readonly { readonly resultsByPartition: readonly object[] }[]) =>
  topics.flatMap(({ resultsByPartition }) =>
    resultsByPartition.map((one) => Object.values(one).map(Number).join('=')),
  );

describe('InitProducerId of a transactional producer', () => {
  test.each(versions(0, 5))('version %i gives it an id and an epoch', async (version) => {
    expect(await init(version)).toMatchObject({ errorCode: 0, producerId: 1000, producerEpoch: 0 });
    expect(await init(version)).toMatchObject({ errorCode: 0, producerId: 1000, producerEpoch: 1 });
  });

  test.each([
    [3, ErrorCode.INVALID_PRODUCER_EPOCH],
    [4, ErrorCode.PRODUCER_FENCED],
  ])('version %i says that it is fenced by code %i', async (version, errorCode) => {
    await init();
    await init();
    const response = await init(version, { producerId: 1000, producerEpoch: 7 });
    expect(response).toMatchObject({ errorCode, producerId: -1, producerEpoch: -1 });
  });

  test('needs WRITE on the transactional id', async () => {
    deny(AclOperation.WRITE, 'transactionalId');
    expect((await init()).errorCode).toBe(ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
  });
});

describe('AddPartitionsToTxn', () => {
  test.each(versions(0, 3))('version %i adds them for a client', async (version) => {
    await init();
    const { resultsByTopicV3AndBelow } = await bed.ask(addPartitionsToTxnHandler(needs), version, asClient());
    expect(codesOf(resultsByTopicV3AndBelow)).toEqual(['0=0', '1=0']);
  });

  test.each(versions(4, 5))('version %i has brokers verify and add, several at once', async (version) => {
    await init();
    const topics = [...both, { name: 'orders', partitions: [1] }];
    const asked = { transactions: [{ ...T, verifyOnly: true, topics }] };
    const before = await bed.ask(addPartitionsToTxnHandler(needs), version, asked);
    const abortable = ErrorCode.TRANSACTION_ABORTABLE;
    expect(codesOf(before.resultsByTransaction[0]?.topicResults ?? [])).toEqual([
      `0=${abortable}`,
      `1=${abortable}`,
      `1=${abortable}`,
    ]);
    const other = { ...T, transactionalId: 'unknown', verifyOnly: false, topics: both };
    const added = await bed.ask(addPartitionsToTxnHandler(needs), version, {
      transactions: [{ ...T, verifyOnly: false, topics }, other],
    });
    const unmapped = ErrorCode.INVALID_PRODUCER_ID_MAPPING;
    expect(added.resultsByTransaction.map(({ topicResults }) => codesOf(topicResults))).toEqual([
      ['0=0', '1=0', '1=0'],
      [`0=${unmapped}`, `1=${unmapped}`],
    ]);
    const after = await bed.ask(addPartitionsToTxnHandler(needs), version, asked);
    expect(codesOf(after.resultsByTransaction[0]?.topicResults ?? [])).toEqual(['0=0', '1=0', '1=0']);
  });

  test('a topic of which no partition is named is not answered, nor added', async () => {
    await init();
    const topics = [
      { name: 'payments', partitions: [] },
      { name: 'orders', partitions: [1] },
    ];
    const { resultsByTopicV3AndBelow } = await bed.ask(addPartitionsToTxnHandler(needs), 3, asClient(topics));
    expect(resultsByTopicV3AndBelow.map(({ name }) => name)).toEqual(['orders']);
    const [state] = (await describeT()).transactionStates;
    expect(state?.topics).toEqual([{ topic: 'orders', partitions: [1] }]);
  });

  test('one partition that is not there keeps the others out', async () => {
    await init();
    const topics = [{ name: 'orders', partitions: [0, 2] }];
    const { resultsByTopicV3AndBelow } = await bed.ask(addPartitionsToTxnHandler(needs), 3, asClient(topics));
    expect(codesOf(resultsByTopicV3AndBelow)).toEqual([
      `0=${ErrorCode.OPERATION_NOT_ATTEMPTED}`,
      `2=${ErrorCode.UNKNOWN_TOPIC_OR_PARTITION}`,
    ]);
    const [state] = (await describeT()).transactionStates;
    expect(state).toMatchObject({ transactionState: 'Empty', topics: [] });
  });

  test.each([
    [1, ErrorCode.INVALID_PRODUCER_EPOCH],
    [2, ErrorCode.PRODUCER_FENCED],
  ])('version %i says that the producer is fenced by code %i', async (version, errorCode) => {
    await init();
    const request = asClient([{ name: 'orders', partitions: [0] }], 3);
    const { resultsByTopicV3AndBelow } = await bed.ask(addPartitionsToTxnHandler(needs), version, request);
    expect(codesOf(resultsByTopicV3AndBelow)).toEqual([`0=${errorCode}`]);
  });

  test('clients need WRITE on the id and the topics, brokers CLUSTER_ACTION', async () => {
    await init();
    const ask = () => bed.ask(addPartitionsToTxnHandler(needs), 3, asClient());
    deny(AclOperation.WRITE, 'transactionalId');
    const ofId = ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
    expect(codesOf((await ask()).resultsByTopicV3AndBelow)).toEqual([`0=${ofId}`, `1=${ofId}`]);
    deny(AclOperation.WRITE, 'topic');
    const ofTopic = ErrorCode.TOPIC_AUTHORIZATION_FAILED;
    expect(codesOf((await ask()).resultsByTopicV3AndBelow)).toEqual([`0=${ofTopic}`, `1=${ofTopic}`]);
    deny(AclOperation.CLUSTER_ACTION, 'cluster');
    const response = await bed.ask(addPartitionsToTxnHandler(needs), 4, {
      transactions: [{ ...T, verifyOnly: true, topics: both }],
    });
    expect(response.errorCode).toBe(ErrorCode.CLUSTER_AUTHORIZATION_FAILED);
  });
});

test.each(versions(0, 4))("AddOffsetsToTxn version %i adds the group's partition", async (version) => {
  await init();
  const response = await bed.ask(addOffsetsToTxnHandler(needs), version, { ...T, groupId: 'g' });
  expect(response.errorCode).toBe(0);
  const [state] = (await describeT()).transactionStates;
  expect(state?.topics).toEqual([{ topic: '__consumer_offsets', partitions: [0] }]);
  deny(AclOperation.READ, 'group');
  const denied = await bed.ask(addOffsetsToTxnHandler(needs), version, { ...T, groupId: 'g' });
  expect(denied.errorCode).toBe(ErrorCode.GROUP_AUTHORIZATION_FAILED);
});

describe('EndTxn', () => {
  test.each(versions(0, 5))('version %i ends what is open', async (version) => {
    await init();
    await bed.ask(addPartitionsToTxnHandler(needs), 3, asClient());
    const response = await bed.ask(endTxnHandler(needs), version, { ...T, committed: true });
    expect(response.errorCode).toBe(0);
    // What the producer goes on with is told from version 5 on.
    expect(response).toMatchObject(
      version >= 5 ? { producerId: 1000, producerEpoch: 1 } : { producerId: -1 },
    );
    // The markers, their answer and the completion each come a turn later.
    for (let turn = 0; turn < 3; turn += 1) await bed.clock.advance(0);
    expect((await describeT()).transactionStates[0]?.transactionState).toBe('CompleteCommit');
  });

  test.each([
    [1, ErrorCode.INVALID_PRODUCER_EPOCH],
    [2, ErrorCode.PRODUCER_FENCED],
  ])('version %i says that the producer is fenced by code %i', async (version, errorCode) => {
    await init();
    const response = await bed.ask(endTxnHandler(needs), version, {
      ...T,
      producerEpoch: 4,
      committed: true,
    });
    expect(response.errorCode).toBe(errorCode);
  });

  test('needs WRITE on the transactional id', async () => {
    deny(AclOperation.WRITE, 'transactionalId');
    const response = await bed.ask(endTxnHandler(needs), 5, { ...T, committed: true });
    expect(response.errorCode).toBe(ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
  });
});

describe('DescribeTransactions and ListTransactions', () => {
  test('describe what is open, without topics that one may not describe', async () => {
    await init();
    await bed.ask(addPartitionsToTxnHandler(needs), 3, asClient());
    expect((await describeT('t', '', 'unknown')).transactionStates).toMatchObject([
      {
        ...{ errorCode: 0, transactionalId: 't', transactionState: 'Ongoing', transactionTimeoutMs: 60_000 },
        ...{ transactionStartTimeMs: bed.clock.wallMs(), producerId: 1000, producerEpoch: 0 },
        topics: [{ topic: 'orders', partitions: [0, 1] }],
      },
      { errorCode: ErrorCode.INVALID_REQUEST, transactionalId: '' },
      { errorCode: ErrorCode.TRANSACTIONAL_ID_NOT_FOUND, transactionalId: 'unknown' },
    ]);
    deny(AclOperation.DESCRIBE, 'topic');
    expect((await describeT()).transactionStates[0]?.topics).toEqual([]);
    deny(AclOperation.DESCRIBE, 'transactionalId');
    expect((await describeT()).transactionStates[0]?.errorCode).toBe(
      ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
    );
    expect((await list(2, {})).transactionStates).toEqual([]);
  });

  test.each(versions(0, 2))('list those that pass all filters, version %i', async (version) => {
    await init();
    await init(5, { transactionalId: 'u' });
    await bed.ask(addPartitionsToTxnHandler(needs), 3, asClient());
    await bed.clock.advance(1000);
    const t = { transactionalId: 't', producerId: 1000, transactionState: 'Ongoing' };
    const u = { transactionalId: 'u', producerId: 1001, transactionState: 'Empty' };
    const listed = async (filters: object) => (await list(version, filters)).transactionStates;
    expect(await listed({})).toEqual([t, u]);
    expect(await listed({ stateFilters: ['Ongoing'] })).toEqual([t]);
    expect(await listed({ producerIdFilters: [1001] })).toEqual([u]);
    expect(await listed({ stateFilters: ['Ongoing'], producerIdFilters: [1001] })).toEqual([]);
    expect(await list(version, { stateFilters: ['Open'] })).toMatchObject({
      ...{ errorCode: 0, unknownStateFilters: ['Open'], transactionStates: [] },
    });
    if (version < 1) return;
    expect(await listed({ stateFilters: ['Ongoing'], durationFilter: 999 })).toEqual([t]);
    expect(await listed({ stateFilters: ['Ongoing'], durationFilter: 1000 })).toEqual([]);
    if (version < 2) return;
    expect(await listed({ transactionalIdPattern: '[a-t]' })).toEqual([t]);
    expect(await listed({ transactionalIdPattern: '' })).toEqual([t, u]);
    expect((await list(version, { transactionalIdPattern: '(' })).errorCode).toBe(
      ErrorCode.INVALID_REGULAR_EXPRESSION,
    );
  });

  test('say where the coordinator is elsewhere, or closed', async () => {
    bed.transactions.resigned(0, 9);
    expect((await describeT()).transactionStates[0]?.errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect((await list(2, {})).transactionStates).toEqual([]);
    bed.transactions.close();
    expect((await describeT()).transactionStates[0]?.errorCode).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
  });
});

function describeT(...transactionalIds: string[]) {
  const ids = transactionalIds.length === 0 ? ['t'] : transactionalIds;
  return bed.ask(describeTransactionsHandler(needs), 0, { transactionalIds: ids });
}

function list(version: number, filters: object) {
  return bed.ask(listTransactionsHandler(needs), version, filters);
}
