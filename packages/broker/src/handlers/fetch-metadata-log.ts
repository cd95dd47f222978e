import { fetchRequest } from '../protocol/messages/fetch-request.ts';
import { fetchResponse } from '../protocol/messages/fetch-response.ts';
import { readFetchRequest, writeFetchResponse } from '../raft/wire/fetch-messages.ts';
import type { Handler } from './handler.ts';
import { type QuorumNeeds, quorumAnswer } from './quorum-answer.ts';

/**
 * Fetch (key 1) on the listener of controllers, versions 4–18: voters and observers follow the metadata log. Before
 * version 13 a fetch does not name it by its id: INVALID_REQUEST, as in Kafka.
 */
export function fetchMetadataLogHandler(
  needs: QuorumNeeds,
): Handler<typeof fetchRequest, typeof fetchResponse> {
  return {
    request: fetchRequest,
    response: fetchResponse,
    async handle(request, { apiVersion, principal }) {
      const answer = await quorumAnswer(needs, principal, readFetchRequest(request, apiVersion));
      return answer.api === 'refused'
        ? { errorCode: answer.errorCode }
        : writeFetchResponse(answer, apiVersion);
    },
    refuse: (errorCode) => ({ errorCode }),
  };
}
