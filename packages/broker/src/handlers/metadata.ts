import type { MetadataImage, PartitionImage, TopicImage } from '../metadata/metadata-image.ts';
import { invalidTopicName, isInternalTopic } from '../metadata/topic-name.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import { metadataRequest } from '../protocol/messages/metadata-request.ts';
import { metadataResponse } from '../protocol/messages/metadata-response.ts';
import { ZERO_UUID } from '../protocol/uuid.ts';
import {
  authorizedClusterOperations,
  authorizedTopicOperations,
  CLUSTER_RESOURCE,
} from '../security/authorized-operations.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import type { Handler, RequestContext } from './handler.ts';
import { ListenerView } from './listener-view.ts';

export interface MetadataNeeds {
  readonly image: () => MetadataImage;
  readonly authorizer: Authorizer;
  readonly clusterId: string;
  /** `auto.create.topics.enable` as it is set now. */
  readonly autoCreatesTopics: () => boolean;
  /** Asks for topics to be made, unless that is under way; nobody waits for it. */
  readonly autoCreateTopics: (names: readonly string[]) => void;
}

type MetadataRequest = Decoded<typeof metadataRequest>;
type MetadataResponse = Encodable<typeof metadataResponse>;
type MetadataTopic = NonNullable<MetadataResponse['topics']>[number];
type MetadataPartition = NonNullable<MetadataTopic['partitions']>[number];

const TOPIC_IDS_FROM = 12;
const LISTENER_NOT_FOUND_FROM = 6;
const OPERATIONS_FROM = 8;
const CLUSTER_OPERATIONS_TO = 10;

/**
 * Metadata (key 3), versions 0–13: brokers, and topics by name or, from 12 on, by id. In version 0 an empty list
 * asks for all topics, later ones say null. A topic that is not there is made where the request (from 4 on) and
 * `auto.create.topics.enable` allow it; the first answer still says UNKNOWN_TOPIC_OR_PARTITION, and clients ask
 * again. The controller is some live broker, for any of them takes a controller's requests.
 */
export function metadataHandler(
  needs: MetadataNeeds,
): Handler<typeof metadataRequest, typeof metadataResponse> {
  return {
    request: metadataRequest,
    response: metadataResponse,
    handle(request, context) {
      if (asksWrongly(request, context)) return refused(ErrorCode.INVALID_REQUEST, request);
      const image = needs.image();
      const view = new ListenerView(image, context.listenerName);
      const answer = new MetadataAnswer(needs, { image, view, request, context });
      const brokers = view.liveBrokers;
      return {
        brokers: brokers.map(({ id, host, port, rack }) => ({ nodeId: id, host, port, rack })),
        clusterId: needs.clusterId,
        controllerId: brokers[0]?.id ?? -1,
        topics: answer.topics(),
        ...clusterOperations(needs.authorizer, request, context),
      };
    },
    refuse: refused,
  };
}

function refused(errorCode: number, request: MetadataRequest): MetadataResponse {
  const topics = (request.topics ?? []).map(({ name, topicId }) => ({
    errorCode,
    name: name ?? '',
    topicId,
  }));
  return { topics, errorCode };
}

/** Versions 10 and 11 carry an id that nobody answers by. */
function asksWrongly(request: MetadataRequest, { apiVersion }: RequestContext): boolean {
  return (
    apiVersion < TOPIC_IDS_FROM &&
    (request.topics ?? []).some(({ name, topicId }) => name === null || topicId !== ZERO_UUID)
  );
}

function clusterOperations(
  authorizer: Authorizer,
  request: MetadataRequest,
  { apiVersion, principal }: RequestContext,
): MetadataResponse {
  if (apiVersion > CLUSTER_OPERATIONS_TO || !request.includeClusterAuthorizedOperations) return {};
  const mayDescribe = authorizer.isAllowed(principal, AclOperation.DESCRIBE, 'cluster', CLUSTER_RESOURCE);
  return {
    clusterAuthorizedOperations: mayDescribe ? authorizedClusterOperations(authorizer, principal) : 0,
  };
}

interface Question {
  readonly image: MetadataImage;
  readonly view: ListenerView;
  readonly request: MetadataRequest;
  readonly context: RequestContext;
}

class MetadataAnswer {
  readonly #needs: MetadataNeeds;
  readonly #question: Question;

  constructor(needs: MetadataNeeds, question: Question) {
    this.#needs = needs;
    this.#question = question;
  }

