import { TRANSACTION_VERSION_FEATURE } from '../metadata/feature-names.ts';
import type { MetadataDelta } from '../metadata/metadata-delta.ts';
import { EMPTY_IMAGE, type MetadataImage, NO_LEADER, partitionOf } from '../metadata/metadata-image.ts';
import type { MetadataSubscriber } from '../metadata/metadata-publisher.ts';
import { TRANSACTION_STATE_TOPIC } from '../metadata/topic-name.ts';
import type { LeadershipListener } from '../replication/replicas.ts';
import type { Clock } from '../runtime/clock.ts';
import type { MarkerDestination } from '../transactions/marker-sender.ts';
import type { ProducerIds } from '../transactions/producer-ids.ts';
import { TransactionCoordinator } from '../transactions/transaction-coordinator.ts';
import type { BrokerLinks } from './broker-links.ts';
import type { BrokerStart } from './open-rooms.ts';
import { PartitionCoordinatorLog } from './partition-coordinator-log.ts';

/** What the transaction coordinator knows of the metadata: the newest there is, which is that of its leadership or later. */
export class TransactionMetadataView implements MetadataSubscriber {
  #image: MetadataImage = EMPTY_IMAGE;
  #changed: () => void = () => {};

  get image(): MetadataImage {
    return this.#image;
  }

  /** Calls back when partitions may have other leaders. */
  whenChanged(changed: () => void): void {
    this.#changed = changed;
  }

  onMetadata(_delta: MetadataDelta, image: MetadataImage): void {
    this.#image = image;
    this.#changed();
  }

  /** A partition without a leader will have one; one that is not in the metadata was deleted. */
  leaderOf(topic: string, index: number): MarkerDestination {
    const partition = partitionOf(this.#image, topic, index);
    if (partition !== undefined && partition.leader !== NO_LEADER) {
      return { kind: 'broker', brokerId: partition.leader };
    }
    // Metadata without the topic that transactions lie in says nothing of others.
    const isGone = partition === undefined && this.#image.topicsByName.has(TRANSACTION_STATE_TOPIC);
    return { kind: isGone ? 'gone' : 'nobody' };
  }
}

/** The transaction coordinator of this broker, with what the broker's configs and metadata say. */
export function transactionCoordinator(
  { config: { values }, runtime }: BrokerStart,
  {
    view,
    producerIds,
    markerLinks,
  }: {
    readonly view: TransactionMetadataView;
    readonly producerIds: ProducerIds;
    readonly markerLinks: BrokerLinks;
  },
): TransactionCoordinator {
  const coordinator = new TransactionCoordinator({
    ...{ clock: runtime.clock, logger: runtime.logger, producerIds },
    config: {
      maxTimeoutMs: values.number('transaction.max.timeout.ms'),
      timeoutCheckIntervalMs: values.number('transaction.abort.timed.out.transaction.cleanup.interval.ms'),
      idExpirationMs: values.number('transactional.id.expiration.ms'),
      idExpirationCheckIntervalMs: values.number(
        'transaction.remove.expired.transaction.cleanup.interval.ms',
      ),
    },
    partitionCount: () =>
      view.image.topicsByName.get(TRANSACTION_STATE_TOPIC)?.partitions.length ??
      values.number('transaction.state.log.num.partitions'),
    transactionVersion: () => view.image.features.get(TRANSACTION_VERSION_FEATURE) ?? 0,
    requestTimeoutMs: values.number('request.timeout.ms'),
    destinationOf: (topic, partition) => view.leaderOf(topic, partition),
    channelTo: (brokerId) => markerLinks.to(brokerId),
  });
  view.whenChanged(() => coordinator.metadataChanged());
  return coordinator;
}

/** Hands leadership of the partitions of `__transaction_state` to the coordinator. */
export function transactionLeadership(
  transactions: TransactionCoordinator,
  clock: Clock,
): LeadershipListener {
  return {
    leading(partition) {
      if (partition.topic !== TRANSACTION_STATE_TOPIC) return;
      void transactions.elected(partition.partition, new PartitionCoordinatorLog(partition, clock));
    },
    resigned(topic, partition, leaderEpoch) {
      if (topic === TRANSACTION_STATE_TOPIC) transactions.resigned(partition, leaderEpoch);
    },
  };
}
