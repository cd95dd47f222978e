import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deltaBetween, recordsOf } from './image-difference.ts';
import { MetadataDelta } from './metadata-delta.ts';
import { EMPTY_IMAGE, type MetadataImage } from './metadata-image.ts';
import { decodeMetadataRecord, encodeMetadataRecord, type MetadataRecord } from './metadata-record.ts';

/** Steps that are possible whatever came before, by what they are to do. */
type Step =
  | { readonly kind: 'create' | 'delete' | 'grow'; readonly topic: number }
  | { readonly kind: 'change'; readonly topic: number; readonly leader: number }
  | { readonly kind: 'config'; readonly topic: number; readonly value: string | null }
  | { readonly kind: 'register' | 'unregister' | 'fence' | 'controller'; readonly broker: number }
  | { readonly kind: 'feature'; readonly level: number }
  | { readonly kind: 'producerIds'; readonly count: number };

const topic = fc.nat(4);
const broker = fc.integer({ min: 1, max: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom('create', 'delete', 'grow'), topic }),
  fc.record({ kind: fc.constant('change'), topic, leader: broker }),
  fc.record({ kind: fc.constant('config'), topic, value: fc.option(fc.constantFrom('1', '2')) }),
  fc.record({ kind: fc.constantFrom('register', 'unregister', 'fence', 'controller'), broker }),
  fc.record({ kind: fc.constant('feature'), level: fc.nat(2) }),
  fc.record({ kind: fc.constant('producerIds'), count: fc.nat(5) }),
);

const uuid = (kind: string, count: number): string => `${kind}${count}`.padEnd(21, 'A').concat('Q');

/** A cluster to which steps happen, each as the records of one batch. */
class History {
  image: MetadataImage = EMPTY_IMAGE;
  #count = 0;

  run(steps: readonly Step[]): void {
    for (const one of steps) this.#apply(this.#records(one));
  }

  #apply(records: readonly MetadataRecord[]): void {
    const delta = new MetadataDelta(this.image);
    for (const record of records) delta.replay(decodeMetadataRecord(encodeMetadataRecord(record)));
    if (records.length > 0) delta.setFeatureLevel('kraft.version', 1);
    this.image = delta.imageAt({ offset: this.image.offset + 1, epoch: 1 });
  }

  #records(one: Step): readonly MetadataRecord[] {
    const { image } = this;
    const count = ++this.#count;
    const name = 'topic' in one ? `topic-${one.topic}` : '';
    const found = image.topicsByName.get(name);
    const registered = 'broker' in one ? image.brokers.get(one.broker) : undefined;
    switch (one.kind) {
      case 'create':
        if (found !== undefined) return [];
        return [
          { kind: 'topic', value: { name, topicId: uuid('TOPIC', count) } },
          partition(uuid('TOPIC', count), 0),
        ];
      case 'delete':
        return found === undefined ? [] : [{ kind: 'removeTopic', value: { topicId: found.id } }];
      case 'grow':
        return found === undefined ? [] : [partition(found.id, found.partitions.length)];
      case 'change':
        return found === undefined ? [] : [change(found.id, one.leader)];
      case 'config':
        return [
          { kind: 'config', value: { resourceType: 2, resourceName: name, name: 'x', value: one.value } },
        ];
      case 'register':
        return [registration(one.broker, count)];
      case 'unregister':
        if (registered === undefined) return [];
        return [{ kind: 'unregisterBroker', value: { brokerId: one.broker, brokerEpoch: registered.epoch } }];
      case 'fence':
        return registered === undefined ? [] : [fencing(one.broker, registered.epoch)];
      case 'controller':
        return [controller(one.broker, count)];
      case 'feature':
        return [{ kind: 'featureLevel', value: { name: 'some.version', featureLevel: one.level } }];
      case 'producerIds':
        return [
          {
            kind: 'producerIds',
            value: { brokerId: 1, brokerEpoch: 1, nextProducerId: image.nextProducerId + one.count },
          },
        ];
    }
  }
}

