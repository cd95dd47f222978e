import type { BrokerEndpoint, MetadataImage } from '../metadata/metadata-image.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import type { ControllerView, Decision } from './decision.ts';

/** Levels of a feature that a node can work at. */
export interface FeatureRange {
  readonly name: string;
  readonly minSupportedVersion: number;
  readonly maxSupportedVersion: number;
}

/** What a broker says of itself when it starts. */
export interface BrokerRegistration {
  readonly brokerId: number;
  /** Drawn anew by every start. */
  readonly incarnationId: string;
  readonly endpoints: readonly BrokerEndpoint[];
  readonly features: readonly FeatureRange[];
  readonly rack: string | null;
  /** Ids of its log directories. */
  readonly directories: readonly string[];
}

export interface RegisteredBroker {
  readonly brokerEpoch: number;
}

/** A new incarnation takes the place of the one before it; it is fenced until it says that it is ready. */
export function registerBroker(
  view: ControllerView,
  registration: BrokerRegistration,
): Decision<RegisteredBroker> {
  const brokerEpoch = view.nextOffset;
  return {
    records: [
      {
        kind: 'registerBroker',
        value: {
          brokerId: registration.brokerId,
          isMigratingZkBroker: false,
          incarnationId: registration.incarnationId,
          brokerEpoch,
          endPoints: registration.endpoints.map(({ listenerName, host, port, securityProtocol }) => ({
            name: listenerName,
            host,
            port,
            securityProtocol,
          })),
          features: registration.features,
          rack: registration.rack,
          fenced: true,
          inControlledShutdown: false,
          logDirs: registration.directories,
          cordonedLogDirs: null,
        },
      },
    ],
    response: { brokerEpoch },
  };
}

/**
 * Lets a registered broker take part. It is elected anew for every partition it led or alone is in sync for: what
 * an earlier incarnation had written but not forced to disk may be gone, and clients see that by the leader epoch.
 */
export function unfenceBroker(
  view: ControllerView,
  broker: { readonly id: number; readonly epoch: number },
): Decision<RegisteredBroker> {
  return {
    records: [
      {
        kind: 'brokerRegistrationChange',
        value: {
          brokerId: broker.id,
          brokerEpoch: broker.epoch,
          fenced: -1,
          inControlledShutdown: 0,
          logDirs: [],
          cordonedLogDirs: null,
        },
      },
      ...electionsOf(view.image, broker.id),
    ],
    response: { brokerEpoch: broker.epoch },
  };
}

function electionsOf(image: MetadataImage, brokerId: number): MetadataRecord[] {
  const records: MetadataRecord[] = [];
  for (const topic of image.topicsById.values()) {
    for (const [partitionId, { leader, isr }] of topic.partitions.entries()) {
      if (leader === brokerId || (leader === -1 && isr.includes(brokerId))) {
        records.push(leaderChange(topic.id, partitionId, brokerId));
      }
    }
  }
  return records;
}

function leaderChange(topicId: string, partitionId: number, leader: number): MetadataRecord {
  return {
    kind: 'partitionChange',
    value: {
      partitionId,
      topicId,
      leader,
      isr: null,
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
