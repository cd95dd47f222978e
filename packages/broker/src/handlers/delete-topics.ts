import type { Controller } from '../controller/controller.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import { ErrorCode, errorOf } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import { deleteTopicsRequest } from '../protocol/messages/delete-topics-request.ts';
import { deleteTopicsResponse } from '../protocol/messages/delete-topics-response.ts';
import { ZERO_UUID } from '../protocol/uuid.ts';
import { CLUSTER_RESOURCE } from '../security/authorized-operations.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import { repeatedIn } from './distinct.ts';
import { type Handler, NOT_CONTROLLER, type RequestContext } from './handler.ts';

export interface DeleteTopicsNeeds {
  readonly controller: Controller;
  readonly authorizer: Authorizer;
  /** Resolves once this broker serves what was committed before the call, so that who was answered finds it. */
  readonly caughtUp: () => Promise<void>;
  /** `delete.topic.enable` as it is set now. */
  readonly deletesTopics: () => boolean;
}

type DeleteTopicsRequest = Decoded<typeof deleteTopicsRequest>;
type DeleteTopicsResponse = Encodable<typeof deleteTopicsResponse>;
type DeletedTopic = NonNullable<DeleteTopicsResponse['responses']>[number];

const DELETION_DISABLED_FROM = 3;

/**
 * DeleteTopics (key 20), versions 1–6: by name, from 6 on by name or by id. Every name and id is answered once, a
 * repeated one with INVALID_REQUEST, and a topic that was named in both ways too.
 */
export function deleteTopicsHandler(
  needs: DeleteTopicsNeeds,
): Handler<typeof deleteTopicsRequest, typeof deleteTopicsResponse> {
  return {
    request: deleteTopicsRequest,
    response: deleteTopicsResponse,
    async handle(request, context) {
      if (!needs.deletesTopics()) {
        const errorCode =
          context.apiVersion < DELETION_DISABLED_FROM
            ? ErrorCode.INVALID_REQUEST
            : ErrorCode.TOPIC_DELETION_DISABLED;
        return refused(errorCode, request);
      }
      const selection = new Selection(needs, context);
      selection.select(request);
      const outcome = await needs.controller.deleteTopics([...selection.nameById.keys()]);
      if (outcome.kind === 'not-controller') return NOT_CONTROLLER;
      await needs.caughtUp();
      return {
        responses: [
          ...selection.refusals,
          ...outcome.response.map(({ topicId, errorCode, errorMessage }) => ({
            name: selection.nameById.get(topicId) ?? null,
            topicId,
            errorCode,
            errorMessage,
          })),
        ],
      };
    },
    refuse: refused,
  };
}

function refused(errorCode: number, request: DeleteTopicsRequest): DeleteTopicsResponse {
  const errorMessage = errorOf(errorCode).message;
  return {
    responses: [
      ...request.topicNames.map((name) => ({ name, errorCode, errorMessage })),
      ...request.topics.map(({ name, topicId }) => ({ name, topicId, errorCode, errorMessage })),
    ],
  };
}

/** Sorts what was asked for into topics to delete and refusals. */
class Selection {
  readonly nameById = new Map<string, string>();
  readonly refusals: DeletedTopic[] = [];
  readonly #image: MetadataImage;
  readonly #authorizer: Authorizer;
  readonly #context: RequestContext;

  constructor(needs: DeleteTopicsNeeds, context: RequestContext) {
    this.#image = needs.controller.image;
    this.#authorizer = needs.authorizer;
    this.#context = context;
  }

  select(request: DeleteTopicsRequest): void {
    const names = [...request.topicNames];
    const ids: string[] = [];
    for (const { name, topicId } of request.topics) {
      if (name !== null && topicId === ZERO_UUID) names.push(name);
      else if (name !== null) {
        this.#refuse({ name, topicId }, 'You may not specify both topic name and topic id.');
      } else if (topicId !== ZERO_UUID) ids.push(topicId);
      else this.#refuse({ name, topicId }, 'Neither topic name nor id were specified.');
    }
    const repeatedNames = repeatedIn(names);
    const repeatedIds = repeatedIn(ids);
    for (const name of repeatedNames) this.#refuse({ name, topicId: ZERO_UUID }, 'Duplicate topic name.');
    for (const topicId of repeatedIds) this.#refuse({ name: null, topicId }, 'Duplicate topic id.');
    for (const id of ids) if (!repeatedIds.has(id)) this.#selectId(id);
    for (const name of names) if (!repeatedNames.has(name)) this.#selectName(name, repeatedIds);
  }

  #selectId(topicId: string): void {
    const name = this.#image.topicsById.get(topicId)?.name;
    if (name === undefined) {
      this.#fail({ name: null, topicId }, ErrorCode.UNKNOWN_TOPIC_ID);
    } else if (this.#isAllowed(AclOperation.DELETE, name)) {
      this.nameById.set(topicId, name);
    } else {
      const shownName = this.#isAllowed(AclOperation.DESCRIBE, name) ? name : null;
      this.#fail({ name: shownName, topicId }, ErrorCode.TOPIC_AUTHORIZATION_FAILED);
    }
  }

  #selectName(name: string, repeatedIds: ReadonlySet<string>): void {
    const id = this.#image.topicsByName.get(name)?.id;
    if (!this.#isAllowed(AclOperation.DESCRIBE, name)) {
      this.#fail({ name, topicId: ZERO_UUID }, ErrorCode.TOPIC_AUTHORIZATION_FAILED);
    } else if (id === undefined) {
      this.#fail({ name, topicId: ZERO_UUID }, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    } else if (!this.#isAllowed(AclOperation.DELETE, name)) {
      this.#fail({ name, topicId: ZERO_UUID }, ErrorCode.TOPIC_AUTHORIZATION_FAILED);
    } else if (this.nameById.has(id) || repeatedIds.has(id)) {
      this.nameById.delete(id);
      this.#refuse({ name, topicId: id }, 'The provided topic name maps to an ID that was already supplied.');
    } else {
      this.nameById.set(id, name);
    }
  }

  #isAllowed(operation: AclOperation, topic: string): boolean {
    const { principal } = this.#context;
    return (
      this.#authorizer.isAllowed(principal, AclOperation.DELETE, 'cluster', CLUSTER_RESOURCE) ||
      this.#authorizer.isAllowed(principal, operation, 'topic', topic)
    );
  }

  #refuse(topic: { readonly name: string | null; readonly topicId: string }, errorMessage: string): void {
    this.refusals.push({ ...topic, errorCode: ErrorCode.INVALID_REQUEST, errorMessage });
  }

  #fail(topic: { readonly name: string | null; readonly topicId: string }, errorCode: number): void {
    this.refusals.push({ ...topic, errorCode, errorMessage: errorOf(errorCode).message });
  }
}