  topics(): MetadataTopic[] {
    const { context, request } = this.#question;
    const { topics } = request;
    if (topics === null || (context.apiVersion === 0 && topics.length === 0)) return this.#allTopics();
    const ids = new Set(topics.map(({ topicId }) => topicId).filter((id) => id !== ZERO_UUID));
    return ids.size > 0
      ? [...ids].map((id) => this.#topicById(id))
      : this.#topicsByName([...new Set(topics.map(({ name }) => name ?? ''))]);
  }

  #allTopics(): MetadataTopic[] {
    return [...this.#question.image.topicsByName.values()]
      .filter(({ name }) => this.#isAllowed(AclOperation.DESCRIBE, name))
      .map((topic) => this.#described(topic));
  }

  #topicById(topicId: string): MetadataTopic {
    const topic = this.#question.image.topicsById.get(topicId);
    if (topic === undefined) return { errorCode: ErrorCode.UNKNOWN_TOPIC_ID, name: null, topicId };
    return this.#isAllowed(AclOperation.DESCRIBE, topic.name)
      ? this.#described(topic)
      : { errorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED, name: null, topicId };
  }

  #topicsByName(names: readonly string[]): MetadataTopic[] {
    const missing: string[] = [];
    const topics = names.map((name) => {
      if (!this.#isAllowed(AclOperation.DESCRIBE, name)) {
        // Whether the topic exists is not disclosed.
        return { errorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED, name };
      }
      const topic = this.#question.image.topicsByName.get(name);
      if (topic !== undefined) return this.#described(topic);
      const errorCode = this.#missingTopicError(name);
      if (errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) missing.push(name);
      return { errorCode, name, isInternal: isInternalTopic(name) };
    });
    if (this.#mayCreate && missing.length > 0) this.#needs.autoCreateTopics(missing);
    return topics;
  }

  get #mayCreate(): boolean {
    return this.#question.request.allowAutoTopicCreation && this.#needs.autoCreatesTopics();
  }

  #missingTopicError(name: string): number {
    const { principal } = this.#question.context;
    if (
      this.#mayCreate &&
      !this.#needs.authorizer.isAllowed(principal, AclOperation.CREATE, 'cluster', CLUSTER_RESOURCE) &&
      !this.#isAllowed(AclOperation.CREATE, name)
    ) {
      return ErrorCode.TOPIC_AUTHORIZATION_FAILED;
    }
    return invalidTopicName(name) === null
      ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
      : ErrorCode.INVALID_TOPIC_EXCEPTION;
  }

  #described(topic: TopicImage): MetadataTopic {
    const { context, request } = this.#question;
    const { name, id } = topic;
    const tellOperations = context.apiVersion >= OPERATIONS_FROM && request.includeTopicAuthorizedOperations;
    return {
      errorCode: ErrorCode.NONE,
      name,
      topicId: id,
      isInternal: isInternalTopic(name),
      partitions: topic.partitions.map((partition, index) => this.#partition(partition, index)),
      ...(tellOperations && {
        topicAuthorizedOperations: authorizedTopicOperations(this.#needs.authorizer, context.principal, name),
      }),
    };
  }

  #partition(partition: PartitionImage, partitionIndex: number): MetadataPartition {
    const { context, view } = this.#question;
    const leaderId = view.leaderOf(partition);
    const listsOnlyLive = context.apiVersion === 0;
    const replicaNodes = listsOnlyLive
      ? partition.replicas.filter((id) => view.isAlive(id))
      : partition.replicas;
    const isrNodes = listsOnlyLive ? partition.isr.filter((id) => view.isAlive(id)) : partition.isr;
    const isComplete =
      replicaNodes.length === partition.replicas.length && isrNodes.length === partition.isr.length;
    return {
      errorCode:
        leaderId === -1
          ? this.#leaderError(partition)
          : isComplete
            ? ErrorCode.NONE
            : ErrorCode.REPLICA_NOT_AVAILABLE,
      partitionIndex,
      leaderId,
      leaderEpoch: partition.leaderEpoch,
      replicaNodes,
      isrNodes,
      offlineReplicas: view.offlineReplicas(partition),
    };
  }

  /** Clients from version 6 on are told when it is only the listener that the leader lacks. */
  #leaderError(partition: PartitionImage): number {
    const { context, image } = this.#question;
    return image.brokers.has(partition.leader) && context.apiVersion >= LISTENER_NOT_FOUND_FROM
      ? ErrorCode.LISTENER_NOT_FOUND
      : ErrorCode.LEADER_NOT_AVAILABLE;
  }

  #isAllowed(operation: AclOperation, topic: string): boolean {
    return this.#needs.authorizer.isAllowed(this.#question.context.principal, operation, 'topic', topic);
  }
}
