import { describe, expect, test } from 'vitest';
import { registration, replayed, viewOf } from '../../test/metadata/controller-view.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { createPartitions } from './create-partitions.ts';
import { createTopics, type NewTopic } from './create-topics.ts';
import { deleteTopics } from './delete-topics.ts';

const cluster = replayed([registration(1), registration(2), registration(3, { fenced: true })]);

function topic(given: Partial<NewTopic> = {}): NewTopic {
  return { name: 'orders', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [], ...given };
}

function onlyResult(given: Partial<NewTopic>, image = cluster) {
  const [result] = createTopics(viewOf(image), [topic(given)]).response;
  return result?.kind === 'failed' ? { errorCode: result.errorCode, message: result.errorMessage } : result;
}

describe('creating topics', () => {
  test('-1 takes the defaults of the cluster, and the topic is made of topic, config and partition records', () => {
    const view = viewOf(cluster, { 'num.partitions': '3', 'default.replication.factor': '2' });
    const configs = [{ name: 'retention.ms', value: '5' }];
    const { records, response } = createTopics(view, [
      topic({ numPartitions: -1, replicationFactor: -1, configs }),
    ]);
    expect(response).toMatchObject([{ kind: 'created', numPartitions: 3, replicationFactor: 2 }]);
    expect(records.map(({ kind }) => kind)).toEqual([
      'topic',
      'config',
      'partition',
      'partition',
      'partition',
    ]);
    const created = replayed(records, cluster).topicsByName.get('orders');
    for (const { replicas, isr, leader, leaderEpoch, directories } of created?.partitions ?? []) {
      expect([...replicas].sort()).toEqual([1, 2]);
      expect(isr).toEqual(replicas);
      expect(leader).toBe(replicas[0]);
      expect(leaderEpoch).toBe(0);
      expect(directories).toEqual(['DIRECTORYAAAAAAAAAAAAQ', 'DIRECTORYAAAAAAAAAAAAQ']);
    }
  });

  test('the answer tells every config in force and where it comes from', () => {
    const view = viewOf(cluster, { 'log.retention.hours': '2' });
    const [result] = createTopics(view, [
      topic({ configs: [{ name: 'segment.bytes', value: '1048576' }] }),
    ]).response;
    const configs = result?.kind === 'created' ? result.configs : [];
    const byName = new Map(configs.map((entry) => [entry.name, entry]));
    expect(configs.map(({ name }) => name)).toEqual([...byName.keys()].sort());
    expect(byName.get('segment.bytes')).toMatchObject({ value: '1048576', source: 1 });
    expect(byName.get('retention.ms')).toMatchObject({ value: '7200000', source: 4 });
    expect(byName.get('flush.messages')).toMatchObject({ value: '9223372036854775807', source: 5 });
    expect(byName.has('internal.segment.bytes')).toBe(false);
  });

  test.each<[string, Partial<NewTopic>, number, string]>([
    [
      'an empty name',
      { name: '' },
      ErrorCode.INVALID_TOPIC_EXCEPTION,
      'Topic name is invalid: the empty string is not allowed',
    ],
    ['a dot', { name: '.' }, ErrorCode.INVALID_TOPIC_EXCEPTION, "Topic name is invalid: '.' is not allowed"],
    [
      'a blank',
      { name: 'a b' },
      ErrorCode.INVALID_TOPIC_EXCEPTION,
      "Topic name is invalid: 'a b' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'",
    ],
    [
      'no partitions',
      { numPartitions: 0 },
      ErrorCode.INVALID_PARTITIONS,
      'Number of partitions was set to an invalid non-positive value.',
    ],
    [
      'no replicas',
      { replicationFactor: 0 },
      ErrorCode.INVALID_REPLICATION_FACTOR,
      'Replication factor must be larger than 0, or -1 to use the default value.',
    ],
    [
      'more replicas than brokers',
      { replicationFactor: 4 },
      ErrorCode.INVALID_REPLICATION_FACTOR,
      'Unable to replicate the partition 4 time(s): The target replication factor of 4 cannot be reached because only 3 broker(s) are registered or some brokers have all their log directories cordoned.',
    ],
    [
      'too many partitions',
      { numPartitions: 10_001 },
      ErrorCode.POLICY_VIOLATION,
      'Excessively large number of partitions per request.',
    ],
    [
      'an assignment beside a replication factor',
      { assignments: [{ partitionIndex: 0, brokerIds: [1] }] },
      ErrorCode.INVALID_REQUEST,
      'A manual partition assignment was specified, but replication factor was not set to -1.',
    ],
    [
      'an unknown broker',
      { numPartitions: -1, replicationFactor: -1, assignments: [{ partitionIndex: 0, brokerIds: [9] }] },
      ErrorCode.INVALID_REPLICA_ASSIGNMENT,
      'The manual partition assignment includes broker 9, but no such broker is registered.',
    ],
    [
      'a broker named twice',
      { numPartitions: -1, replicationFactor: -1, assignments: [{ partitionIndex: 0, brokerIds: [1, 1] }] },
      ErrorCode.INVALID_REPLICA_ASSIGNMENT,
      'The manual partition assignment includes the broker 1 more than once.',
    ],
    [
      'only fenced brokers',
      { numPartitions: -1, replicationFactor: -1, assignments: [{ partitionIndex: 0, brokerIds: [3] }] },
      ErrorCode.INVALID_REPLICA_ASSIGNMENT,
      'All brokers specified in the manual partition assignment for partition 0 are fenced or in controlled shutdown.',
    ],
    [
      'a gap between partitions',
      { numPartitions: -1, replicationFactor: -1, assignments: [{ partitionIndex: 1, brokerIds: [1] }] },
      ErrorCode.INVALID_REPLICA_ASSIGNMENT,
      'partitions should be a consecutive 0-based integer sequence',
    ],
    [
      'an unknown config',
      { configs: [{ name: 'retention', value: '1' }] },
      ErrorCode.INVALID_CONFIG,
      'Unknown topic config name: retention',
    ],
    [
      'a config without a value',
      { configs: [{ name: 'retention.ms', value: null }] },
      ErrorCode.INVALID_CONFIG,
      'Null value not supported for topic configs: retention.ms',
    ],
    [
      'records that must be compacted before they may be',
      {
        configs: [
          { name: 'min.compaction.lag.ms', value: '2' },
          { name: 'max.compaction.lag.ms', value: '1' },
        ],
      },
      ErrorCode.INVALID_CONFIG,
      'conflict topic config setting min.compaction.lag.ms (2) > max.compaction.lag.ms (1)',
    ],
    [
      'a config without effect',
      { configs: [{ name: 'remote.storage.enable', value: 'true' }] },
      ErrorCode.INVALID_CONFIG,
      'Configuration remote.storage.enable belongs to a feature that Odradek does not have; only false is accepted',
    ],
  ])('%s is refused', (_, given, errorCode, message) => {
    expect(onlyResult(given)).toEqual({ errorCode, message });
  });

  test.each(['compact', 'compact,delete'])('a topic may have cleanup.policy=%s', (value) => {
    const configs = [{ name: 'cleanup.policy', value }];
    expect(onlyResult({ configs })).toMatchObject({ kind: 'created' });
  });

  test('names that differ only in . and _ collide with what exists', () => {
    const image = replayed(createTopics(viewOf(cluster), [topic({ name: 'a.b' })]).records, cluster);
    expect(onlyResult({ name: 'a_b' }, image)).toEqual({
      errorCode: ErrorCode.INVALID_TOPIC_EXCEPTION,
      message: "Topic 'a_b' collides with existing topic: a.b",
    });
    expect(onlyResult({ name: 'a.b' }, image)).toEqual({
      errorCode: ErrorCode.TOPIC_ALREADY_EXISTS,
      message: "Topic 'a.b' already exists.",
    });
  });

  test('a topic that fails keeps no other from being created', () => {
    const { records, response } = createTopics(viewOf(cluster), [
      topic({ name: 'bad name' }),
      topic({ name: 'good' }),
    ]);
    expect(response.map(({ kind }) => kind)).toEqual(['failed', 'created']);
    expect(replayed(records, cluster).topicsByName.has('good')).toBe(true);
  });
});

