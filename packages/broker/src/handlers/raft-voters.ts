import type { Controller } from '../controller/controller.ts';
import type { ApiError } from '../controller/decision.ts';
import { ErrorCode, errorOf } from '../protocol/errors.ts';
import { votersOf } from '../raft/raft-state.ts';
import { hasDirectory, type ReplicaKey } from '../raft/replica-key.ts';
import type { VoterNode } from '../raft/voter-set.ts';
import { CLUSTER_RESOURCE } from '../security/authorized-operations.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import { NOT_CONTROLLER, type RequestContext } from './handler.ts';

export interface RaftVoterNeeds {
  readonly controller: Controller;
  readonly authorizer: Authorizer;
  readonly clusterId: string;
}

/** What a request to change the set of voters says of one. */
interface WantedVoter {
  readonly clusterId: string | null;
  readonly voterId: number;
  readonly voterDirectoryId: string;
}

/**
 * Why the set of voters is not changed. That a request makes no sense is said before that voters are chosen once,
 * when the directories of a cluster are made.
 */
export function refusedChangeOfVoters(
  { controller, authorizer, clusterId }: RaftVoterNeeds,
  { principal }: RequestContext,
  wanted: WantedVoter,
  refusal: (voter: ReplicaKey, voters: readonly VoterNode[]) => ApiError,
): ApiError | typeof NOT_CONTROLLER {
  if (!authorizer.isAllowed(principal, AclOperation.ALTER, 'cluster', CLUSTER_RESOURCE)) {
    return plainRefusal(ErrorCode.CLUSTER_AUTHORIZATION_FAILED);
  }
  if (wanted.clusterId !== null && wanted.clusterId !== clusterId) {
    return {
      errorCode: ErrorCode.INCONSISTENT_CLUSTER_ID,
      errorMessage: `The request is for cluster ${wanted.clusterId}; this is ${clusterId}.`,
    };
  }
  if (!controller.isActive) return NOT_CONTROLLER;
  const voter = { id: wanted.voterId, directoryId: wanted.voterDirectoryId };
  if (voter.id < 0 || !hasDirectory(voter)) {
    return {
      errorCode: ErrorCode.INVALID_REQUEST,
      errorMessage: 'The request names no voter by its id and directory.',
    };
  }
  return refusal(voter, votersOf(controller.quorum.state));
}

export function plainRefusal(errorCode: number): ApiError {
  return { errorCode, errorMessage: errorOf(errorCode).message };
}

/** A voter in the words in which Kafka's tools show one. */
export function voterText({ id, directoryId }: ReplicaKey): string {
  return `ReplicaKey(id=${id}, directoryId=${directoryId})`;
}

export function votersText(voters: readonly ReplicaKey[]): string {
  return `[${voters.map(voterText).join(', ')}]`;
}
