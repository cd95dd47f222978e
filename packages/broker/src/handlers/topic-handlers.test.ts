import { beforeEach, describe, expect, test } from 'vitest';
import { answerTo } from '../../test/metadata/answer-to.ts';
import { type StartedController, startController } from '../../test/metadata/started-controller.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded } from '../protocol/message.ts';
import type { describeTopicPartitionsResponse } from '../protocol/messages/describe-topic-partitions-response.ts';
import { AclOperation, type Authorizer, allowAll } from '../security/authorizer.ts';
import { createPartitionsHandler } from './create-partitions.ts';
import { createTopicsHandler } from './create-topics.ts';
import { deleteTopicsHandler } from './delete-topics.ts';
import { describeTopicPartitionsHandler } from './describe-topic-partitions.ts';
import { metadataHandler } from './metadata.ts';

type Cursor = NonNullable<Decoded<typeof describeTopicPartitionsResponse>['nextCursor']>;

const CLUSTER_ID = 'CLUSTERIDAAAAAAAAAAAAQ';
const ZERO_ID = 'AAAAAAAAAAAAAAAAAAAAAA';

let started: StartedController;
let autoCreated: string[];

beforeEach(async () => {
  started = await startController({ staticValues: { 'num.partitions': '3' } });
  autoCreated = [];
});

function needs(authorizer: Authorizer = allowAll) {
  const { controller } = started;
  return {
    controller,
    authorizer,
    image: () => controller.image,
    clusterId: CLUSTER_ID,
    caughtUp: () => Promise.resolve(),
    autoCreatesTopics: () => true,
    autoCreateTopics: (names: readonly string[]) => autoCreated.push(...names),
    deletesTopics: () => true,
    partitionLimit: () => 2000,
  };
}

/** Allows everything but the named operations on the named topics. */
function without(...denied: readonly (readonly [AclOperation, string])[]): Authorizer {
  return {
    isAllowed: (_, operation, type, name) =>
      type === 'cluster'
        ? operation !== AclOperation.CREATE && operation !== AclOperation.DELETE
        : !denied.some(([deniedOperation, topic]) => deniedOperation === operation && topic === name),
  };
}

function topic(name: string, numPartitions = 1) {
  return { name, numPartitions, replicationFactor: 1, assignments: [], configs: [] };
}

async function create(...names: readonly string[]): Promise<void> {
  const handler = createTopicsHandler(needs());
  await answerTo(handler, 7, { topics: names.map((name) => topic(name)) });
}

describe('CreateTopics', () => {
  test('answers id, counts and configs, and refuses repeated and forbidden names', async () => {
    const { topics } = await answerTo(createTopicsHandler(needs()), 7, {
      topics: [topic('a', -1), topic('b'), topic('b'), topic('__cluster_metadata')],
    });
    const byName = new Map(topics.map((result) => [result.name, result]));
    expect(topics).toHaveLength(3);
    expect(byName.get('a')).toMatchObject({
      errorCode: 0,
      errorMessage: null,
      topicId: started.controller.image.topicsByName.get('a')?.id,
      numPartitions: 3,
      replicationFactor: 1,
    });
    expect(byName.get('a')?.configs?.length).toBe(35);
    expect(byName.get('b')).toMatchObject({
      errorCode: ErrorCode.INVALID_REQUEST,
      errorMessage: 'Duplicate topic name.',
    });
    expect(byName.get('__cluster_metadata')).toMatchObject({
      errorCode: ErrorCode.INVALID_REQUEST,
      errorMessage: 'Creation of internal topic __cluster_metadata is prohibited.',
    });
  });

  test('shows configs only to those who may see them, and creates only for those who may', async () => {
    const handler = createTopicsHandler(
      needs(without([AclOperation.DESCRIBE_CONFIGS, 'a'], [AclOperation.CREATE, 'b'])),
    );
    const { topics } = await answerTo(handler, 7, { topics: [topic('a'), topic('b')] });
    expect(topics).toMatchObject([
      { name: 'a', errorCode: 0, topicConfigErrorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED, configs: [] },
      { name: 'b', errorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED },
    ]);
  });

  test.each([2, 3, 4, 5, 6, 7])('version %i travels the wire', async (version) => {
    const { topics } = await answerTo(createTopicsHandler(needs()), version, {
      topics: [topic(`v${version}`)],
      validateOnly: true,
    });
    expect(topics).toMatchObject([{ name: `v${version}`, errorCode: 0 }]);
    expect(started.controller.image.topicsByName.size).toBe(0);
  });
});

