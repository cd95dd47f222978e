import { describe, expect, test } from 'vitest';
import { registration, replayed, viewOf } from '../../test/metadata/controller-view.ts';
import { ConfigResourceType } from '../metadata/config-resource.ts';
import { dynamicConfigs, type MetadataImage } from '../metadata/metadata-image.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { type ConfigOperation, changeConfigs, replaceConfigs } from './config-changes.ts';
import { createTopics } from './create-topics.ts';

const ORDERS = { type: ConfigResourceType.TOPIC, name: 'orders' };
const ALL_BROKERS = { type: ConfigResourceType.BROKER, name: '' };
const BROKER_1 = { type: ConfigResourceType.BROKER, name: '1' };

const cluster = (() => {
  const image = replayed([registration(1)]);
  const topic = { name: 'orders', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
  return replayed(createTopics(viewOf(image), [topic]).records, image);
})();

type Change = readonly [name: string, operation: ConfigOperation, value: string];

function change(resource: { type: number; name: string }, changes: readonly Change[], image = cluster) {
  const operations = new Map(
    changes.map(([name, operation, value]) => [name, { operation, value }] as const),
  );
  const { records, response } = changeConfigs(viewOf(image), [{ resource, operations }]);
  const after: MetadataImage = replayed(records, image);
  return {
    error: { code: response[0]?.errorCode, message: response[0]?.errorMessage },
    after,
    values: Object.fromEntries(dynamicConfigs(after, resource.type, resource.name)),
  };
}

describe('changing configs', () => {
  test('SET, DELETE, and then nothing is left behind', () => {
    const set = change(ORDERS, [['retention.ms', 'SET', '5']]);
    expect(set.values).toEqual({ 'retention.ms': '5' });
    const deleted = change(ORDERS, [['retention.ms', 'DELETE', '']], set.after);
    expect(deleted.error.code).toBe(0);
    expect(deleted.after.configs.size).toBe(0);
  });

  test('APPEND and SUBTRACT begin with the default and keep entries single', () => {
    expect(change(ORDERS, [['cleanup.policy', 'APPEND', 'delete']]).values).toEqual({
      'cleanup.policy': 'delete',
    });
    expect(change(ORDERS, [['cleanup.policy', 'SUBTRACT', 'delete']]).values).toEqual({
      'cleanup.policy': '',
    });
    expect(change(ORDERS, [['retention.ms', 'APPEND', '5']]).error).toEqual({
      code: ErrorCode.INVALID_CONFIG,
      message: "Can't APPEND to key retention.ms because its type is not LIST.",
    });
  });

  test('one bad value keeps the whole resource as it was, and no other resource', () => {
    const { records, response } = changeConfigs(viewOf(cluster), [
      {
        resource: ORDERS,
        operations: new Map([
          ['segment.ms', { operation: 'SET', value: '10' }],
          ['retention.ms', { operation: 'SET', value: 'soon' }],
        ]),
      },
      {
        resource: ALL_BROKERS,
        operations: new Map([['log.retention.ms', { operation: 'SET', value: '10' }]]),
      },
    ]);
    expect(response.map(({ errorCode }) => errorCode)).toEqual([ErrorCode.INVALID_CONFIG, 0]);
    expect(records).toHaveLength(1);
  });

  test('AlterConfigs takes away what it does not name', () => {
    const { after } = change(ORDERS, [
      ['retention.ms', 'SET', '5'],
      ['segment.ms', 'SET', '6'],
    ]);
    const values = new Map([['segment.ms', '7']]);
    const { records } = replaceConfigs(viewOf(after), [{ resource: ORDERS, values }]);
    expect(Object.fromEntries(dynamicConfigs(replayed(records, after), ORDERS.type, ORDERS.name))).toEqual({
      'segment.ms': '7',
    });
  });

  test.each<[{ type: number; name: string }, Change, number, string]>([
    [
      { type: ConfigResourceType.TOPIC, name: 'none' },
      ['retention.ms', 'SET', '5'],
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      "The topic 'none' does not exist.",
    ],
    [
      { type: ConfigResourceType.TOPIC, name: '' },
      ['retention.ms', 'SET', '5'],
      ErrorCode.INVALID_REQUEST,
      'Default topic resources are not allowed.',
    ],
    [
      { type: ConfigResourceType.BROKER, name: '7' },
      ['log.retention.ms', 'SET', '5'],
      ErrorCode.BROKER_ID_NOT_REGISTERED,
      'No node with id 7 found.',
    ],
    [
      BROKER_1,
      ['node.id', 'SET', '5'],
      ErrorCode.INVALID_REQUEST,
      'Cannot update these configs dynamically: [node.id]',
    ],
    [
      ALL_BROKERS,
      ['ssl.keystore.location', 'SET', '/k'],
      ErrorCode.INVALID_REQUEST,
      'Cannot update these configs at default cluster level, broker id must be specified: [ssl.keystore.location]',
    ],
    [
      BROKER_1,
      ['log.retention.ms', 'SET', 'soon'],
      ErrorCode.INVALID_REQUEST,
      'Invalid value soon for configuration log.retention.ms: Not a number of type LONG',
    ],
    [
      BROKER_1,
      ['log.retention.ms', 'SET', '0'],
      ErrorCode.INVALID_REQUEST,
      'log.retention.ms must be unlimited (-1) or, greater than or equal to 1',
    ],
    [
      BROKER_1,
      ['num.io.threads', 'SET', '16'],
      ErrorCode.INVALID_CONFIG,
      'Odradek does not honour other values for configuration num.io.threads; only 8 is accepted',
    ],
    [BROKER_1, ['my.own', 'SET', '5'], ErrorCode.INVALID_CONFIG, 'Unknown broker config name: my.own'],
    [
      { type: ConfigResourceType.GROUP, name: 'g' },
      ['share.session.timeout.ms', 'SET', '50000'],
      ErrorCode.INVALID_CONFIG,
      'Configuration share.session.timeout.ms belongs to a feature that Odradek does not have; only 45000 is accepted',
    ],
    [
      { type: ConfigResourceType.GROUP, name: 'g' },
      ['consumer.session.timeout.ms', 'SET', '44999'],
      ErrorCode.INVALID_CONFIG,
      'consumer.session.timeout.ms must be greater than or equal to group.consumer.min.session.timeout.ms',
    ],
    [
      { type: ConfigResourceType.GROUP, name: 'g' },
      ['consumer.heartbeat.interval.ms', 'SET', '15001'],
      ErrorCode.INVALID_CONFIG,
      'consumer.heartbeat.interval.ms must be less than or equal to group.consumer.max.heartbeat.interval.ms',
    ],
  ])('%j %j is refused', (resource, given, code, message) => {
    const { error, after } = change(resource, [given]);
    expect(error).toEqual({ code, message });
    expect(after.configs.size).toBe(0);
  });
});
