import { TopicPartitionMap } from '../topic-partition-map.ts';
import type { ClusterMetadata } from './cluster-metadata.ts';
import { fanOut } from './fan-out.ts';
import type { KafkaRequests } from './kafka-requests.ts';

/** Bytes on disk. */
export interface LogSizes {
  /** Of the leader's log. */
  readonly partitions: TopicPartitionMap<number>;
  /** Of all logs of a broker; brokers that may not be asked, or do not answer, are missing. */
  readonly brokers: ReadonlyMap<number, number>;
}

/** Asks every broker what its logs take on disk. Never throws. */
export async function readLogSizes(requests: KafkaRequests, metadata: ClusterMetadata): Promise<LogSizes> {
  const partitions = new TopicPartitionMap<number>();
  const brokers = new Map<number, number>();
  await fanOut(
    metadata.brokers.values(),
    async (broker) => {
      const answer = await requests.send(broker, 'DescribeLogDirs', { topics: null });
      const directories = answer.results.filter(({ errorCode }) => errorCode === 0);
      if (answer.errorCode !== 0 || directories.length === 0) {
        return;
      }
      let total = 0;
      for (const { name, partitions: logs } of directories.flatMap(({ topics }) => topics)) {
        for (const { partitionIndex, partitionSize } of logs) {
          total += partitionSize;
          if (leaderOf(metadata, name, partitionIndex) === broker.id) {
            partitions.set(name, partitionIndex, partitionSize);
          }
        }
      }
      brokers.set(broker.id, total);
    },
    () => {},
  );
  return { partitions, brokers };
}

function leaderOf(metadata: ClusterMetadata, topic: string, partition: number): number | null {
  const partitions = metadata.topics.get(topic)?.partitions;
  return partitions?.find((candidate) => candidate.partition === partition)?.leader ?? null;
}
