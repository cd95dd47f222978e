import { type MetadataImage, partitionOf } from '../metadata/metadata-image.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Encodable } from '../protocol/message.ts';
import { offsetForLeaderEpochRequest } from '../protocol/messages/offset-for-leader-epoch-request.ts';
import { offsetForLeaderEpochResponse } from '../protocol/messages/offset-for-leader-epoch-response.ts';
import type { Replicas } from '../replication/replicas.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import type { Handler } from './handler.ts';

export interface OffsetForLeaderEpochNeeds {
  readonly image: () => MetadataImage;
  readonly replicas: Replicas;
  readonly authorizer: Authorizer;
}

type TopicAnswer = NonNullable<Encodable<typeof offsetForLeaderEpochResponse>['topics']>[number];
type PartitionAnswer = NonNullable<TopicAnswer['partitions']>[number];

/**
 * OffsetForLeaderEpoch (key 23), versions 2–4: where the largest epoch not above the one asked for ends in the
 * leader's log (KIP-101, KIP-279, KIP-320); -1 when the log does not know.
 */
export function offsetForLeaderEpochHandler(
  needs: OffsetForLeaderEpochNeeds,
): Handler<typeof offsetForLeaderEpochRequest, typeof offsetForLeaderEpochResponse> {
  return {
    request: offsetForLeaderEpochRequest,
    response: offsetForLeaderEpochResponse,
    handle: (request, { principal }) => ({
      topics: request.topics.map(({ topic, partitions }) => {
        const isAllowed =
          needs.authorizer.isAllowed(principal, AclOperation.CLUSTER_ACTION, 'cluster', 'kafka-cluster') ||
          needs.authorizer.isAllowed(principal, AclOperation.DESCRIBE, 'topic', topic);
        const answers = partitions.map((asked) =>
          isAllowed
            ? epochEnd(needs, topic, asked)
            : { partition: asked.partition, errorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED },
        );
        return { topic, partitions: answers };
      }),
    }),
    refuse: (errorCode, request) => ({
      topics: request.topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ partition }) => ({ partition, errorCode })),
      })),
    }),
  };
}

function epochEnd(
  needs: OffsetForLeaderEpochNeeds,
  topic: string,
  asked: { partition: number; currentLeaderEpoch: number; leaderEpoch: number },
): PartitionAnswer {
  const { partition } = asked;
  const replica = needs.replicas.get(topic, partition);
  if (replica === undefined) {
    const isKnown = partitionOf(needs.image(), topic, partition) !== undefined;
    const errorCode = isKnown
      ? needs.replicas.absenceOf(topic, partition)
      : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    return { partition, errorCode };
  }
  const errorCode = replica.refusalOf(asked.currentLeaderEpoch, true);
  if (errorCode !== ErrorCode.NONE) return { partition, errorCode };
  const { leaderEpoch, endOffset } = replica.log.endOffsetForEpoch(asked.leaderEpoch);
  return { partition, leaderEpoch, endOffset };
}
