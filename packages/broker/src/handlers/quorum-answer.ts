import type { Controller } from '../controller/controller.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { AnswerTo, RaftRequest, RefusedRequest } from '../raft/raft-messages.ts';
import { CLUSTER_RESOURCE } from '../security/authorized-operations.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import type { Principal } from '../security/principal.ts';

export interface QuorumNeeds {
  readonly controller: Pick<Controller, 'quorum'>;
  readonly authorizer: Authorizer;
}

/**
 * What the quorum says to a request of another node, which must be allowed to act for the cluster. `request` is null
 * where it was about anything but the metadata log.
 */
export async function quorumAnswer<Request extends RaftRequest>(
  { controller, authorizer }: QuorumNeeds,
  principal: Principal,
  request: Request | null,
): Promise<AnswerTo<Request> | RefusedRequest> {
  if (!authorizer.isAllowed(principal, AclOperation.CLUSTER_ACTION, 'cluster', CLUSTER_RESOURCE)) {
    return { api: 'refused', errorCode: ErrorCode.CLUSTER_AUTHORIZATION_FAILED };
  }
  if (request === null) return { api: 'refused', errorCode: ErrorCode.INVALID_REQUEST };
  return controller.quorum.answer(request);
}
