import { ErrorCode } from '../protocol/errors.ts';
import { removeRaftVoterRequest } from '../protocol/messages/remove-raft-voter-request.ts';
import { removeRaftVoterResponse } from '../protocol/messages/remove-raft-voter-response.ts';
import { voterOf } from '../raft/voter-set.ts';
import type { Handler } from './handler.ts';
import {
  plainRefusal,
  type RaftVoterNeeds,
  refusedChangeOfVoters,
  votersText,
  voterText,
} from './raft-voters.ts';

/** RemoveRaftVoter (key 81), version 0 (KIP-853): always refused, with the reason. */
export function removeRaftVoterHandler(
  needs: RaftVoterNeeds,
): Handler<typeof removeRaftVoterRequest, typeof removeRaftVoterResponse> {
  return {
    request: removeRaftVoterRequest,
    response: removeRaftVoterResponse,
    handle: (request, context) =>
      refusedChangeOfVoters(needs, context, request, (voter, voters) =>
        voterOf(voters, voter) === null
          ? {
              errorCode: ErrorCode.VOTER_NOT_FOUND,
              errorMessage: `Cannot remove voter ${voterText(voter)} from the set of voters ${votersText(voters)}`,
            }
          : {
              errorCode: ErrorCode.INVALID_REQUEST,
              errorMessage: `${voterText(voter)} stays a voter: the voters of a cluster are chosen when its directories are made.`,
            },
      ),
    refuse: plainRefusal,
  };
}
