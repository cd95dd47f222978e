import type { Controller } from '../controller/controller.ts';
import { CLUSTER_METADATA_TOPIC } from '../metadata/topic-name.ts';
import { ErrorCode, errorOf } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import { describeQuorumRequest } from '../protocol/messages/describe-quorum-request.ts';
import { describeQuorumResponse } from '../protocol/messages/describe-quorum-response.ts';
import type { Clock } from '../runtime/clock.ts';
import { CLUSTER_RESOURCE } from '../security/authorized-operations.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import type { Handler } from './handler.ts';

export interface DescribeQuorumNeeds {
  readonly controller: Controller;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
}

type DescribeQuorumRequest = Decoded<typeof describeQuorumRequest>;
type DescribeQuorumResponse = Encodable<typeof describeQuorumResponse>;

const DIRECTORY_IDS_FROM = 2;

/**
 * DescribeQuorum (key 55), versions 0–2: leader, epoch and high watermark of the metadata log, and how far each
 * voter is. The leader is caught up by definition; the broker in its own process observes nothing over the wire.
 */
export function describeQuorumHandler(
  needs: DescribeQuorumNeeds,
): Handler<typeof describeQuorumRequest, typeof describeQuorumResponse> {
  return {
    request: describeQuorumRequest,
    response: describeQuorumResponse,
    handle(request, { apiVersion, principal }) {
      if (!needs.authorizer.isAllowed(principal, AclOperation.DESCRIBE, 'cluster', CLUSTER_RESOURCE)) {
        return refused(ErrorCode.CLUSTER_AUTHORIZATION_FAILED);
      }
      if (!asksForMetadataLog(request)) return unknownPartitions(request);
      const { state, voter } = needs.controller.quorum;
      if (state.role !== 'leader') return answer({ errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER });
      const nowMs = needs.clock.wallMs();
      const replica = {
        replicaId: voter.id,
        logEndOffset: state.endOffset,
        lastFetchTimestamp: nowMs,
        lastCaughtUpTimestamp: nowMs,
        ...(apiVersion >= DIRECTORY_IDS_FROM && { replicaDirectoryId: voter.directoryId }),
      };
      return {
        ...answer({
          errorCode: ErrorCode.NONE,
          leaderId: voter.id,
          leaderEpoch: state.epoch,
          highWatermark: state.highWatermark,
          currentVoters: [replica],
        }),
        ...(apiVersion >= DIRECTORY_IDS_FROM && {
          nodes: [{ nodeId: voter.id, listeners: voter.endpoints }],
        }),
      };
    },
    refuse: refused,
  };
}

function refused(errorCode: number): DescribeQuorumResponse {
  return { errorCode, errorMessage: errorOf(errorCode).message };
}

function asksForMetadataLog({ topics }: DescribeQuorumRequest): boolean {
  const [topic] = topics;
  return (
    topics.length === 1 &&
    topic?.topicName === CLUSTER_METADATA_TOPIC &&
    topic.partitions.length === 1 &&
    topic.partitions[0]?.partitionIndex === 0
  );
}

function unknownPartitions({ topics }: DescribeQuorumRequest): DescribeQuorumResponse {
  return {
    errorMessage: null,
    topics: topics.map(({ topicName, partitions }) => ({
      topicName,
      partitions: partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        errorMessage: null,
      })),
    })),
  };
}

type QuorumPartition = NonNullable<
  NonNullable<DescribeQuorumResponse['topics']>[number]['partitions']
>[number];

function answer(partition: QuorumPartition): DescribeQuorumResponse {
  return {
    errorMessage: null,
    topics: [
      {
        topicName: CLUSTER_METADATA_TOPIC,
        partitions: [{ partitionIndex: 0, errorMessage: null, ...partition }],
      },
    ],
  };
}
