import { errorOf } from '@odradek/broker/protocol';
import type { LogDirectory } from '@odradek/contract';
import { TopicPartitionMap } from '../topic-partition-map.ts';
import type { BrokerNode, ClusterMetadata } from './cluster-metadata.ts';
import { fanOut } from './fan-out.ts';
import type { KafkaRequests, ResponseBody } from './kafka-requests.ts';

/** What lies on the brokers' disks. */
export interface LogDirectories {
  /** By broker; brokers that may not be asked, or do not answer, are missing. */
  readonly brokers: ReadonlyMap<number, readonly LogDirectory[]>;
  /** Bytes of the leaders' logs. */
  readonly leaders: TopicPartitionMap<number>;
}

/** Asks every broker for its log directories. Never throws. */
export async function readLogDirectories(
  requests: KafkaRequests,
  metadata: ClusterMetadata,
): Promise<LogDirectories> {
  const leaders = new TopicPartitionMap<number>();
  const brokers = new Map<number, readonly LogDirectory[]>();
  const leaderOf = leadersOf(metadata);
  await fanOut(
    metadata.brokers.values(),
    async (broker) => {
      const directories = await describeLogDirs(requests, broker, null);
      for (const { topic, partition, sizeBytes } of replicasIn(directories)) {
        if (leaderOf.get(topic, partition) === broker.id) {
          leaders.set(topic, partition, sizeBytes);
        }
      }
      if (directories.length > 0) {
        brokers.set(broker.id, directories.map(directoryOf));
      }
    },
    () => {},
  );
  return { brokers, leaders };
}

type Directory = ResponseBody<'DescribeLogDirs'>['results'][number];

/** Empty where it is not permitted. Throws BrokerUnreachable and ApiNotSupported. */
export async function describeLogDirs(
  requests: KafkaRequests,
  broker: BrokerNode,
  topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[] | null,
): Promise<readonly Directory[]> {
  const answer = await requests.send(broker, 'DescribeLogDirs', { topics });
  return answer.errorCode === 0 ? answer.results : [];
}

/** The replicas in use; a future one, which is being copied between directories of a broker, is not yet. */
export function* replicasIn(
  directories: readonly Directory[],
): Generator<{ topic: string; partition: number; sizeBytes: number }> {
  for (const { name: topic, partitions } of directories.flatMap(({ topics }) => topics)) {
    for (const { partitionIndex: partition, partitionSize: sizeBytes, isFutureKey } of partitions) {
      if (!isFutureKey) {
        yield { topic, partition, sizeBytes };
      }
    }
  }
}

function directoryOf({ logDir, errorCode, topics, totalBytes, usableBytes }: Directory): LogDirectory {
  const replicas = topics.flatMap(({ partitions }) => partitions);
  return {
    path: logDir,
    sizeBytes: replicas.reduce((total, { partitionSize }) => total + partitionSize, 0),
    replicas: replicas.length,
    totalBytes: totalBytes < 0 ? null : totalBytes,
    usableBytes: usableBytes < 0 ? null : usableBytes,
    error: errorCode === 0 ? null : errorOf(errorCode).name,
  };
}

function leadersOf({ topics }: ClusterMetadata): TopicPartitionMap<number> {
  const leaders = new TopicPartitionMap<number>();
  for (const { name, partitions } of topics.values()) {
    for (const { partition, leader } of partitions) {
      if (leader !== null) {
        leaders.set(name, partition, leader);
      }
    }
  }
  return leaders;
}
