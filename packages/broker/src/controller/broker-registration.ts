import { METADATA_VERSION_FEATURE } from '../metadata/feature-names.ts';
import type { BrokerEndpoint, BrokerImage, FeatureRange, MetadataImage } from '../metadata/metadata-image.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { changesWhenLeaving, changesWhenUnclean } from './broker-changes.ts';
import { type ApiError, type ControllerView, type Decision, NO_ERROR } from './decision.ts';
import { tracksEligibleLeaders } from './eligible-leaders.ts';

/** What a broker says of itself when it starts. */
export interface BrokerRegistration {
  readonly clusterId: string;
  readonly brokerId: number;
  /** Drawn anew by every start. */
  readonly incarnationId: string;
  readonly endpoints: readonly BrokerEndpoint[];
  readonly features: readonly FeatureRange[];
  readonly rack: string | null;
  /** Ids of its log directories. */
  readonly directories: readonly string[];
  /** The incarnation that stopped cleanly before this one; -1 when none did. */
  readonly previousBrokerEpoch: number;
}

/** What is known of a cluster besides its metadata. */
export interface RegistrationCircumstances {
  readonly clusterId: string;
  /** Whether an incarnation was heard of lately. */
  readonly isAlive: (brokerId: number, brokerEpoch: number) => boolean;
}

export type RegistrationReply =
  | {
      readonly kind: 'registered';
      readonly brokerEpoch: number;
      /** The incarnation was registered already, and only what it says of itself is new. */
      readonly isAmended: boolean;
    }
  | ({ readonly kind: 'refused' } & ApiError);

/**
 * A new incarnation takes the place of the one before it, unless that one lives. It is fenced until it says that it
 * is ready, and whatever the one before it led is led by others. The same incarnation may say more of itself later.
 */
export function registerBroker(
  view: ControllerView,
  registration: BrokerRegistration,
  circumstances: RegistrationCircumstances,
): Decision<RegistrationReply> {
  const existing = view.image.brokers.get(registration.brokerId);
  const error = refusalOf(view.image, { registration, existing, circumstances });
  if (error !== null) return { records: [], response: { kind: 'refused', ...error } };
  if (existing?.incarnationId === registration.incarnationId) {
    const { epoch: brokerEpoch, isFenced: fenced, isInControlledShutdown: inControlledShutdown } = existing;
    return {
      records: [registrationRecord(registration, { brokerEpoch, fenced, inControlledShutdown })],
      response: { kind: 'registered', brokerEpoch, isAmended: true },
    };
  }
  const brokerEpoch = view.nextOffset;
  return {
    records: [
      ...changesFor(view, registration, existing),
      registrationRecord(registration, { brokerEpoch, fenced: true, inControlledShutdown: false }),
    ],
    response: { kind: 'registered', brokerEpoch, isAmended: false },
  };
}

/** Takes a broker out of the cluster; what it led is led by others, and its replicas stay assigned to it. */
export function unregisterBroker(view: ControllerView, brokerId: number): Decision<ApiError> {
  const broker = view.image.brokers.get(brokerId);
  if (broker === undefined) {
    const errorMessage = `Broker ID ${brokerId} is not currently registered`;
    return { records: [], response: { errorCode: ErrorCode.BROKER_ID_NOT_REGISTERED, errorMessage } };
  }
  return {
    records: [
      ...changesWhenLeaving(view, brokerId),
      { kind: 'unregisterBroker', value: { brokerId, brokerEpoch: broker.epoch } },
    ],
    response: NO_ERROR,
  };
}

interface RegistrationCase {
  readonly registration: BrokerRegistration;
  readonly existing: BrokerImage | undefined;
  readonly circumstances: RegistrationCircumstances;
}

function refusalOf(
  image: MetadataImage,
  { registration, existing, circumstances }: RegistrationCase,
): ApiError | null {
  const { clusterId, brokerId, incarnationId } = registration;
  if (clusterId !== circumstances.clusterId) {
    return {
      errorCode: ErrorCode.INCONSISTENT_CLUSTER_ID,
      errorMessage: `Expected cluster ID ${circumstances.clusterId}, but got cluster ID ${clusterId}`,
    };
  }
  const isOther = existing !== undefined && existing.incarnationId !== incarnationId;
  if (isOther && !hasTakenOver(registration, existing) && circumstances.isAlive(brokerId, existing.epoch)) {
    return {
      errorCode: ErrorCode.DUPLICATE_BROKER_REGISTRATION,
      errorMessage: `Another incarnation of broker ${brokerId} is registered and was heard of lately`,
    };
  }
  return invalidDirectories(image, registration) ?? unsupportedFeature(image, registration);
}

