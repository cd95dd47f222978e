import type { Controller } from '../controller/controller.ts';
import { CLUSTER_METADATA_TOPIC } from '../metadata/topic-name.ts';
import { ErrorCode, errorOf } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import { describeQuorumRequest } from '../protocol/messages/describe-quorum-request.ts';
import { describeQuorumResponse } from '../protocol/messages/describe-quorum-response.ts';
import { type QuorumReplica, quorumReplicas } from '../raft/quorum-replicas.ts';
import { votersOf } from '../raft/raft-state.ts';
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
 * voter and each observer is. The leader is caught up by definition.
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
      const { state, nowMs } = needs.controller.quorum;
      const replicas = quorumReplicas(state, nowMs);
      if (replicas === null) return answer({ errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER });
      const aheadMs = needs.clock.wallMs() - nowMs;
      const shape = (replica: QuorumReplica) => replicaState(replica, { apiVersion, aheadMs });
      return {
        ...answer({
          errorCode: ErrorCode.NONE,
          leaderId: state.identity.self.id,
          leaderEpoch: state.epoch,
          highWatermark: state.highWatermark,
          currentVoters: replicas.voters.map(shape),
          observers: replicas.observers.map(shape),
        }),
        ...(apiVersion >= DIRECTORY_IDS_FROM && {
          nodes: votersOf(state).map(({ id, endpoints }) => ({ nodeId: id, listeners: endpoints })),
        }),
      };
    },
    refuse: refused,
  };
}

/** The quorum keeps a time of its own, clients are told the time of day; what never was stays -1. */
function replicaState(
  { key, logEndOffset, lastFetchMs, lastCaughtUpMs }: QuorumReplica,
  { apiVersion, aheadMs }: { readonly apiVersion: number; readonly aheadMs: number },
) {
  const wallMs = (ms: number): number => (ms < 0 ? -1 : Math.round(ms + aheadMs));
  return {
    replicaId: key.id,
    logEndOffset,
    lastFetchTimestamp: wallMs(lastFetchMs),
    lastCaughtUpTimestamp: wallMs(lastCaughtUpMs),
    ...(apiVersion >= DIRECTORY_IDS_FROM && { replicaDirectoryId: key.directoryId }),
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
  const errorCode = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  const errorMessage = errorOf(errorCode).message;
  return {
    errorMessage,
    topics: topics.map(({ topicName, partitions }) => ({
      topicName,
      partitions: partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        errorCode,
        errorMessage,
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
