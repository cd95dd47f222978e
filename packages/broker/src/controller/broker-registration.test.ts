import { describe, expect, test } from 'vitest';
import { registration as registrationRecord, replayed, viewOf } from '../../test/metadata/controller-view.ts';
import { clusterWith, partitionAfter } from '../../test/metadata/three-brokers.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { ZERO_UUID } from '../protocol/uuid.ts';
import { type BrokerRegistration, registerBroker, unregisterBroker } from './broker-registration.ts';

const CLUSTER_ID = 'CLUSTERAAAAAAAAAAAAAAQ';
const DIRECTORY = 'DIRECTORYBBBBBBBBBBBBQ';
const METADATA_VERSION = { name: 'metadata.version', minSupportedVersion: 7, maxSupportedVersion: 30 };
const ELIGIBLE_LEADERS = {
  name: 'eligible.leader.replicas.version',
  minSupportedVersion: 0,
  maxSupportedVersion: 1,
};

function registrationOf(given: Partial<BrokerRegistration> = {}): BrokerRegistration {
  return {
    clusterId: CLUSTER_ID,
    brokerId: 1,
    incarnationId: 'INCARNATIONBBBBBBBBBBQ',
    endpoints: [{ listenerName: 'PLAINTEXT', host: 'host', port: 9092, securityProtocol: 0 }],
    features: [METADATA_VERSION, ELIGIBLE_LEADERS],
    rack: null,
    directories: [DIRECTORY],
    previousBrokerEpoch: -1,
    ...given,
  };
}

const atLevel30 = (image: MetadataImage) =>
  replayed([{ kind: 'featureLevel', value: { name: 'metadata.version', featureLevel: 30 } }], image);

function register(
  image: MetadataImage,
  given: Partial<BrokerRegistration> = {},
  alive: readonly number[] = [],
) {
  return registerBroker(viewOf(image), registrationOf(given), {
    clusterId: CLUSTER_ID,
    isAlive: (id) => alive.includes(id),
  });
}

