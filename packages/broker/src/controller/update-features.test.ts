import { describe, expect, test } from 'vitest';
import { registration, replayed, viewOf } from '../../test/metadata/controller-view.ts';
import type { FeatureRange, MetadataImage } from '../metadata/metadata-image.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { bootstrapRecords, SUPPORTED_FEATURES } from './bootstrap.ts';
import { type FeatureUpdate, UpgradeType, updateFeatures } from './update-features.ts';

const ELR = 'eligible.leader.replicas.version';
const { UPGRADE, SAFE_DOWNGRADE, UNSAFE_DOWNGRADE } = UpgradeType;

const level = (name: string, featureLevel: number): MetadataRecord => ({
  kind: 'featureLevel',
  value: { name, featureLevel },
});

function broker(id: number, features: readonly FeatureRange[] = SUPPORTED_FEATURES): MetadataRecord {
  const record = registration(id);
  return record.kind === 'registerBroker' ? { ...record, value: { ...record.value, features } } : record;
}

function controller(
  controllerId: number,
  features: readonly FeatureRange[] = SUPPORTED_FEATURES,
): MetadataRecord {
  const incarnationId = 'INCARNATIONAAAAAAAAAAQ';
  const value = { controllerId, incarnationId, zkMigrationReady: false, endPoints: [], features };
  return { kind: 'registerController', value };
}

const CLUSTER: readonly MetadataRecord[] = [
  level('metadata.version', 30),
  level('kraft.version', 1),
  ...[1, 2, 3].map((id) => broker(id)),
  ...[1, 2, 3].map((id) => controller(id)),
];

function updated(updates: readonly FeatureUpdate[], records: readonly MetadataRecord[] = CLUSTER) {
  const image = replayed(records);
  const decision = updateFeatures(viewOf(image), updates, [1, 2, 3]);
  return { ...decision, after: replayed(decision.records, image) };
}

const one = (feature: string, to: number, upgradeType: number = UPGRADE): FeatureUpdate[] => [
  { feature, level: to, upgradeType },
];

describe('levels of features', () => {
  test('a new cluster has those that Kafka 4.3.1 gives it, as far as they stand for something here', () => {
    const image = replayed(bootstrapRecords(viewOf(replayed([]), { 'min.insync.replicas': '2' })));
    expect([...image.features.entries()].sort()).toEqual([
      [ELR, 1],
      ['group.version', 1],
      ['metadata.version', 30],
      ['transaction.version', 2],
    ]);
    expect(image.configs.get('4:')).toEqual(new Map([['min.insync.replicas', '2']]));
    expect(bootstrapRecords(viewOf(image))).toEqual([]);
  });

  test('eligible leaders come with one minimum for the whole cluster', () => {
    const config: MetadataRecord = {
      kind: 'config',
      value: { resourceType: 4, resourceName: '2', name: 'min.insync.replicas', value: '3' },
    };
    const { response, after } = updated(one(ELR, 1), [...CLUSTER, config]);
    expect(response.errorCode).toBe(ErrorCode.NONE);
    expect(after.features.get(ELR)).toBe(1);
    expect(after.configs.get('4:')).toEqual(new Map([['min.insync.replicas', '1']]));
    expect(after.configs.has('4:2')).toBe(false);
  });

  test('a feature may be given up by a downgrade', () => {
    const { response, after } = updated(one(ELR, 0, SAFE_DOWNGRADE), [...CLUSTER, level(ELR, 1)]);
    expect(response.errorCode).toBe(ErrorCode.NONE);
    expect(after.features.has(ELR)).toBe(false);
  });

  const old = CLUSTER.map((record) =>
    record.kind === 'featureLevel' && record.value.name === 'metadata.version'
      ? level('metadata.version', 20)
      : record,
  );
  const narrow = [{ name: 'metadata.version', minSupportedVersion: 7, maxSupportedVersion: 30 }];

  test.each<[string, FeatureUpdate[], readonly MetadataRecord[], RegExp]>([
    [
      'of an unknown kind',
      one(ELR, 1, 9),
      CLUSTER,
      /feature eligible.* does not support the given upgrade type/,
    ],
    ['below 0', one(ELR, -1), CLUSTER, /A feature version cannot be less than 0\.$/],
    [
      'of a feature nobody knows',
      one('x', 1),
      CLUSTER,
      /Local controller 1 does not support this feature\.$/,
    ],
    [
      'of no level there is',
      one('metadata.version', 31),
      CLUSTER,
      /Local controller 1 only supports versions 7-30$/,
    ],
    [
      'that a broker cannot work at',
      one(ELR, 1),
      [...CLUSTER, broker(2, narrow)],
      /Broker 2 does not support/,
    ],
    [
      'that another controller cannot work at',
      one(ELR, 1),
      [...CLUSTER, controller(3, narrow)],
      /Controller 3 does not support this feature\.$/,
    ],
    [
      'that a controller has said nothing of',
      one(ELR, 1),
      CLUSTER.slice(0, -1),
      /controller 3 has not registered, and may not support this feature$/,
    ],
    [
      'downwards by an upgrade',
      one(ELR, 0),
      [...CLUSTER, level(ELR, 1)],
      /Can't downgrade the version of this/,
    ],
    ['upwards by a downgrade', one(ELR, 1, SAFE_DOWNGRADE), CLUSTER, /Can't downgrade to a newer version\.$/],
    [
      'that would lose metadata',
      one('metadata.version', 29, SAFE_DOWNGRADE),
      CLUSTER,
      /^Unsupported metadata\.version downgrade from 30 to 29\. Refusing to perform the requested downgrade/,
    ],
    [
      'that would lose metadata, and is meant to',
      one('metadata.version', 20, UNSAFE_DOWNGRADE),
      CLUSTER,
      /from 30 to 20\. Unsafe metadata downgrade is not supported in this version\.$/,
    ],
    ['that rests on another', one(ELR, 1), old, /depends on metadata\.version level 23$/],
    [
      'of the rules of the quorum',
      one('kraft.version', 0, SAFE_DOWNGRADE),
      CLUSTER,
      /Can't downgrade the version/,
    ],
  ])('a change is refused %s', (_, updates, records, message) => {
    const { response, records: made } = updated(updates, records);
    expect(response.errorCode).toBe(ErrorCode.INVALID_UPDATE_VERSION);
    expect(response.errorMessage).toMatch(message);
    expect(made).toEqual([]);
  });

  test('metadata that did not change between two levels may go back', () => {
    const at = (featureLevel: number): MetadataImage =>
      replayed([...CLUSTER.slice(1), level('metadata.version', featureLevel)]);
    const down = (from: number, to: number) =>
      updateFeatures(viewOf(at(from)), one('metadata.version', to, SAFE_DOWNGRADE), [1, 2, 3]).response
        .errorCode;
    expect(down(29, 23)).toBe(ErrorCode.NONE);
    expect(down(29, 22)).toBe(ErrorCode.INVALID_UPDATE_VERSION);
  });

  test('one that is refused takes the others with it', () => {
    const { response, records } = updated([...one(ELR, 1), ...one('x', 1)]);
    expect(response.errorCode).toBe(ErrorCode.INVALID_UPDATE_VERSION);
    expect(records).toEqual([]);
  });

  test('two levels in one request count together', () => {
    const { response, after } = updated([...one('metadata.version', 30), ...one(ELR, 1)], old);
    expect(response.errorCode).toBe(ErrorCode.NONE);
    expect([after.features.get('metadata.version'), after.features.get(ELR)]).toEqual([30, 1]);
  });
});
