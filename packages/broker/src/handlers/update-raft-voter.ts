import type { Controller } from '../controller/controller.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded } from '../protocol/message.ts';
import { updateRaftVoterRequest } from '../protocol/messages/update-raft-voter-request.ts';
import { updateRaftVoterResponse } from '../protocol/messages/update-raft-voter-response.ts';
import type { RaftState } from '../raft/raft-state.ts';
import { votersOf } from '../raft/raft-state.ts';
import { hasDirectory } from '../raft/replica-key.ts';
import { voterOf } from '../raft/voter-set.ts';
import type { Logger } from '../runtime/logger.ts';
import { CLUSTER_RESOURCE } from '../security/authorized-operations.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import type { Handler, RequestContext } from './handler.ts';

export interface UpdateRaftVoterNeeds {
  readonly controller: Pick<Controller, 'quorum'>;
  readonly authorizer: Authorizer;
  readonly clusterId: string;
  readonly logger: Logger;
}

type Request = Decoded<typeof updateRaftVoterRequest>;

/** Of `kraft.version`, which every cluster of ours is at. */
const KRAFT_VERSION = 1;

/**
 * UpdateRaftVoter (key 82), version 0 (KIP-853), by which a voter tells where it is reached now. Nothing is changed: a
 * voter that says what is known is told so, and any other is refused, with the reason in the log, for the answer has no
 * place for one.
 */
export function updateRaftVoterHandler(
  needs: UpdateRaftVoterNeeds,
): Handler<typeof updateRaftVoterRequest, typeof updateRaftVoterResponse> {
  return {
    request: updateRaftVoterRequest,
    response: updateRaftVoterResponse,
    handle(request, context) {
      const { state } = needs.controller.quorum;
      const errorCode = errorOf(needs, state, { request, context });
      return { errorCode, currentLeader: currentLeader(state, context) };
    },
    refuse: (errorCode) => ({ errorCode }),
  };
}

function errorOf(
  { authorizer, clusterId, logger }: UpdateRaftVoterNeeds,
  state: RaftState,
  { request, context }: { readonly request: Request; readonly context: RequestContext },
): number {
  const { principal, listenerName } = context;
  if (!authorizer.isAllowed(principal, AclOperation.CLUSTER_ACTION, 'cluster', CLUSTER_RESOURCE)) {
    return ErrorCode.CLUSTER_AUTHORIZATION_FAILED;
  }
  if (request.clusterId !== null && request.clusterId !== clusterId) return ErrorCode.INCONSISTENT_CLUSTER_ID;
  if (request.currentLeaderEpoch < state.epoch) return ErrorCode.FENCED_LEADER_EPOCH;
  if (request.currentLeaderEpoch > state.epoch) return ErrorCode.UNKNOWN_LEADER_EPOCH;
  if (state.role.name !== 'leader') return ErrorCode.NOT_LEADER_OR_FOLLOWER;
  const { voterId: id, voterDirectoryId: directoryId, listeners } = request;
  const { minSupportedVersion: min, maxSupportedVersion: max } = request.kRaftVersionFeature;
  const named = listeners.find(({ name }) => name === listenerName);
  const isSound = id >= 0 && hasDirectory({ id, directoryId }) && named !== undefined;
  if (!isSound || min < 0 || min > KRAFT_VERSION || max < KRAFT_VERSION) return ErrorCode.INVALID_REQUEST;
  const voter = voterOf(votersOf(state), { id, directoryId });
  if (voter === null) return ErrorCode.VOTER_NOT_FOUND;
  const known = voter.endpoints.find(({ name }) => name === listenerName);
  if (known?.host === named.host && known.port === named.port) return ErrorCode.NONE;
  logger.warn(
    { voterId: id, known, named },
    'a voter is refused another address: where voters are reached is chosen when their directories are made',
  );
  return ErrorCode.INVALID_REQUEST;
}

function currentLeader(
  { epoch, leaderEndpoints, leaderId }: RaftState,
  { listenerName }: RequestContext,
): { leaderId: number; leaderEpoch: number; host: string; port: number } {
  const { host = '', port = 0 } = leaderEndpoints.find(({ name }) => name === listenerName) ?? {};
  return { leaderId: leaderId ?? -1, leaderEpoch: epoch, host, port };
}