/**
 * Where a broker holds the directories and the addresses of the incarnation before it, that one's process is gone,
 * however lately it was heard of: both are held by one process at a time. Nobody waits for its session to be over.
 */
function hasTakenOver({ directories, endpoints }: BrokerRegistration, existing: BrokerImage): boolean {
  const holdsDirectories =
    existing.directories.length > 0 && existing.directories.every((id) => directories.includes(id));
  return holdsDirectories && existing.endpoints.every((former) => endpoints.some(isAddressOf(former)));
}

function isAddressOf(former: BrokerEndpoint): (endpoint: BrokerEndpoint) => boolean {
  return ({ listenerName, host, port }) =>
    listenerName === former.listenerName && host === former.host && port === former.port;
}

function invalidDirectories(
  image: MetadataImage,
  { brokerId, directories }: BrokerRegistration,
): ApiError | null {
  if (directories.length === 0) return invalid('No directories specified in request');
  if (directories.some(isReserved)) return invalid('Reserved directory ID in request');
  if (new Set(directories).size !== directories.length) return invalid('Duplicate directory ID in request');
  for (const broker of image.brokers.values()) {
    const taken = broker.directories.find((directory) => directories.includes(directory));
    if (broker.id !== brokerId && taken !== undefined) {
      return invalid(`Broker ${broker.id} is already registered with directory ${taken}`);
    }
  }
  return null;
}

/** The first hundred ids stand for "not assigned", "lost" and what is still to come. */
function isReserved(directory: string): boolean {
  const bytes = Buffer.from(directory, 'base64url');
  return bytes.subarray(0, -1).every((byte) => byte === 0) && (bytes.at(-1) ?? 0) < RESERVED_DIRECTORIES;
}

const RESERVED_DIRECTORIES = 100;

/** Whatever level the cluster has come to, a broker must be able to work at it. */
function unsupportedFeature(image: MetadataImage, { features }: BrokerRegistration): ApiError | null {
  const ranges = new Map(features.map((range) => [range.name, range]));
  for (const { name, minSupportedVersion: min, maxSupportedVersion: max } of features) {
    const level = image.features.get(name) ?? 0;
    if (level < min || level > max) return unsupported(name, level, { min, max });
  }
  if (!ranges.has(METADATA_VERSION_FEATURE)) {
    return invalid(`Request features do not contain '${METADATA_VERSION_FEATURE}'`);
  }
  for (const [name, level] of image.features.entries()) {
    if (level !== 0 && !ranges.has(name)) return unsupported(name, level, { min: 0, max: 0 });
  }
  return null;
}

function unsupported(
  name: string,
  level: number,
  { min, max }: { readonly min: number; readonly max: number },
): ApiError {
  return {
    errorCode: ErrorCode.UNSUPPORTED_VERSION,
    errorMessage: `The broker does not support the cluster's level ${level} of ${name}, only ${min} to ${max}`,
  };
}

function invalid(errorMessage: string): ApiError {
  return { errorCode: ErrorCode.INVALID_REGISTRATION, errorMessage };
}

/** One that was not stopped cleanly may have lost what it acknowledged, where that is kept track of (KIP-966). */
function changesFor(
  view: ControllerView,
  { brokerId, previousBrokerEpoch }: BrokerRegistration,
  existing: BrokerImage | undefined,
): readonly MetadataRecord[] {
  const wasClean = existing?.epoch === previousBrokerEpoch;
  return tracksEligibleLeaders(view.image) && !wasClean
    ? changesWhenUnclean(view, brokerId)
    : changesWhenLeaving(view, brokerId);
}

function registrationRecord(
  { brokerId, incarnationId, endpoints, features, rack, directories }: BrokerRegistration,
  state: {
    readonly brokerEpoch: number;
    readonly fenced: boolean;
    readonly inControlledShutdown: boolean;
  },
): MetadataRecord {
  return {
    kind: 'registerBroker',
    value: {
      brokerId,
      isMigratingZkBroker: false,
      incarnationId,
      endPoints: endpoints.map(({ listenerName, host, port, securityProtocol }) => ({
        name: listenerName,
        host,
        port,
        securityProtocol,
      })),
      features,
      rack,
      logDirs: directories,
      cordonedLogDirs: null,
      ...state,
    },
  };
}
