import { fetchSnapshotRequest } from '../protocol/messages/fetch-snapshot-request.ts';
import { fetchSnapshotResponse } from '../protocol/messages/fetch-snapshot-response.ts';
import { readFetchSnapshotRequest, writeFetchSnapshotResponse } from '../raft/wire/snapshot-messages.ts';
import type { Handler } from './handler.ts';
import { type QuorumNeeds, quorumAnswer } from './quorum-answer.ts';

/** FetchSnapshot (key 59), versions 0–1: a part of a snapshot of the metadata log, for a replica that is too far behind. */
export function fetchSnapshotHandler(
  needs: QuorumNeeds,
): Handler<typeof fetchSnapshotRequest, typeof fetchSnapshotResponse> {
  return {
    request: fetchSnapshotRequest,
    response: fetchSnapshotResponse,
    async handle(request, { apiVersion, principal }) {
      const answer = await quorumAnswer(needs, principal, readFetchSnapshotRequest(request));
      return answer.api === 'refused'
        ? { errorCode: answer.errorCode }
        : writeFetchSnapshotResponse(answer, apiVersion);
    },
    refuse: (errorCode) => ({ errorCode }),
  };
}
