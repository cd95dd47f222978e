import type { Controller } from '../controller/controller.ts';
import type { ReassignmentResult } from '../controller/reassign-partitions.ts';
import { ErrorCode, errorOf } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import { alterPartitionReassignmentsRequest } from '../protocol/messages/alter-partition-reassignments-request.ts';
import { alterPartitionReassignmentsResponse } from '../protocol/messages/alter-partition-reassignments-response.ts';
import { CLUSTER_RESOURCE } from '../security/authorized-operations.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import { type Handler, NOT_CONTROLLER } from './handler.ts';

export interface AlterPartitionReassignmentsNeeds {
  readonly controller: Controller;
  readonly authorizer: Authorizer;
  /** Resolves once this broker serves what was committed before the call, so that who was answered finds it. */
  readonly caughtUp: () => Promise<void>;
}

type AlterRequest = Decoded<typeof alterPartitionReassignmentsRequest>;
type AlterResponse = Encodable<typeof alterPartitionReassignmentsResponse>;

/**
 * AlterPartitionReassignments (key 45), versions 0–1 (KIP-455, KIP-860): begins reassignments, and takes back those of
 * partitions for which no replicas are named.
 */
export function alterPartitionReassignmentsHandler(
  needs: AlterPartitionReassignmentsNeeds,
): Handler<typeof alterPartitionReassignmentsRequest, typeof alterPartitionReassignmentsResponse> {
  return {
    request: alterPartitionReassignmentsRequest,
    response: alterPartitionReassignmentsResponse,
    async handle(request, { principal }) {
      const { authorizer, controller } = needs;
      if (!authorizer.isAllowed(principal, AclOperation.ALTER, 'cluster', CLUSTER_RESOURCE)) {
        return refused(ErrorCode.CLUSTER_AUTHORIZATION_FAILED, request);
      }
      const { allowReplicationFactorChange } = request;
      const wanted = request.topics.flatMap(({ name: topic, partitions }) =>
        partitions.map(({ partitionIndex: partitionId, replicas }) => ({ topic, partitionId, replicas })),
      );
      const outcome = await controller.reassignPartitions(wanted, {
        allowsReplicationFactorChange: allowReplicationFactorChange,
      });
      if (outcome.kind === 'not-controller') return NOT_CONTROLLER;
      await needs.caughtUp();
      return {
        allowReplicationFactorChange,
        errorMessage: null,
        responses: responsesTo(request, outcome.response),
      };
    },
    refuse: refused,
  };
}

/** Each partition has its result, in the order of the request. */
function responsesTo(
  { topics }: AlterRequest,
  results: readonly ReassignmentResult[],
): NonNullable<AlterResponse['responses']> {
  let from = 0;
  return topics.map(({ name, partitions }) => {
    const own = results.slice(from, from + partitions.length);
    from += partitions.length;
    return {
      name,
      partitions: own.map(({ partitionId: partitionIndex, errorCode, errorMessage }) => ({
        partitionIndex,
        errorCode,
        errorMessage,
      })),
    };
  });
}

function refused(errorCode: number, { topics, allowReplicationFactorChange }: AlterRequest): AlterResponse {
  const errorMessage = errorOf(errorCode).message;
  return {
    allowReplicationFactorChange,
    errorCode,
    errorMessage,
    responses: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode, errorMessage })),
    })),
  };
}
