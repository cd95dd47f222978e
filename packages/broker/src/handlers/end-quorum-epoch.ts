import { endQuorumEpochRequest } from '../protocol/messages/end-quorum-epoch-request.ts';
import { endQuorumEpochResponse } from '../protocol/messages/end-quorum-epoch-response.ts';
import { readEndQuorumEpochRequest, writeEpochResponse } from '../raft/wire/epoch-messages.ts';
import type { Handler } from './handler.ts';
import { type QuorumNeeds, quorumAnswer } from './quorum-answer.ts';

/** EndQuorumEpoch (key 54), versions 0–1: the leader of an epoch gives way, and says to whom. */
export function endQuorumEpochHandler(
  needs: QuorumNeeds,
): Handler<typeof endQuorumEpochRequest, typeof endQuorumEpochResponse> {
  return {
    request: endQuorumEpochRequest,
    response: endQuorumEpochResponse,
    async handle(request, { apiVersion, principal }) {
      const answer = await quorumAnswer(needs, principal, readEndQuorumEpochRequest(request));
      return answer.api === 'refused'
        ? { errorCode: answer.errorCode }
        : writeEpochResponse(answer, apiVersion);
    },
    refuse: (errorCode) => ({ errorCode }),
  };
}
