import type { MetadataImage } from '../../src/metadata/metadata-image.ts';
import type { MetadataRecord, MetadataRecordValue } from '../../src/metadata/metadata-record.ts';
import { registration, replayed } from './controller-view.ts';

export const TOPIC_ID = 'TOPICAAAAAAAAAAAAAAAAA';

export interface ClusterSetting {
  /** What differs from a partition with the replicas 1, 2 and 3, all in sync, led by 1; leader epoch 0. */
  readonly partition?: Partial<MetadataRecordValue<'partition'>>;
  readonly fenced?: readonly number[];
  /** In controlled shutdown. */
  readonly stopping?: readonly number[];
  readonly configs?: Readonly<Record<string, string>>;
  readonly brokers?: number;
}

/** A cluster of brokers 1 to 4 (each with one directory) and the topic `orders` with one partition. */
export function clusterWith({
  partition,
  fenced = [],
  stopping = [],
  configs = {},
  brokers = 4,
}: ClusterSetting = {}): MetadataImage {
  const records: MetadataRecord[] = [
    { kind: 'featureLevel', value: { name: 'eligible.leader.replicas.version', featureLevel: 1 } },
  ];
  for (let id = 1; id <= brokers; id++) records.push(registration(id, { fenced: fenced.includes(id) }));
  for (const id of stopping) {
    const unchanged = { fenced: 0, logDirs: [], cordonedLogDirs: null };
    records.push({
      kind: 'brokerRegistrationChange',
      value: { brokerId: id, brokerEpoch: id, inControlledShutdown: 1, ...unchanged },
    });
  }
  records.push({ kind: 'topic', value: { name: 'orders', topicId: TOPIC_ID } });
  for (const [name, value] of Object.entries({ 'min.insync.replicas': '2', ...configs })) {
    records.push({ kind: 'config', value: { resourceType: 2, resourceName: 'orders', name, value } });
  }
  const replicas = partition?.replicas ?? [1, 2, 3];
  records.push({
    kind: 'partition',
    value: {
      partitionId: 0,
      topicId: TOPIC_ID,
      replicas,
      isr: [1, 2, 3],
      removingReplicas: [],
      addingReplicas: [],
      leader: 1,
      leaderRecoveryState: 0,
      leaderEpoch: 0,
      partitionEpoch: 0,
      directories: replicas.map(() => 'DIRECTORYAAAAAAAAAAAAQ'),
      eligibleLeaderReplicas: null,
      lastKnownElr: null,
      ...partition,
    },
  });
  return replayed(records);
}

/** The partition of `orders` after the records. */
export function partitionAfter(image: MetadataImage, records: readonly MetadataRecord[]) {
  const partition = replayed(records, image).topicsByName.get('orders')?.partitions[0];
  if (partition === undefined) throw new Error('the partition is gone');
  return partition;
}
