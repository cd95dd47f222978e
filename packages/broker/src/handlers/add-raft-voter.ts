import { ErrorCode } from '../protocol/errors.ts';
import { addRaftVoterRequest } from '../protocol/messages/add-raft-voter-request.ts';
import { addRaftVoterResponse } from '../protocol/messages/add-raft-voter-response.ts';
import type { Handler } from './handler.ts';
import {
  plainRefusal,
  type RaftVoterNeeds,
  refusedChangeOfVoters,
  votersText,
  voterText,
} from './raft-voters.ts';

/** AddRaftVoter (key 80), versions 0–1 (KIP-853): always refused, with the reason. */
export function addRaftVoterHandler(
  needs: RaftVoterNeeds,
): Handler<typeof addRaftVoterRequest, typeof addRaftVoterResponse> {
  return {
    request: addRaftVoterRequest,
    response: addRaftVoterResponse,
    handle: (request, context) =>
      refusedChangeOfVoters(needs, context, request, (voter, voters) => {
        const [leaders] = needs.controller.quorum.state.leaderEndpoints;
        if (!request.listeners.some(({ name }) => name === leaders?.name)) {
          return {
            errorCode: ErrorCode.INVALID_REQUEST,
            errorMessage: `The request does not say where ${voterText(voter)} listens for ${leaders?.name}.`,
          };
        }
        if (voters.some(({ id }) => id === voter.id)) {
          return {
            errorCode: ErrorCode.DUPLICATE_VOTER,
            errorMessage: `The voter id for ${voterText(voter)} is already part of the set of voters ${votersText(voters)}.`,
          };
        }
        return {
          errorCode: ErrorCode.INVALID_REQUEST,
          errorMessage: `${voterText(voter)} becomes no voter: the voters of a cluster are chosen when its directories are made.`,
        };
      }),
    refuse: plainRefusal,
  };
}
