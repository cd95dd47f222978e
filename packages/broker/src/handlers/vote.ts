import { voteRequest } from '../protocol/messages/vote-request.ts';
import { voteResponse } from '../protocol/messages/vote-response.ts';
import { readVoteRequest, writeVoteResponse } from '../raft/wire/vote-messages.ts';
import type { Handler } from './handler.ts';
import { type QuorumNeeds, quorumAnswer } from './quorum-answer.ts';

/** Vote (key 52), versions 0–2: another controller asks for this voter's vote, or what it would be (pre-vote, from version 2). */
export function voteHandler(needs: QuorumNeeds): Handler<typeof voteRequest, typeof voteResponse> {
  return {
    request: voteRequest,
    response: voteResponse,
    async handle(request, { apiVersion, principal }) {
      const answer = await quorumAnswer(needs, principal, readVoteRequest(request));
      return answer.api === 'refused'
        ? { errorCode: answer.errorCode }
        : writeVoteResponse(answer, apiVersion);
    },
    refuse: (errorCode) => ({ errorCode }),
  };
}
