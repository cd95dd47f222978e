import { ApiNotSupported, type KafkaRequests } from './kafka-requests.ts';

/**
 * The id of the active controller; `none` while there is no leader; `unknown` where it may not be asked for;
 * `not-kraft` from brokers without a quorum.
 */
export type ActiveController = number | 'none' | 'unknown' | 'not-kraft';

/**
 * Asks for the leader of the metadata quorum. The controller in a Metadata answer is of no use with KRaft: there it
 * is any broker, since all of them forward. Throws BrokerUnreachable.
 */
export async function readController(requests: KafkaRequests): Promise<ActiveController> {
  try {
    const answer = await requests.sendToAny('DescribeQuorum', {
      topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }],
    });
    const partition = answer.topics[0]?.partitions[0];
    if (answer.errorCode !== 0 || partition === undefined || partition.errorCode !== 0) {
      return 'unknown';
    }
    return partition.leaderId < 0 ? 'none' : partition.leaderId;
  } catch (error) {
    if (error instanceof ApiNotSupported) {
      return 'not-kraft';
    }
    throw error;
  }
}
