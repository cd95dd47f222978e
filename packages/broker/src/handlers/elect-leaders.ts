import type { Controller } from '../controller/controller.ts';
import type { ElectionResult, WantedElections } from '../controller/elect-leaders.ts';
import { ErrorCode, errorOf } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import { electLeadersRequest } from '../protocol/messages/elect-leaders-request.ts';
import { electLeadersResponse } from '../protocol/messages/elect-leaders-response.ts';
import { CLUSTER_RESOURCE } from '../security/authorized-operations.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import { byTopic } from './by-topic.ts';
import { type Handler, NOT_CONTROLLER } from './handler.ts';

export interface ElectLeadersNeeds {
  readonly controller: Controller;
  readonly authorizer: Authorizer;
  /** Resolves once this broker serves what was committed before the call, so that who was answered finds it. */
  readonly caughtUp: () => Promise<void>;
}

type ElectLeadersRequest = Decoded<typeof electLeadersRequest>;
type ElectLeadersResponse = Encodable<typeof electLeadersResponse>;

const PREFERRED = 0;
const UNCLEAN = 1;

/** ElectLeaders (key 43), versions 0–2 (KIP-460): of partitions that are named, or of all that need it. */
export function electLeadersHandler(
  needs: ElectLeadersNeeds,
): Handler<typeof electLeadersRequest, typeof electLeadersResponse> {
  return {
    request: electLeadersRequest,
    response: electLeadersResponse,
    async handle(request, { principal }) {
      const { authorizer, controller } = needs;
      if (!authorizer.isAllowed(principal, AclOperation.ALTER, 'cluster', CLUSTER_RESOURCE)) {
        return refused(ErrorCode.CLUSTER_AUTHORIZATION_FAILED, request);
      }
      const { electionType } = request;
      if (electionType !== PREFERRED && electionType !== UNCLEAN) {
        return refused(ErrorCode.INVALID_REQUEST, request, `Unknown election type ${electionType}`);
      }
      const wanted: WantedElections = {
        kind: electionType === PREFERRED ? 'preferred' : 'unclean',
        partitions: partitionsOf(request),
      };
      const outcome = await controller.electLeaders(wanted);
      if (outcome.kind === 'not-controller') return NOT_CONTROLLER;
      await needs.caughtUp();
      const topics =
        request.topicPartitions === null
          ? [...controller.image.topicsByName.keys()]
          : request.topicPartitions.map(({ topic }) => topic);
      return { replicaElectionResults: resultsOf(topics, outcome.response) };
    },
    refuse: (errorCode, request) => refused(errorCode, request),
  };
}

function partitionsOf({ topicPartitions }: ElectLeadersRequest): WantedElections['partitions'] {
  if (topicPartitions === null) return null;
  return topicPartitions.flatMap(({ topic, partitions }) =>
    partitions.map((partitionId) => ({ topic, partitionId })),
  );
}

/** A topic of which nothing is to be said is there all the same. */
function resultsOf(
  topics: readonly string[],
  results: readonly ElectionResult[],
): NonNullable<ElectLeadersResponse['replicaElectionResults']> {
  const found = byTopic(results);
  return [...new Set(topics)].map((topic) => ({
    topic,
    partitionResult: (found.get(topic) ?? []).map(({ partitionId, errorCode, errorMessage }) => ({
      partitionId,
      errorCode,
      errorMessage,
    })),
  }));
}

function refused(
  errorCode: number,
  { topicPartitions }: ElectLeadersRequest,
  errorMessage: string = errorOf(errorCode).message,
): ElectLeadersResponse {
  return {
    errorCode,
    replicaElectionResults: (topicPartitions ?? []).map(({ topic, partitions }) => ({
      topic,
      partitionResult: partitions.map((partitionId) => ({ partitionId, errorCode, errorMessage })),
    })),
  };
}
