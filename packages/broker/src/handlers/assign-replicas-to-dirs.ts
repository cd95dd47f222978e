import type { AssignedDirectory } from '../controller/assign-replicas.ts';
import type { Controller } from '../controller/controller.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import { assignReplicasToDirsRequest } from '../protocol/messages/assign-replicas-to-dirs-request.ts';
import { assignReplicasToDirsResponse } from '../protocol/messages/assign-replicas-to-dirs-response.ts';
import { CLUSTER_RESOURCE } from '../security/authorized-operations.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import type { Handler } from './handler.ts';

export interface AssignReplicasToDirsNeeds {
  readonly controller: Controller;
  readonly authorizer: Authorizer;
}

type AssignRequest = Decoded<typeof assignReplicasToDirsRequest>;
type AssignResponse = Encodable<typeof assignReplicasToDirsResponse>;

/** AssignReplicasToDirs (key 73), version 0: a broker says in which of its directories replicas lie (KIP-858). */
export function assignReplicasToDirsHandler(
  needs: AssignReplicasToDirsNeeds,
): Handler<typeof assignReplicasToDirsRequest, typeof assignReplicasToDirsResponse> {
  return {
    request: assignReplicasToDirsRequest,
    response: assignReplicasToDirsResponse,
    async handle(request, { principal }): Promise<AssignResponse> {
      const { authorizer, controller } = needs;
      if (!authorizer.isAllowed(principal, AclOperation.CLUSTER_ACTION, 'cluster', CLUSTER_RESOURCE)) {
        return { errorCode: ErrorCode.CLUSTER_AUTHORIZATION_FAILED };
      }
      const broker = { id: request.brokerId, epoch: request.brokerEpoch };
      const outcome = await controller.assignReplicas(broker, directoriesIn(request));
      if (outcome.kind === 'not-controller') return { errorCode: ErrorCode.NOT_CONTROLLER };
      if (outcome.response.kind === 'refused') return { errorCode: outcome.response.errorCode };
      return { directories: answersTo(request, outcome.response.errorCodes) };
    },
    refuse: (errorCode) => ({ errorCode }),
  };
}

function directoriesIn({ directories }: AssignRequest): readonly AssignedDirectory[] {
  return directories.map(({ id, topics }) => ({
    directoryId: id,
    partitions: topics.flatMap(({ topicId, partitions }) =>
      partitions.map(({ partitionIndex }) => ({ topicId, partitionId: partitionIndex })),
    ),
  }));
}

/** Each partition has its result, in the order of the request. */
function answersTo(
  { directories }: AssignRequest,
  errorCodes: readonly (readonly number[])[],
): NonNullable<AssignResponse['directories']> {
  return directories.map(({ id, topics }, index) => {
    let at = 0;
    return {
      id,
      topics: topics.map(({ topicId, partitions }) => ({
        topicId,
        partitions: partitions.map(({ partitionIndex }) => ({
          partitionIndex,
          errorCode: errorCodes[index]?.[at++] ?? ErrorCode.UNKNOWN_SERVER_ERROR,
        })),
      })),
    };
  });
}
