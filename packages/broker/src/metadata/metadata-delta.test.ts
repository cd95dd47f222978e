import { describe, expect, test } from 'vitest';
import { registration, replayed } from '../../test/metadata/controller-view.ts';
import { MetadataDelta, topicsWithChangedConfigs } from './metadata-delta.ts';
import { EMPTY_IMAGE, liveBrokers, partitionOf } from './metadata-image.ts';
import {
  decodeMetadataRecord,
  encodeMetadataRecord,
  type MetadataRecord,
  UnknownMetadataRecordError,
} from './metadata-record.ts';

const ORDERS_ID = 'b3JkZXJzb3JkZXJzb3JkZQ';

const topic: MetadataRecord = { kind: 'topic', value: { name: 'orders', topicId: ORDERS_ID } };
const removal: MetadataRecord = { kind: 'removeTopic', value: { topicId: ORDERS_ID } };

function partition(partitionId: number): MetadataRecord {
  return {
    kind: 'partition',
    value: {
      partitionId,
      topicId: ORDERS_ID,
      replicas: [1, 2],
      isr: [1, 2],
      removingReplicas: [],
      addingReplicas: [],
      leader: 1,
      leaderRecoveryState: 0,
      leaderEpoch: 4,
      partitionEpoch: 7,
      directories: [ORDERS_ID, ORDERS_ID],
      eligibleLeaderReplicas: null,
      lastKnownElr: null,
    },
  };
}

function changed(leader: number, isr: readonly number[] | null): MetadataRecord {
  return {
    kind: 'partitionChange',
    value: {
      partitionId: 0,
      topicId: ORDERS_ID,
      isr,
      leader,
      replicas: null,
      removingReplicas: null,
      addingReplicas: null,
      leaderRecoveryState: -1,
      directories: null,
      eligibleLeaderReplicas: null,
      lastKnownElr: null,
    },
  };
}

function config(value: string | null): MetadataRecord {
  return {
    kind: 'config',
    value: { resourceType: 2, resourceName: 'orders', name: 'retention.ms', value },
  };
}

const base = replayed([registration(1), topic, partition(0), partition(1), config('5')]);

