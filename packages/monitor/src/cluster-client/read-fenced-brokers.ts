import type { BrokerNode } from './cluster-metadata.ts';
import { ApiNotSupported, type KafkaRequests } from './kafka-requests.ts';

/** The version of DescribeCluster that can name fenced brokers. */
const NAMES_FENCED = 2;

/** Brokers that are registered and kept out of the cluster; null where that is not told. Throws BrokerUnreachable. */
export async function readFencedBrokers(
  requests: KafkaRequests,
): Promise<ReadonlyMap<number, BrokerNode> | null> {
  try {
    const answer = await requests.askAny(
      'DescribeCluster',
      { includeFencedBrokers: true },
      { minVersion: NAMES_FENCED },
    );
    if (answer.errorCode !== 0) {
      return null;
    }
    return new Map(
      answer.brokers
        .filter(({ isFenced }) => isFenced)
        .map(({ brokerId, host, port, rack }) => [brokerId, { id: brokerId, host, port, rack }]),
    );
  } catch (error) {
    if (error instanceof ApiNotSupported) {
      return null;
    }
    throw error;
  }
}
