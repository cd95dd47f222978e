import { type MetadataImage, partitionOf } from '../metadata/metadata-image.ts';
import { GROUP_METADATA_TOPIC, TRANSACTION_STATE_TOPIC } from '../metadata/topic-name.ts';
import { ErrorCode, errorOf } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import { findCoordinatorRequest } from '../protocol/messages/find-coordinator-request.ts';
import { findCoordinatorResponse } from '../protocol/messages/find-coordinator-response.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import type { Handler, RequestContext } from './handler.ts';

export interface FindCoordinatorNeeds {
  readonly image: () => MetadataImage;
  readonly authorizer: Authorizer;
  /** The partition of `__consumer_offsets` that holds a group. */
  readonly groupPartition: (groupId: string) => number;
  /** The partition of `__transaction_state` that holds a transactional id. */
  readonly transactionPartition: (transactionalId: string) => number;
  /**
   * Asks for the topic of a coordinator to be made as the configs for it say, unless that is under way. The client is
   * told to ask again, so nobody waits for it.
   */
  readonly createInternalTopic: (name: string) => void;
}

type FindCoordinatorRequest = Decoded<typeof findCoordinatorRequest>;
type FindCoordinatorResponse = Encodable<typeof findCoordinatorResponse>;
type FoundCoordinator = NonNullable<FindCoordinatorResponse['coordinators']>[number];

const CoordinatorType = { GROUP: 0, TRANSACTION: 1 } as const;

/** From here on several keys are asked for at once. */
const BATCHED_FROM = 4;

/** FindCoordinator (key 10), versions 0–6: the broker that leads the partition a group, or a transactional id, lives in. */
export function findCoordinatorHandler(
  needs: FindCoordinatorNeeds,
): Handler<typeof findCoordinatorRequest, typeof findCoordinatorResponse> {
  return {
    request: findCoordinatorRequest,
    response: findCoordinatorResponse,
    handle: (request, context) =>
      shape(
        keysOf(request, context.apiVersion).map((key) => find(needs, { key, request, context })),
        context.apiVersion,
      ),
    refuse: (errorCode, request, { apiVersion }) =>
      shape(
        keysOf(request, apiVersion).map((key) => notFound(key, errorCode)),
        apiVersion,
      ),
  };
}

interface CoordinatorQuestion {
  readonly key: string;
  readonly request: FindCoordinatorRequest;
  readonly context: RequestContext;
}

function find(needs: FindCoordinatorNeeds, question: CoordinatorQuestion): FoundCoordinator {
  const { context, key, request } = question;
  const { authorizer } = needs;
  const mayDescribe = (type: 'group' | 'transactionalId'): boolean =>
    authorizer.isAllowed(context.principal, AclOperation.DESCRIBE, type, key);
  switch (request.keyType) {
    case CoordinatorType.GROUP:
      return mayDescribe('group')
        ? leaderOf(needs, question, { topic: GROUP_METADATA_TOPIC, partition: needs.groupPartition(key) })
        : notFound(key, ErrorCode.GROUP_AUTHORIZATION_FAILED);
    case CoordinatorType.TRANSACTION:
      return mayDescribe('transactionalId')
        ? leaderOf(needs, question, {
            topic: TRANSACTION_STATE_TOPIC,
            partition: needs.transactionPartition(key),
          })
        : notFound(key, ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
    default:
      return notFound(key, ErrorCode.INVALID_REQUEST);
  }
}

function leaderOf(
  needs: FindCoordinatorNeeds,
  { context, key }: CoordinatorQuestion,
  { topic, partition: index }: { readonly topic: string; readonly partition: number },
): FoundCoordinator {
  const image = needs.image();
  if (!image.topicsByName.has(topic)) {
    needs.createInternalTopic(topic);
    return notFound(key, ErrorCode.COORDINATOR_NOT_AVAILABLE);
  }
  const partition = partitionOf(image, topic, index);
  const broker = partition === undefined ? undefined : image.brokers.get(partition.leader);
  const endpoint = broker?.endpoints.find(({ listenerName }) => listenerName === context.listenerName);
  if (broker === undefined || broker.isFenced || endpoint === undefined) {
    return notFound(key, ErrorCode.COORDINATOR_NOT_AVAILABLE);
  }
  return { key, nodeId: broker.id, host: endpoint.host, port: endpoint.port, errorCode: ErrorCode.NONE };
}

function notFound(key: string, errorCode: number): FoundCoordinator {
  return { key, nodeId: -1, host: '', port: -1, errorCode };
}

function keysOf(request: FindCoordinatorRequest, apiVersion: number): readonly string[] {
  return apiVersion >= BATCHED_FROM ? request.coordinatorKeys : [request.key];
}

function shape(coordinators: readonly FoundCoordinator[], apiVersion: number): FindCoordinatorResponse {
  if (apiVersion >= BATCHED_FROM) return { coordinators };
  const {
    errorCode = ErrorCode.NONE,
    errorMessage,
    host = '',
    nodeId = -1,
    port = -1,
  } = coordinators[0] ?? {};
  return { errorCode, errorMessage: errorMessage ?? errorOf(errorCode).message, nodeId, host, port };
}
