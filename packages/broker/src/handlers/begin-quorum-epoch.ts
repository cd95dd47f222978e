import { beginQuorumEpochRequest } from '../protocol/messages/begin-quorum-epoch-request.ts';
import { beginQuorumEpochResponse } from '../protocol/messages/begin-quorum-epoch-response.ts';
import { readBeginQuorumEpochRequest, writeEpochResponse } from '../raft/wire/epoch-messages.ts';
import type { Handler } from './handler.ts';
import { type QuorumNeeds, quorumAnswer } from './quorum-answer.ts';

/** BeginQuorumEpoch (key 53), versions 0–1: the leader of an epoch announces itself. */
export function beginQuorumEpochHandler(
  needs: QuorumNeeds,
): Handler<typeof beginQuorumEpochRequest, typeof beginQuorumEpochResponse> {
  return {
    request: beginQuorumEpochRequest,
    response: beginQuorumEpochResponse,
    async handle(request, { apiVersion, principal }) {
      const answer = await quorumAnswer(needs, principal, readBeginQuorumEpochRequest(request));
      return answer.api === 'refused'
        ? { errorCode: answer.errorCode }
        : writeEpochResponse(answer, apiVersion);
    },
    refuse: (errorCode) => ({ errorCode }),
  };
}