describe('DeleteTopics', () => {
  test('takes names and ids, each once, and answers all of them', async () => {
    await create('a', 'b', 'c', 'd');
    const id = (name: string) => started.controller.image.topicsByName.get(name)?.id ?? '';
    const [a, b, c] = [id('a'), id('b'), id('c')];
    const { responses } = await answerTo(deleteTopicsHandler(needs()), 6, {
      topics: [
        { name: 'a' },
        { name: null, topicId: b },
        { name: 'c', topicId: c },
        { name: null },
        { name: 'd' },
        { name: 'd' },
        { name: 'none' },
        { name: null, topicId: 'AAAAAAAAAAAAAAAAAAAABg' },
      ],
    });
    expect([...started.controller.image.topicsByName.keys()].sort()).toEqual(['c', 'd']);
    expect(responses.map(({ name, topicId, errorCode }) => [name, topicId, errorCode])).toEqual(
      expect.arrayContaining([
        ['a', a, ErrorCode.NONE],
        ['b', b, ErrorCode.NONE],
        ['c', c, ErrorCode.INVALID_REQUEST],
        [null, ZERO_ID, ErrorCode.INVALID_REQUEST],
        ['d', ZERO_ID, ErrorCode.INVALID_REQUEST],
        ['none', ZERO_ID, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
        [null, 'AAAAAAAAAAAAAAAAAAAABg', ErrorCode.UNKNOWN_TOPIC_ID],
      ]),
    );
    expect(responses).toHaveLength(7);
  });

  test('a topic named by name and by id is not deleted', async () => {
    await create('a');
    const topicId = started.controller.image.topicsByName.get('a')?.id ?? '';
    const { responses } = await answerTo(deleteTopicsHandler(needs()), 6, {
      topics: [{ name: 'a' }, { name: null, topicId }],
    });
    expect(responses).toMatchObject([{ errorCode: ErrorCode.INVALID_REQUEST }]);
    expect(started.controller.image.topicsByName.has('a')).toBe(true);
  });

  test('says so when deletion is switched off', async () => {
    await create('a');
    const handler = deleteTopicsHandler({ ...needs(), deletesTopics: () => false });
    const { responses } = await answerTo(handler, 4, { topicNames: ['a'] });
    expect(responses).toMatchObject([{ name: 'a', errorCode: ErrorCode.TOPIC_DELETION_DISABLED }]);
  });

  test('a topic that may not be described keeps its name and its existence to itself', async () => {
    await create('a');
    const topicId = started.controller.image.topicsByName.get('a')?.id ?? '';
    const hidden = without([AclOperation.DESCRIBE, 'a'], [AclOperation.DELETE, 'a']);
    const { responses } = await answerTo(deleteTopicsHandler(needs(hidden)), 6, {
      topics: [{ name: null, topicId }, { name: 'b' }],
    });
    expect(responses).toMatchObject([
      { name: null, topicId, errorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED },
      { name: 'b', errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION },
    ]);
  });
});

describe('CreatePartitions', () => {
  test.each([0, 1, 2, 3])('version %i adds partitions', async (version) => {
    await create('a');
    const { results } = await answerTo(createPartitionsHandler(needs()), version, {
      topics: [{ name: 'a', count: 4, assignments: null }],
    });
    expect(results).toEqual([{ name: 'a', errorCode: 0, errorMessage: null }]);
    expect(started.controller.image.topicsByName.get('a')?.partitions).toHaveLength(4);
  });

  test('a repeated name is refused and grows nothing', async () => {
    await create('a');
    const growing = { name: 'a', count: 4, assignments: null };
    const { results } = await answerTo(createPartitionsHandler(needs()), 3, { topics: [growing, growing] });
    expect(results).toMatchObject([{ name: 'a', errorCode: ErrorCode.INVALID_REQUEST }]);
    expect(started.controller.image.topicsByName.get('a')?.partitions).toHaveLength(1);
  });
});

describe('Metadata', () => {
  test.each(Array.from({ length: 14 }, (_, version) => version))(
    'version %i describes a topic',
    async (version) => {
      await create('a');
      const answer = await answerTo(metadataHandler(needs()), version, { topics: [{ name: 'a' }] });
      expect(answer.brokers).toMatchObject([{ nodeId: 1, host: '127.0.0.1', port: 9092 }]);
      expect(answer.topics).toMatchObject([
        {
          errorCode: 0,
          name: 'a',
          partitions: [{ errorCode: 0, partitionIndex: 0, leaderId: 1, replicaNodes: [1], isrNodes: [1] }],
        },
      ]);
      if (version >= 1) expect(answer.controllerId).toBe(1);
      if (version >= 2) expect(answer.clusterId).toBe(CLUSTER_ID);
    },
  );

  test('no list means all topics; in version 0 an empty one does, later it means none', async () => {
    await create('a', 'b');
    const names = async (version: number, topics: readonly { name: string }[] | null) =>
      (await answerTo(metadataHandler(needs()), version, { topics })).topics.map(({ name }) => name).sort();
    expect(await names(0, [])).toEqual(['a', 'b']);
    expect(await names(1, [])).toEqual([]);
    expect(await names(1, null)).toEqual(['a', 'b']);
    expect(await names(13, null)).toEqual(['a', 'b']);
  });

  test('topics are found by id from version 12 on, and before that an id is an error', async () => {
    await create('a');
    const topicId = started.controller.image.topicsByName.get('a')?.id ?? '';
    const unknown = 'AAAAAAAAAAAAAAAAAAAABg';
    const byId = {
      topics: [
        { name: null, topicId },
        { name: null, topicId: unknown },
      ],
    };
    const { topics } = await answerTo(metadataHandler(needs()), 12, byId);
    expect(topics).toMatchObject([
      { errorCode: 0, name: 'a', topicId },
      { errorCode: ErrorCode.UNKNOWN_TOPIC_ID, name: null, topicId: unknown },
    ]);
    const early = await answerTo(metadataHandler(needs()), 10, byId);
    expect(early.topics.map(({ errorCode }) => errorCode)).toEqual([
      ErrorCode.INVALID_REQUEST,
      ErrorCode.INVALID_REQUEST,
    ]);
  });

  test('a missing topic is asked for once where the request allows it, and answered as unknown', async () => {
    const ask = (allowAutoTopicCreation: boolean) =>
      answerTo(metadataHandler(needs()), 12, {
        topics: [{ name: 'new' }, { name: 'not valid' }],
        allowAutoTopicCreation,
      });
    const { topics } = await ask(true);
    expect(topics.map(({ errorCode }) => errorCode)).toEqual([
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      ErrorCode.INVALID_TOPIC_EXCEPTION,
    ]);
    expect(autoCreated).toEqual(['new']);
    await ask(false);
    expect(autoCreated).toEqual(['new']);
  });

  test('operations are told where they are asked for, and not otherwise', async () => {
    await create('a');
    const asked = await answerTo(metadataHandler(needs()), 8, {
      topics: [{ name: 'a' }],
      includeClusterAuthorizedOperations: true,
      includeTopicAuthorizedOperations: true,
    });
    // READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE, DESCRIBE_CONFIGS and ALTER_CONFIGS, each at its code.
    expect(asked.topics[0]?.topicAuthorizedOperations).toBe(0b110111111000);
    expect(asked.clusterAuthorizedOperations).toBe(0b1111110100000);
    const plain = await answerTo(metadataHandler(needs()), 8, { topics: [{ name: 'a' }] });
    expect(plain.topics[0]?.topicAuthorizedOperations).toBe(-2_147_483_648);
    expect(plain.clusterAuthorizedOperations).toBe(-2_147_483_648);
  });

  test('a coordinator topic is internal, and a client of an unknown listener sees no leader', async () => {
    await create('__consumer_offsets');
    const [found] = (await answerTo(metadataHandler(needs()), 9, { topics: null })).topics;
    expect(found?.isInternal).toBe(true);
    const elsewhere = { listenerName: 'OTHER' };
    const six = await answerTo(metadataHandler(needs()), 6, { topics: null }, elsewhere);
    expect(six.brokers).toEqual([]);
    expect(six.topics[0]?.partitions[0]).toMatchObject({
      errorCode: ErrorCode.LISTENER_NOT_FOUND,
      leaderId: -1,
    });
    const five = await answerTo(metadataHandler(needs()), 5, { topics: null }, elsewhere);
    expect(five.topics[0]?.partitions[0]?.errorCode).toBe(ErrorCode.LEADER_NOT_AVAILABLE);
  });
});

describe('DescribeTopicPartitions', () => {
  test('pages through topics in the order of their names until the cursor is gone', async () => {
    const handler = createTopicsHandler(needs());
    await answerTo(handler, 7, { topics: [topic('b', 3), topic('a', 2), topic('c', 1)] });
    const pages: string[][] = [];
    let cursor: Cursor | null = null;
    do {
      const answer: Decoded<typeof describeTopicPartitionsResponse> = await answerTo(
        describeTopicPartitionsHandler(needs()),
        0,
        {
          topics: [],
          responsePartitionLimit: 2,
          cursor,
        },
      );
      pages.push(
        answer.topics.flatMap(({ name, partitions }) =>
          partitions.map(({ partitionIndex }) => `${name}-${partitionIndex}`),
        ),
      );
      cursor = answer.nextCursor;
    } while (cursor !== null);
    expect(pages).toEqual([
      ['a-0', 'a-1'],
      ['b-0', 'b-1'],
      ['b-2', 'c-0'],
    ]);
  });

  test('a cursor outside of what was asked for is refused', async () => {
    const { topics } = await answerTo(describeTopicPartitionsHandler(needs()), 0, {
      topics: [{ name: 'a' }],
      cursor: { topicName: 'b', partitionIndex: 0 },
    });
    expect(topics).toMatchObject([{ name: 'a', errorCode: ErrorCode.INVALID_REQUEST }]);
  });

  test('a topic that is not there is said to be unknown only when it was named', async () => {
    const { topics } = await answerTo(describeTopicPartitionsHandler(needs()), 0, {
      topics: [{ name: 'none' }, { name: 'not valid' }],
    });
    expect(topics.map(({ errorCode }) => errorCode)).toEqual([
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      ErrorCode.INVALID_TOPIC_EXCEPTION,
    ]);
  });
});