function partition(topicId: string, partitionId: number): MetadataRecord {
  return {
    kind: 'partition',
    value: {
      ...{ partitionId, topicId, replicas: [1, 2, 3], isr: [1, 2], leader: 1 },
      ...{ removingReplicas: [], addingReplicas: [3], leaderRecoveryState: 0, leaderEpoch: 4 },
      partitionEpoch: 0,
      directories: [1, 2, 3].map((id) => uuid('DIRECTORY', id)),
      eligibleLeaderReplicas: partitionId % 2 === 0 ? [3] : null,
      lastKnownElr: null,
    },
  };
}

function change(topicId: string, leader: number): MetadataRecord {
  return {
    kind: 'partitionChange',
    value: {
      ...{ partitionId: 0, topicId, leader, isr: [leader], leaderRecoveryState: -1 },
      ...{ replicas: null, removingReplicas: null, addingReplicas: null, directories: null },
      eligibleLeaderReplicas: null,
      lastKnownElr: [leader],
    },
  };
}

const FEATURES = [{ name: 'metadata.version', minSupportedVersion: 7, maxSupportedVersion: 30 }];

function registration(brokerId: number, count: number): MetadataRecord {
  return {
    kind: 'registerBroker',
    value: {
      ...{ brokerId, isMigratingZkBroker: false, brokerEpoch: count, features: FEATURES },
      ...{ rack: count % 2 === 0 ? null : 'here', fenced: true, inControlledShutdown: false },
      incarnationId: uuid('INCARNATION', count),
      endPoints: [{ name: 'PLAINTEXT', host: 'localhost', port: 9092, securityProtocol: 0 }],
      logDirs: [uuid('DIRECTORY', brokerId)],
      cordonedLogDirs: null,
    },
  };
}

function fencing(brokerId: number, brokerEpoch: number): MetadataRecord {
  const unchanged = { inControlledShutdown: 1, logDirs: [], cordonedLogDirs: null };
  return { kind: 'brokerRegistrationChange', value: { brokerId, brokerEpoch, fenced: -1, ...unchanged } };
}

function controller(controllerId: number, count: number): MetadataRecord {
  return {
    kind: 'registerController',
    value: {
      ...{ controllerId, incarnationId: uuid('INCARNATION', count), zkMigrationReady: false },
      endPoints: [{ name: 'CONTROLLER', host: 'localhost', port: 9093, securityProtocol: 0 }],
      features: FEATURES,
    },
  };
}

/** Everything in an image, in an order that does not tell how it came to be. */
function plain(image: MetadataImage): unknown {
  const sorted = (entries: Iterable<readonly [string | number, unknown]>) =>
    [...entries].sort(([left], [right]) => String(left).localeCompare(String(right)));
  const { offset, epoch, nextProducerId } = image;
  return {
    ...{ offset, epoch, nextProducerId },
    features: sorted(image.features.entries()),
    brokers: sorted(image.brokers.entries()),
    controllers: sorted(image.controllers.entries()),
    topicsByName: sorted(image.topicsByName.entries()),
    topicsById: sorted(image.topicsById.entries()),
    configs: sorted([...image.configs.entries()].map(([key, values]) => [key, sorted(values)] as const)),
  };
}

describe('the difference of images', () => {
  test('records of an image make it again', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const history = new History();
        history.run(steps);
        const delta = new MetadataDelta(EMPTY_IMAGE);
        for (const record of recordsOf(history.image)) delta.replay(record);
        const level = history.image.features.get('kraft.version') ?? 0;
        delta.setFeatureLevel('kraft.version', level);
        expect(plain(delta.imageAt(history.image))).toEqual(plain(history.image));
      }),
    );
  });

  test('the step from an image to a later one makes the later one', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.array(step, { maxLength: 40 }), (first, second) => {
        const history = new History();
        history.run(first);
        const before = history.image;
        history.run(second);
        const delta = deltaBetween(before, history.image);
        expect(plain(delta.imageAt(history.image))).toEqual(plain(history.image));
      }),
    );
  });

  test('between an image and itself there is nothing', () => {
    const history = new History();
    history.run([
      { kind: 'register', broker: 1 },
      { kind: 'create', topic: 1 },
      { kind: 'config', topic: 1, value: '1' },
    ]);
    const { changedTopics, changedBrokers, changedConfigs, changedFeatures } = deltaBetween(
      history.image,
      history.image,
    );
    expect([changedTopics.size, changedBrokers.size, changedConfigs.size, changedFeatures.size]).toEqual([
      0, 0, 0, 0,
    ]);
  });
});