describe('adding partitions', () => {
  const image = replayed(createTopics(viewOf(cluster), [topic({ numPartitions: 2 })]).records, cluster);

  test('leaves the old ones as they are', () => {
    const growing = { name: 'orders', count: 4, assignments: null };
    const { records, response } = createPartitions(viewOf(image), [growing]);
    expect(response).toEqual([{ name: 'orders', errorCode: 0, errorMessage: null }]);
    const grown = replayed(records, image).topicsByName.get('orders')?.partitions ?? [];
    expect(grown).toHaveLength(4);
    expect(grown.slice(0, 2)).toEqual(image.topicsByName.get('orders')?.partitions);
  });

  test.each([
    [{ name: 'none', count: 4, assignments: null }, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, null],
    [
      { name: 'orders', count: 2, assignments: null },
      ErrorCode.INVALID_PARTITIONS,
      'Topic already has 2 partition(s).',
    ],
    [
      { name: 'orders', count: 1, assignments: null },
      ErrorCode.INVALID_PARTITIONS,
      'The topic orders currently has 2 partition(s); 1 would not be an increase.',
    ],
    [
      { name: 'orders', count: 4, assignments: [{ brokerIds: [1] }] },
      ErrorCode.INVALID_REPLICA_ASSIGNMENT,
      'Attempted to add 2 additional partition(s), but only 1 assignment(s) were specified.',
    ],
    [
      { name: 'orders', count: 3, assignments: [{ brokerIds: [1, 2] }] },
      ErrorCode.INVALID_REPLICA_ASSIGNMENT,
      'The manual partition assignment includes a partition with 2 replica(s), but this is not consistent with previous partitions, which have 1 replica(s).',
    ],
  ])('%j is refused', (growing, errorCode, errorMessage) => {
    expect(createPartitions(viewOf(image), [growing])).toEqual({
      records: [],
      response: [{ name: growing.name, errorCode, errorMessage }],
    });
  });
});

describe('deleting topics', () => {
  test('takes the topic and its configs away, and lets the name be used again', () => {
    const configs = [{ name: 'retention.ms', value: '5' }];
    const image = replayed(createTopics(viewOf(cluster), [topic({ configs })]).records, cluster);
    const id = image.topicsByName.get('orders')?.id ?? '';
    const { records } = deleteTopics(viewOf(image), [id]);
    const after = replayed(records, image);
    expect([after.topicsByName.size, after.topicsById.size, after.configs.size]).toEqual([0, 0, 0]);
    expect(onlyResult({}, after)).toMatchObject({ kind: 'created' });
  });

  test('an id that nobody has is UNKNOWN_TOPIC_ID', () => {
    const { response } = deleteTopics(viewOf(cluster), ['AAAAAAAAAAAAAAAAAAAAAQ']);
    expect(response).toMatchObject([{ errorCode: ErrorCode.UNKNOWN_TOPIC_ID }]);
  });
});
