import { beforeEach, describe, expect, test } from 'vitest';
import { answerTo } from '../../test/metadata/answer-to.ts';
import { ManualClock } from '../../test/metadata/ports.ts';
import { NODE_ID, type StartedController, startController } from '../../test/metadata/started-controller.ts';
import { ConfigResourceType } from '../metadata/config-resource.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Encodable } from '../protocol/message.ts';
import type { describeConfigsRequest } from '../protocol/messages/describe-configs-request.ts';
import { AclOperation, type Authorizer, allowAll } from '../security/authorizer.ts';
import { allocateProducerIdsHandler } from './allocate-producer-ids.ts';
import { alterConfigsHandler } from './alter-configs.ts';
import { createTopicsHandler } from './create-topics.ts';
import { describeConfigsHandler } from './describe-configs.ts';
import { describeQuorumHandler } from './describe-quorum.ts';
import { incrementalAlterConfigsHandler } from './incremental-alter-configs.ts';
import { listConfigResourcesHandler } from './list-config-resources.ts';

const { TOPIC, BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP } = ConfigResourceType;
const [SET, DELETE] = [0, 1];

let started: StartedController;

beforeEach(async () => {
  started = await startController({ staticValues: { 'log.retention.hours': '2', 'num.partitions': '5' } });
  const topic = { name: 'orders', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
  await answerTo(createTopicsHandler(needs()), 7, { topics: [topic] });
});

function needs(authorizer: Authorizer = allowAll) {
  const { controller, staticValues } = started;
  return {
    controller,
    authorizer,
    nodeId: NODE_ID,
    controllerFor: () => ({ ask: async () => ({ kind: 'unanswered', reason: 'it is this one' }) as const }),
    clock: new ManualClock(),
    caughtUp: () => Promise.resolve(),
    image: () => controller.image,
    node: () => ({ image: controller.image, nodeId: NODE_ID, staticValues }),
  };
}

const noConfigs: Authorizer = {
  isAllowed: (_, operation) =>
    operation !== AclOperation.DESCRIBE_CONFIGS && operation !== AclOperation.ALTER_CONFIGS,
};

function set(resourceType: number, resourceName: string, configs: Readonly<Record<string, string>>) {
  return {
    resourceType,
    resourceName,
    configs: Object.entries(configs).map(([name, value]) => ({ name, value, configOperation: SET })),
  };
}

async function change(...resources: ReturnType<typeof set>[]) {
  const { responses } = await answerTo(incrementalAlterConfigsHandler(needs()), 1, { resources });
  return responses;
}

async function describeResource(
  resourceType: number,
  resourceName: string,
  options: Encodable<typeof describeConfigsRequest> = {},
) {
  const { results } = await answerTo(describeConfigsHandler(needs()), 4, {
    resources: [{ resourceType, resourceName, configurationKeys: null }],
    includeSynonyms: true,
    ...options,
  });
  const [result] = results;
  const configs = new Map(result?.configs.map((config) => [config.name, config]));
  return { errorCode: result?.errorCode, errorMessage: result?.errorMessage, configs };
}

describe('DescribeConfigs', () => {
  test('of a topic: own value before what its broker says before the default', async () => {
    await change(set(TOPIC, 'orders', { 'retention.ms': '5' }), set(BROKER, '', { 'log.retention.ms': '6' }));
    const { configs } = await describeResource(TOPIC, 'orders');
    expect(configs.size).toBe(35);
    expect(configs.get('retention.ms')).toMatchObject({
      value: '5',
      configSource: 1,
      readOnly: false,
      isSensitive: false,
      configType: 5,
      synonyms: [
        { name: 'retention.ms', value: '5', source: 1 },
        { name: 'log.retention.ms', value: '6', source: 3 },
        { name: 'log.retention.hours', value: '2', source: 4 },
        { name: 'log.retention.hours', value: '168', source: 5 },
      ],
    });
    expect(configs.get('flush.messages')).toMatchObject({ value: '9223372036854775807', configSource: 5 });
  });

  test('of a broker: every config, what may change at run time, and never a password', async () => {
    const { configs } = await describeResource(BROKER, '1');
    expect(configs.get('num.partitions')).toMatchObject({ value: '5', configSource: 4, readOnly: true });
    expect(configs.get('log.retention.ms')).toMatchObject({ value: null, configSource: 5, readOnly: false });
    expect(configs.get('ssl.key.password')).toMatchObject({ value: null, isSensitive: true, configType: 9 });
    expect(configs.has('internal.metadata.log.segment.bytes')).toBe(false);
    expect(configs.size).toBeGreaterThan(330);
  });

  test('without a name: what was set for all brokers and nothing else', async () => {
    // What eligible leaders rest on is set from the start.
    const before = (await describeResource(BROKER, '')).configs;
    expect([...before.keys()]).toEqual(['min.insync.replicas']);
    await change(set(BROKER, '', { 'log.retention.ms': '6' }));
    const { configs } = await describeResource(BROKER, '');
    expect([...configs.keys()].sort()).toEqual(['log.retention.ms', 'min.insync.replicas']);
    expect(configs.get('log.retention.ms')).toMatchObject({ value: '6', configSource: 3 });
  });

  test('keys, synonyms and documentation come as they were asked for', async () => {
    const resources = [
      { resourceType: TOPIC, resourceName: 'orders', configurationKeys: ['segment.ms', 'none'] },
    ];
    const plain = await describeResource(TOPIC, 'orders', { resources, includeSynonyms: false });
    expect([...plain.configs.values()]).toMatchObject([
      { name: 'segment.ms', synonyms: [], documentation: null },
    ]);
    const documented = await describeResource(TOPIC, 'orders', { resources, includeDocumentation: true });
    expect(documented.configs.get('segment.ms')?.documentation).toMatch(/\.$/);
  });

  test.each([1, 2, 3, 4])('version %i travels the wire', async (version) => {
    const { results } = await answerTo(describeConfigsHandler(needs()), version, {
      resources: [{ resourceType: TOPIC, resourceName: 'orders', configurationKeys: null }],
      includeSynonyms: true,
    });
    expect(results[0]?.configs).toHaveLength(35);
  });

  test('groups and subscriptions have configs before anything was set on them', async () => {
    expect((await describeResource(GROUP, 'g')).configs.get('consumer.session.timeout.ms')).toMatchObject({
      value: '45000',
      configSource: 5,
    });
    expect((await describeResource(CLIENT_METRICS, 'm')).configs.size).toBe(3);
  });

  test.each([
    [TOPIC, 'none', ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    [TOPIC, 'not valid', ErrorCode.INVALID_TOPIC_EXCEPTION],
    [BROKER, '7', ErrorCode.INVALID_REQUEST],
    [BROKER, 'x', ErrorCode.INVALID_REQUEST],
    [BROKER_LOGGER, '', ErrorCode.INVALID_REQUEST],
    [GROUP, '', ErrorCode.INVALID_REQUEST],
    [CLIENT_METRICS, '', ErrorCode.INVALID_REQUEST],
    [3, 'x', ErrorCode.INVALID_REQUEST],
  ])('type %i named %j is refused with %i', async (type, name, errorCode) => {
    const described = await describeResource(type, name);
    expect([described.errorCode, described.configs.size]).toEqual([errorCode, 0]);
  });

  test('needs the right to', async () => {
    const { results } = await answerTo(describeConfigsHandler(needs(noConfigs)), 4, {
      resources: [TOPIC, BROKER, GROUP].map((resourceType) => ({
        resourceType,
        resourceName: '1',
        configurationKeys: null,
      })),
    });
    expect(results.map(({ errorCode }) => errorCode)).toEqual([
      ErrorCode.TOPIC_AUTHORIZATION_FAILED,
      ErrorCode.CLUSTER_AUTHORIZATION_FAILED,
      ErrorCode.GROUP_AUTHORIZATION_FAILED,
    ]);
  });
});

describe('IncrementalAlterConfigs', () => {
  test('answers every resource in the order of the request', async () => {
    const responses = await change(
      set(TOPIC, 'none', { 'retention.ms': '5' }),
      set(TOPIC, 'orders', { 'retention.ms': '5' }),
      set(BROKER, '7', { 'log.retention.ms': '5' }),
      set(BROKER_LOGGER, '1', { root: 'INFO' }),
      set(3, 'x', {}),
    );
    expect(responses.map(({ errorCode, errorMessage }) => [errorCode, errorMessage])).toEqual([
      [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "The topic 'none' does not exist."],
      [ErrorCode.NONE, null],
      [ErrorCode.INVALID_REQUEST, 'Unexpected broker id, expected 1, but received 7'],
      [ErrorCode.INVALID_CONFIG, 'Logger root does not exist!'],
      [ErrorCode.INVALID_REQUEST, 'Unknown resource type 3'],
    ]);
  });

  test('a resource named twice changes nothing, nor does a config named twice or without a value', async () => {
    const orders = set(TOPIC, 'orders', { 'retention.ms': '5' });
    const twice = await change(orders, orders);
    expect(twice.map(({ errorMessage }) => errorMessage)).toEqual([
      'Each resource must appear at most once.',
      'Each resource must appear at most once.',
    ]);
    const config = { name: 'retention.ms', configOperation: SET };
    const untouched = started.controller.image;
    const ask = async (
      configs: readonly { name: string; configOperation: number; value: string | null }[],
    ) => {
      const resources = [{ resourceType: TOPIC, resourceName: 'orders', configs }];
      const answer = await answerTo(incrementalAlterConfigsHandler(needs()), 1, { resources });
      return answer.responses[0]?.errorMessage;
    };
    expect(
      await ask([
        { ...config, value: '5' },
        { ...config, value: '6' },
      ]),
    ).toBe('Error due to duplicate config keys');
    expect(await ask([{ ...config, value: null }])).toBe('Null value not supported for : retention.ms');
    expect(await ask([{ ...config, configOperation: 9, value: '5' }])).toBe('Unknown operations type 9');
    expect(started.controller.image.configs).toBe(untouched.configs);
    expect(await ask([{ ...config, configOperation: DELETE, value: null }])).toBeNull();
  });

  test('validate-only says the same and changes nothing', async () => {
    const untouched = started.controller.image;
    const resources = [set(TOPIC, 'orders', { 'retention.ms': '5' })];
    const request = { resources, validateOnly: true };
    const { responses } = await answerTo(incrementalAlterConfigsHandler(needs()), 0, request);
    expect(responses).toMatchObject([{ errorCode: 0 }]);
    expect(started.controller.image.configs).toBe(untouched.configs);
  });

  test('needs the right to', async () => {
    const handler = incrementalAlterConfigsHandler(needs(noConfigs));
    const { responses } = await answerTo(handler, 1, {
      resources: [set(TOPIC, 'orders', { 'retention.ms': '5' })],
    });
    expect(responses).toMatchObject([{ errorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED }]);
  });
});

describe('AlterConfigs', () => {
  test.each([0, 1, 2])('version %i replaces all configs of a resource', async (version) => {
    await change(set(TOPIC, 'orders', { 'retention.ms': '5', 'segment.ms': '6' }));
    const { responses } = await answerTo(alterConfigsHandler(needs()), version, {
      resources: [
        { resourceType: TOPIC, resourceName: 'orders', configs: [{ name: 'segment.ms', value: '7' }] },
      ],
    });
    expect(responses).toMatchObject([{ errorCode: 0, resourceName: 'orders' }]);
    const { configs } = await describeResource(TOPIC, 'orders');
    expect(configs.get('segment.ms')?.value).toBe('7');
    expect(configs.get('retention.ms')).toMatchObject({ value: '7200000', configSource: 5 });
  });
});

describe('ListConfigResources', () => {
  test('lists what was asked for; groups only once they have a config', async () => {
    const list = async (version: number, resourceTypes: readonly number[]) =>
      answerTo(listConfigResourcesHandler(needs()), version, version === 0 ? {} : { resourceTypes });
    expect((await list(1, [])).configResources).toEqual([
      { resourceName: 'orders', resourceType: TOPIC },
      { resourceName: '1', resourceType: BROKER },
      { resourceName: '1', resourceType: BROKER_LOGGER },
    ]);
    await change(set(GROUP, 'g', { 'consumer.session.timeout.ms': '45000' }));
    expect((await list(1, [GROUP])).configResources).toEqual([{ resourceName: 'g', resourceType: GROUP }]);
    expect((await list(0, [])).configResources).toEqual([]);
    expect((await list(1, [3])).errorCode).toBe(ErrorCode.UNSUPPORTED_VERSION);
  });
});

describe('DescribeQuorum', () => {
  const metadataLog = { topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] };

  test.each([0, 1, 2])('version %i shows the one voter as leader, caught up', async (version) => {
    const { topics, errorCode } = await answerTo(describeQuorumHandler(needs()), version, {
      topics: [metadataLog],
    });
    const { endOffset } = started.log;
    expect(errorCode).toBe(0);
    expect(topics[0]?.partitions[0]).toMatchObject({
      errorCode: 0,
      leaderId: 1,
      leaderEpoch: 1,
      highWatermark: endOffset,
      currentVoters: [{ replicaId: 1, logEndOffset: endOffset }],
      observers: [],
    });
  });

  test('another partition is unknown', async () => {
    const { topics } = await answerTo(describeQuorumHandler(needs()), 2, {
      topics: [{ topicName: 'orders', partitions: [{ partitionIndex: 0 }] }],
    });
    expect(topics[0]?.partitions[0]?.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  });
});

describe('AllocateProducerIds', () => {
  test('gives blocks that never overlap, to the present incarnation only', async () => {
    const ask = (brokerEpoch: number) =>
      answerTo(allocateProducerIdsHandler(needs()), 0, { brokerId: NODE_ID, brokerEpoch });
    expect(await ask(started.brokerEpoch)).toMatchObject({ producerIdStart: 0, producerIdLen: 1000 });
    expect(await ask(started.brokerEpoch)).toMatchObject({ producerIdStart: 1000 });
    expect((await ask(started.brokerEpoch - 1)).errorCode).toBe(ErrorCode.STALE_BROKER_EPOCH);
  });
});