describe('metadata delta', () => {
  test('leaves the image it began with as it was', () => {
    const after = replayed([changed(2, [2]), config('6'), partition(2)], base);
    expect(partitionOf(base, 'orders', 0)).toMatchObject({ leader: 1, isr: [1, 2] });
    expect(base.topicsByName.get('orders')?.partitions).toHaveLength(2);
    expect(partitionOf(after, 'orders', 0)).toMatchObject({ leader: 2, isr: [2] });
    expect(after.topicsById.get(ORDERS_ID)).toBe(after.topicsByName.get('orders'));
    expect(after.topicsByName.get('orders')?.partitions).toHaveLength(3);
  });

  test('a named leader grows the leader epoch, any change the partition epoch', () => {
    expect(partitionOf(replayed([changed(-2, [1])], base), 'orders', 0)).toMatchObject({
      leader: 1,
      leaderEpoch: 4,
      partitionEpoch: 8,
      isr: [1],
    });
    expect(partitionOf(replayed([changed(1, null)], base), 'orders', 0)).toMatchObject({
      leader: 1,
      leaderEpoch: 5,
      partitionEpoch: 8,
      isr: [1, 2],
    });
  });

  test('tells subscribers what is new, changed and gone', () => {
    const delta = new MetadataDelta(base);
    delta.replay(changed(2, null));
    delta.replay(config('6'));
    const change = delta.changedTopics.get(ORDERS_ID);
    expect([...(change?.changedPartitions ?? [])]).toEqual([0]);
    expect(change?.before).toBe(base.topicsByName.get('orders'));
    expect(topicsWithChangedConfigs(delta)).toEqual(['orders']);

    const gone = new MetadataDelta(base);
    gone.replay(removal);
    expect([...gone.deletedTopics.keys()]).toEqual([ORDERS_ID]);
    expect(gone.changedTopics.size).toBe(0);
    expect(topicsWithChangedConfigs(gone)).toEqual(['orders']);
  });

  test('a topic that came and went within the delta leaves no trace', () => {
    const delta = new MetadataDelta(EMPTY_IMAGE);
    for (const record of [topic, partition(0), removal]) delta.replay(record);
    expect([delta.changedTopics.size, delta.deletedTopics.size]).toEqual([0, 0]);
    expect(delta.imageAt({ offset: 2, epoch: 1 }).topicsByName.size).toBe(0);
  });

  test('a name can be used again in the step that freed it', () => {
    const again: MetadataRecord = {
      kind: 'topic',
      value: { name: 'orders', topicId: 'AAAAAAAAAAAAAAAAAAAABg' },
    };
    const after = replayed([removal, again], base);
    expect(after.topicsByName.get('orders')?.id).toBe('AAAAAAAAAAAAAAAAAAAABg');
    expect([after.topicsById.size, after.configs.size]).toEqual([1, 0]);
  });

  test('brokers are fenced, let in and taken away', () => {
    const fence = (fenced: number): MetadataRecord => ({
      kind: 'brokerRegistrationChange',
      value: {
        brokerId: 1,
        brokerEpoch: 1,
        fenced,
        inControlledShutdown: 0,
        logDirs: [],
        cordonedLogDirs: null,
      },
    });
    const fenced = replayed([fence(1)], base);
    expect(liveBrokers(fenced)).toEqual([]);
    expect(liveBrokers(replayed([fence(0)], fenced))).toEqual([]);
    expect(liveBrokers(replayed([fence(-1)], fenced))).toHaveLength(1);
    const leave: MetadataRecord = { kind: 'unregisterBroker', value: { brokerId: 1, brokerEpoch: 1 } };
    expect(replayed([leave], base).brokers.size).toBe(0);
  });

  test('records that contradict the image stop the replay', () => {
    expect(() => replayed([partition(0)])).toThrow(/does not exist/);
    expect(() => replayed([partition(3)], base)).toThrow(/gap/);
    expect(() => replayed([removal, changed(1, null)], base)).toThrow(/does not exist/);
  });
});

describe('metadata records', () => {
  test('every kind survives its frame', () => {
    const kinds: MetadataRecord[] = [
      registration(3, { rack: 'r' }),
      topic,
      partition(0),
      changed(-2, [1]),
      removal,
      config(null),
      { kind: 'featureLevel', value: { name: 'metadata.version', featureLevel: 30 } },
      { kind: 'producerIds', value: { brokerId: 1, brokerEpoch: 5, nextProducerId: 1000 } },
      { kind: 'unregisterBroker', value: { brokerId: 1, brokerEpoch: 5 } },
      { kind: 'noOp', value: {} },
    ];
    for (const record of kinds) expect(decodeMetadataRecord(encodeMetadataRecord(record))).toEqual(record);
  });

  test('the frame is that of Kafka: version 1, key, version', () => {
    // Dumped from a metadata log of Apache Kafka 4.3.1: metadata.version at level 30.
    const kafka = Buffer.from('010c00116d657461646174612e76657273696f6e001e00', 'hex');
    expect(decodeMetadataRecord(kafka)).toEqual({
      kind: 'featureLevel',
      value: { name: 'metadata.version', featureLevel: 30 },
    });
    expect(Buffer.from(encodeMetadataRecord(decodeMetadataRecord(kafka))).equals(kafka)).toBe(true);
  });

  test.each([
    ['an unknown kind', [1, 99, 0]],
    ['a version from the future', [1, 2, 9]],
    ['another frame', [2, 2, 0]],
  ])('%s is not skipped', (_, bytes) => {
    expect(() => decodeMetadataRecord(new Uint8Array(bytes))).toThrow(UnknownMetadataRecordError);
  });
});