describe('registration of a broker', () => {
  const empty = atLevel30(replayed([]));

  test('a new broker is fenced, and its epoch is where its records begin', () => {
    const { records, response } = register(empty);
    expect(response).toMatchObject({ kind: 'registered', brokerEpoch: empty.offset + 1 });
    expect(replayed(records, empty).brokers.get(1)).toMatchObject({
      epoch: empty.offset + 1,
      isFenced: true,
      directories: [DIRECTORY],
    });
  });

  const reserved = (last: number) => Buffer.from([...Array(15).fill(0), last]).toString('base64url');

  test.each<[string, Partial<BrokerRegistration>, number]>([
    ['another cluster', { clusterId: 'OTHERAAAAAAAAAAAAAAAAQ' }, ErrorCode.INCONSISTENT_CLUSTER_ID],
    ['no directory', { directories: [] }, ErrorCode.INVALID_REGISTRATION],
    ['the directory "unassigned"', { directories: [ZERO_UUID] }, ErrorCode.INVALID_REGISTRATION],
    ['the last reserved directory', { directories: [reserved(99)] }, ErrorCode.INVALID_REGISTRATION],
    ['a directory twice', { directories: [DIRECTORY, DIRECTORY] }, ErrorCode.INVALID_REGISTRATION],
    ['no metadata.version', { features: [] }, ErrorCode.INVALID_REGISTRATION],
    [
      'too new a metadata.version',
      { features: [{ ...METADATA_VERSION, minSupportedVersion: 31, maxSupportedVersion: 32 }] },
      ErrorCode.UNSUPPORTED_VERSION,
    ],
    [
      'too old a metadata.version',
      { features: [{ ...METADATA_VERSION, maxSupportedVersion: 29 }] },
      ErrorCode.UNSUPPORTED_VERSION,
    ],
    [
      'a feature that must be there',
      { features: [METADATA_VERSION, { name: 'f', minSupportedVersion: 1, maxSupportedVersion: 2 }] },
      ErrorCode.UNSUPPORTED_VERSION,
    ],
  ])('refuses %s', (_what, given, errorCode) => {
    const { records, response } = register(empty, given);
    expect(response).toMatchObject({ kind: 'refused', errorCode });
    expect(records).toEqual([]);
  });

  test('takes the first directory id that is not reserved', () => {
    expect(register(empty, { directories: [reserved(100)] }).response.kind).toBe('registered');
  });

  test('refuses a broker that does not know a feature of the cluster', () => {
    const image = atLevel30(clusterWith());
    const { response } = register(image, { features: [METADATA_VERSION] });
    expect(response).toMatchObject({ kind: 'refused', errorCode: ErrorCode.UNSUPPORTED_VERSION });
  });

  test('refuses a directory of another broker, and takes its own again', () => {
    const image = replayed([registrationRecord(1)], empty);
    const [directory] = image.brokers.get(1)?.directories ?? [];
    const directories = [directory ?? ''];
    expect(register(image, { brokerId: 2, directories }).response).toMatchObject({
      errorCode: ErrorCode.INVALID_REGISTRATION,
    });
    expect(register(image, { directories }).response.kind).toBe('registered');
  });

  test('refuses another incarnation while the one before it lives', () => {
    const image = replayed([registrationRecord(1)], empty);
    expect(register(image, {}, [1]).response).toMatchObject({
      errorCode: ErrorCode.DUPLICATE_BROKER_REGISTRATION,
    });
    expect(register(image, {}, [2]).response.kind).toBe('registered');
  });

  test('takes a restart that holds the directories and the addresses of the incarnation before it', () => {
    const image = replayed([registrationRecord(1)], empty);
    const { directories = [], endpoints = [] } = image.brokers.get(1) ?? {};
    expect(register(image, { directories, endpoints }, [1]).response.kind).toBe('registered');
    for (const other of [{ directories }, { endpoints }]) {
      expect(register(image, other, [1]).response).toMatchObject({
        errorCode: ErrorCode.DUPLICATE_BROKER_REGISTRATION,
      });
    }
  });

  test('an incarnation that says more of itself keeps epoch, fence and shutdown, and leads on', () => {
    const image = atLevel30(clusterWith({ stopping: [1] }));
    const incarnationId = image.brokers.get(1)?.incarnationId ?? '';
    const { records, response } = register(image, { incarnationId, rack: 'r1' }, [1]);
    expect(response).toMatchObject({ kind: 'registered', brokerEpoch: 1, isAmended: true });
    expect(records).toHaveLength(1);
    expect(replayed(records, image).brokers.get(1)).toMatchObject({
      epoch: 1,
      rack: 'r1',
      isFenced: false,
      isInControlledShutdown: true,
    });
  });

  // Out of sync, and alone at its minimum: what it has acknowledged may be committed.
  const ofOne = { replicas: [1], isr: [1], leader: 1 };

  test.each([
    ['one that stopped cleanly stays eligible', 1, [1]],
    ['one that did not is eligible for nothing', 7, []],
    ['one that does not know is eligible for nothing', -1, []],
  ])('%s', (_what, previousBrokerEpoch, eligibleLeaderReplicas) => {
    const image = atLevel30(clusterWith({ partition: ofOne }));
    const { records } = register(image, { previousBrokerEpoch });
    expect(partitionAfter(image, records)).toMatchObject({ leader: -1, isr: [], eligibleLeaderReplicas });
  });

  test('others lead what the incarnation before it led', () => {
    const image = atLevel30(clusterWith());
    expect(partitionAfter(image, register(image).records)).toMatchObject({ leader: 2, isr: [2, 3] });
  });
});

describe('taking a broker out', () => {
  test('others lead what it led, and it is gone', () => {
    const image = clusterWith();
    const { records, response } = unregisterBroker(viewOf(image), 1);
    expect(response.errorCode).toBe(ErrorCode.NONE);
    expect(partitionAfter(image, records)).toMatchObject({ leader: 2, isr: [2, 3], replicas: [1, 2, 3] });
    expect(replayed(records, image).brokers.has(1)).toBe(false);
  });

  test('one that is not there is not', () => {
    const { records, response } = unregisterBroker(viewOf(clusterWith()), 9);
    expect(records).toEqual([]);
    expect(response).toEqual({
      errorCode: ErrorCode.BROKER_ID_NOT_REGISTERED,
      errorMessage: 'Broker ID 9 is not currently registered',
    });
  });
});
