import type { Controller } from '../controller/controller.ts';
import type { TopicCreation } from '../controller/create-topics.ts';
import { CLUSTER_METADATA_TOPIC } from '../metadata/topic-name.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import { createTopicsRequest } from '../protocol/messages/create-topics-request.ts';
import { createTopicsResponse } from '../protocol/messages/create-topics-response.ts';
import { CLUSTER_RESOURCE } from '../security/authorized-operations.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import { repeatedIn } from './distinct.ts';
import { type Handler, NOT_CONTROLLER, type RequestContext } from './handler.ts';

export interface CreateTopicsNeeds {
  readonly controller: Controller;
  readonly authorizer: Authorizer;
  /** Resolves once this broker serves what was committed before the call, so that who was answered finds it. */
  readonly caughtUp: () => Promise<void>;
}

type CreateTopicsRequest = Decoded<typeof createTopicsRequest>;
type CreateTopicsResponse = Encodable<typeof createTopicsResponse>;
type CreatedTopic = NonNullable<CreateTopicsResponse['topics']>[number];

/**
 * CreateTopics (key 19), versions 2–7: partitions and replication factor, or -1 for the cluster's default (4), or
 * replicas by hand; validate-only; the configs in force come back from 5 on to those who may see them, the topic id
 * from 7 on. Answered when the topics are committed.
 */
export function createTopicsHandler(
  needs: CreateTopicsNeeds,
): Handler<typeof createTopicsRequest, typeof createTopicsResponse> {
  return {
    request: createTopicsRequest,
    response: createTopicsResponse,
    async handle(request, context) {
      const repeated = repeatedIn(request.topics.map(({ name }) => name));
      const refusals = [...repeated].map((name) =>
        failedTopic(name, ErrorCode.INVALID_REQUEST, 'Duplicate topic name.'),
      );
      const distinct = request.topics.filter(({ name }) => !repeated.has(name));
      const accepted = distinct.filter(({ name }) => {
        const refusal = refusalOf(needs.authorizer, name, context);
        if (refusal !== null) refusals.push(refusal);
        return refusal === null;
      });
      const outcome = await needs.controller.createTopics(accepted, request);
      if (outcome.kind === 'not-controller') return NOT_CONTROLLER;
      await needs.caughtUp();
      return {
        topics: [...outcome.response.map((creation) => answer(needs, creation, context)), ...refusals],
      };
    },
    refuse: refused,
  };
}

function refused(errorCode: number, request: CreateTopicsRequest): CreateTopicsResponse {
  return { topics: request.topics.map(({ name }) => failedTopic(name, errorCode, null)) };
}

function refusalOf(authorizer: Authorizer, name: string, { principal }: RequestContext): CreatedTopic | null {
  if (name === CLUSTER_METADATA_TOPIC) {
    return failedTopic(
      name,
      ErrorCode.INVALID_REQUEST,
      `Creation of internal topic ${CLUSTER_METADATA_TOPIC} is prohibited.`,
    );
  }
  return authorizer.isAllowed(principal, AclOperation.CREATE, 'cluster', CLUSTER_RESOURCE) ||
    authorizer.isAllowed(principal, AclOperation.CREATE, 'topic', name)
    ? null
    : failedTopic(name, ErrorCode.TOPIC_AUTHORIZATION_FAILED, 'Authorization failed.');
}

function failedTopic(name: string, errorCode: number, errorMessage: string | null): CreatedTopic {
  return { name, errorCode, errorMessage, configs: [] };
}

function answer(
  { authorizer }: CreateTopicsNeeds,
  creation: TopicCreation,
  { principal }: RequestContext,
): CreatedTopic {
  const { name } = creation;
  if (creation.kind === 'failed') return failedTopic(name, creation.errorCode, creation.errorMessage);
  const created = { name, topicId: creation.topicId, errorCode: ErrorCode.NONE, errorMessage: null };
  if (!authorizer.isAllowed(principal, AclOperation.DESCRIBE_CONFIGS, 'topic', name)) {
    return { ...created, configs: [], topicConfigErrorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED };
  }
  return {
    ...created,
    numPartitions: creation.numPartitions,
    replicationFactor: creation.replicationFactor,
    configs: creation.configs.map((config) => ({
      name: config.name,
      value: config.isSensitive ? null : config.value,
      readOnly: false,
      configSource: config.source,
      isSensitive: config.isSensitive,
    })),
  };
}
