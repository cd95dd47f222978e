import { coordinatorPartition } from '../coordination/coordinator-partition.ts';
import type { ConfigValues } from '../metadata/configs/config-values.ts';
import { type MetadataImage, NO_LEADER } from '../metadata/metadata-image.ts';
import { TRANSACTION_STATE_TOPIC } from '../metadata/topic-name.ts';
import { PartitionVerification } from '../replication/partition-verification.ts';
import type { BrokerLinks } from './broker-links.ts';
import type { BrokerStart } from './open-rooms.ts';

/** How the partitions of this broker ask the coordinators of transactions, with what its configs and metadata say. */
export function partitionVerification(
  { config: { values }, runtime: { clock } }: Pick<BrokerStart, 'config' | 'runtime'>,
  {
    image,
    configs,
    links,
  }: {
    readonly image: () => MetadataImage;
    readonly configs: () => ConfigValues;
    readonly links: BrokerLinks;
  },
): PartitionVerification {
  return new PartitionVerification({
    clock,
    coordinatorOf: (transactionalId) => coordinatorOf(image(), transactionalId),
    channelTo: (brokerId) => links.to(brokerId),
    isEnabled: () => configs().boolean('transaction.partition.verification.enable'),
    requestTimeoutMs: values.number('request.timeout.ms'),
    retryBackoffMs: values.number('add.partitions.to.txn.retry.backoff.ms'),
    retryForMs: values.number('add.partitions.to.txn.retry.backoff.max.ms'),
  });
}

function coordinatorOf(image: MetadataImage, transactionalId: string): number | null {
  const partitions = image.topicsByName.get(TRANSACTION_STATE_TOPIC)?.partitions ?? [];
  if (partitions.length === 0) return null;
  const leader = partitions[coordinatorPartition(transactionalId, partitions.length)]?.leader ?? NO_LEADER;
  return leader === NO_LEADER || image.brokers.get(leader)?.isFenced !== false ? null : leader;
}
