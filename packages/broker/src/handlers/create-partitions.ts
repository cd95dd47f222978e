import type { Controller } from '../controller/controller.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import { createPartitionsRequest } from '../protocol/messages/create-partitions-request.ts';
import { createPartitionsResponse } from '../protocol/messages/create-partitions-response.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import { repeatedIn } from './distinct.ts';
import { type Handler, NOT_CONTROLLER } from './handler.ts';

export interface CreatePartitionsNeeds {
  readonly controller: Controller;
  readonly authorizer: Authorizer;
  /** Resolves once this broker serves what was committed before the call, so that who was answered finds it. */
  readonly caughtUp: () => Promise<void>;
}

type CreatePartitionsRequest = Decoded<typeof createPartitionsRequest>;
type CreatePartitionsResponse = Encodable<typeof createPartitionsResponse>;

/**
 * CreatePartitions (key 37), versions 0–3: more partitions for topics that are there, placed by the controller or by
 * hand; validate-only.
 */
export function createPartitionsHandler(
  needs: CreatePartitionsNeeds,
): Handler<typeof createPartitionsRequest, typeof createPartitionsResponse> {
  return {
    request: createPartitionsRequest,
    response: createPartitionsResponse,
    async handle(request, { principal }) {
      const repeated = repeatedIn(request.topics.map(({ name }) => name));
      const mayAlter = (name: string) =>
        needs.authorizer.isAllowed(principal, AclOperation.ALTER, 'topic', name);
      const distinct = request.topics.filter(({ name }) => !repeated.has(name));
      const outcome = await needs.controller.createPartitions(
        distinct.filter(({ name }) => mayAlter(name)),
        request,
      );
      if (outcome.kind === 'not-controller') return NOT_CONTROLLER;
      await needs.caughtUp();
      return {
        results: [
          ...[...repeated].map((name) => ({
            name,
            errorCode: ErrorCode.INVALID_REQUEST,
            errorMessage: 'Duplicate topic name.',
          })),
          ...distinct
            .filter(({ name }) => !mayAlter(name))
            .map(({ name }) => ({ name, errorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED })),
          ...outcome.response,
        ],
      };
    },
    refuse: refused,
  };
}

function refused(errorCode: number, request: CreatePartitionsRequest): CreatePartitionsResponse {
  return { results: request.topics.map(({ name }) => ({ name, errorCode })) };
}
