import { errorOf } from '@odradek/broker/protocol';
import type { PreferredElectionOutcome, TopicPartition } from '@odradek/contract';
import { KafkaError } from './kafka-error.ts';
import type { KafkaRequests } from './kafka-requests.ts';

const PREFERRED = 0;
const TIMEOUT_MS = 30_000;
const ELECTION_NOT_NEEDED = 'ELECTION_NOT_NEEDED';

/** Elections by type are in version 1 (KIP-460). */
const BY_TYPE = 1;

/**
 * Makes the first replica of each partition its leader; null: of all partitions. Each fails or succeeds by itself.
 * Throws KafkaError when all are refused, and BrokerUnreachable.
 */
export async function electPreferredLeaders(
  requests: KafkaRequests,
  partitions: readonly TopicPartition[] | null,
): Promise<PreferredElectionOutcome> {
  const answer = await requests.sendToAny(
    'ElectLeaders',
    { electionType: PREFERRED, topicPartitions: byTopic(partitions), timeoutMs: TIMEOUT_MS },
    { minVersion: BY_TYPE },
  );
  if (answer.errorCode !== 0) {
    throw new KafkaError(answer.errorCode, null);
  }
  const results = answer.replicaElectionResults.flatMap(({ topic, partitionResult }) =>
    partitionResult.map(({ partitionId, errorCode, errorMessage }) => {
      const { name, message } = errorOf(errorCode);
      return { topic, partition: partitionId, error: name, message: errorMessage ?? message, errorCode };
    }),
  );
  return {
    elected: results.filter(({ errorCode }) => errorCode === 0).length,
    notNeeded: results.filter(({ error }) => error === ELECTION_NOT_NEEDED).length,
    failed: results
      .filter(({ errorCode, error }) => errorCode !== 0 && error !== ELECTION_NOT_NEEDED)
      .map(({ errorCode: _, ...failure }) => failure),
  };
}

function byTopic(partitions: readonly TopicPartition[] | null) {
  if (partitions === null) {
    return null;
  }
  return [...Map.groupBy(partitions, ({ topic }) => topic)].map(([topic, of]) => ({
    topic,
    partitions: of.map(({ partition }) => partition),
  }));
}
