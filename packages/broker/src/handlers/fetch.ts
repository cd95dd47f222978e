import type { MetadataImage } from '../metadata/metadata-image.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import { fetchRequest } from '../protocol/messages/fetch-request.ts';
import { fetchResponse } from '../protocol/messages/fetch-response.ts';
import type { ReplicationQuota } from '../quotas/replication-quota.ts';
import { nearestReplica, type ReplicaSelector } from '../replication/nearest-replica.ts';
import type { Partition, ReadIsolation } from '../replication/partition.ts';
import { failedRead, type PartitionRead } from '../replication/partition-read.ts';
import type { Replicas } from '../replication/replicas.ts';
import type { Clock } from '../runtime/clock.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import { readForConsumer } from './consumer-reads.ts';
import type { FetchScope, FetchSessions } from './fetch-sessions.ts';
import { readForFollower } from './follower-reads.ts';
import type { Handler, RequestContext } from './handler.ts';
import { currentLeaderOf, LeaderEndpoints } from './leader-endpoints.ts';
import { type FetchTarget, isRemarkable, ReadPass } from './read-pass.ts';
import type { PartitionFetch, PartitionProgress, SessionPartition } from './session-partition.ts';

export interface FetchNeeds {
  readonly image: () => MetadataImage;
  readonly replicas: Replicas;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
  readonly sessions: FetchSessions;
  /** `fetch.max.bytes` of the broker: no response is larger, its first batch apart. */
  readonly fetchMaxBytes: number;
  readonly replicaSelector: ReplicaSelector;
  /** Of what throttled followers are sent. */
  readonly leaderQuota: ReplicationQuota;
}

type FetchRequest = Decoded<typeof fetchRequest>;
type TopicAnswer = NonNullable<Encodable<typeof fetchResponse>['responses']>[number];
type PartitionAnswer = NonNullable<TopicAnswer['partitions']>[number];

const FIRST_VERSION_WITH_RACK = 11;
const FIRST_VERSION_WITH_TOPIC_IDS = 13;
const FIRST_VERSION_WITH_LEADER = 16;
const READ_COMMITTED = 1;

/** The replica id of a consumer; brokers have theirs, tools that look at any replica have -2. */
const CONSUMER = -1;

/** Older clients take KAFKA_STORAGE_ERROR for an unknown one that is not worth a retry. */
const FIRST_VERSION_WITH_STORAGE_ERROR = 6;

/**
 * Fetch (key 1), versions 4–18. Whole batches, the first one even above the limits (KIP-74); waits until
 * `minBytes` are there or `maxWaitMs` are over; incremental sessions (KIP-227, version 7); leader epochs (KIP-320,
 * versions 9 and 12); reading from the nearest replica (KIP-392, version 11); topic ids (KIP-516, version 13); the
 * leader's address with NOT_LEADER_OR_FOLLOWER (KIP-951, version 16).
 */
export function fetchHandler(needs: FetchNeeds): Handler<typeof fetchRequest, typeof fetchResponse> {
  return {
    request: fetchRequest,
    response: fetchResponse,
    handle: (request, context) => handle(needs, request, context),
    refuse: (errorCode, request, { apiVersion }) => ({
      errorCode,
      responses:
        apiVersion >= 7
          ? []
          : request.topics.map(({ topic, partitions }) => ({
              topic,
              partitions: partitions.map(({ partition }) => ({
                partitionIndex: partition,
                errorCode,
                highWatermark: -1,
                records: new Uint8Array(0),
              })),
            })),
    }),
  };
}

async function handle(
  needs: FetchNeeds,
  request: FetchRequest,
  context: RequestContext,
): Promise<Encodable<typeof fetchResponse>> {
  const replicaId = replicaIdOf(request);
  const scope = needs.sessions.open({
    sessionId: request.sessionId,
    sessionEpoch: request.sessionEpoch,
    usesTopicIds: context.apiVersion >= FIRST_VERSION_WITH_TOPIC_IDS,
    follower: replicaId >= 0 ? { id: replicaId, brokerEpoch: request.replicaState.replicaEpoch } : null,
    fetches: fetchesOf(request),
    forgotten: request.forgottenTopicsData.flatMap(({ topic, topicId, partitions }) =>
      partitions.map((partition) => ({ topic, topicId, partition })),
    ),
  });
  if (scope.kind === 'refused') return { errorCode: sessionError(scope), sessionId: 0 };
  const targetOf = ({ fetch }: SessionPartition) => resolve(needs, { fetch, request, context });
  const pass = new ReadPass(readingOf(needs, request, context), scope.partitions.map(targetOf));
  const patience = { minBytes: request.minBytes, maxWaitMs: request.maxWaitMs, clock: needs.clock };
  let read = scope.partitions;
  if (scope.interest === null) await readForConsumer(pass, patience);
  else {
    const { interest } = scope;
    const maxWaitMs = needs.sessions.followerWaitMs(patience.maxWaitMs);
    read = await readForFollower(pass, read, {
      ...{ interest, targetOf },
      patience: { ...patience, maxWaitMs },
    });
    for (let index = 0; index < pass.targets.length; index++) {
      const partition = pass.targets[index]?.partition ?? null;
      if (partition !== null) needs.leaderQuota.note(partition, pass.reads[index]?.sizeInBytes ?? 0);
    }
  }
  const { targets, reads } = pass;
  const reply = scope.complete(read, reads.map(progressOf));
  if (reply.kind === 'superseded') {
    return { errorCode: ErrorCode.INVALID_FETCH_SESSION_EPOCH, sessionId: reply.sessionId };
  }
  const endpoints = new LeaderEndpoints(needs.image(), context.listenerName);
  const answers = targets.map((target, index) =>
    reply.included(index) ? answerOf(needs, { target, read: reads[index], context, endpoints }) : null,
  );
  return {
    sessionId: reply.sessionId,
    responses: groupedByTopic(targets, answers),
    nodeEndpoints: endpoints.list,
  };
}

/** How the request reads, whichever partition it is. */
function readingOf(needs: FetchNeeds, request: FetchRequest, { apiVersion, listenerName }: RequestContext) {
  const replicaId = replicaIdOf(request);
  const knowsRacks = apiVersion >= FIRST_VERSION_WITH_RACK;
  const rack = knowsRacks && replicaId < 0 && needs.replicaSelector === 'rack-aware' ? request.rackId : '';
  return {
    isolation: isolationOf(request),
    // A consumer that can name its rack may be served by a follower (KIP-392).
    requireLeader: replicaId >= 0 || (replicaId === CONSUMER && !knowsRacks),
    maxBytes: Math.min(request.maxBytes, needs.fetchMaxBytes),
    betterReplica: (partition: Partition, { fetchOffset }: PartitionFetch) =>
      rack === '' ? null : nearestReplica(partition, { rack, listenerName, fetchOffset }, needs.image()),
    // Who is in sync stays so.
    isHeldBack: (partition: Partition) =>
      replicaId >= 0 && !partition.isr.includes(replicaId) && needs.leaderQuota.holdsBack(partition),
  };
}

/** Who fetches: a broker's id, -1 for a consumer, -2 for a tool. */
function replicaIdOf(request: FetchRequest): number {
  return request.replicaState.replicaId >= 0 ? request.replicaState.replicaId : request.replicaId;
}

function isolationOf(request: FetchRequest): ReadIsolation {
  if (replicaIdOf(request) !== CONSUMER) return 'log-end';
  return request.isolationLevel === READ_COMMITTED ? 'last-stable-offset' : 'high-watermark';
}

/** Resolves a partition to the replica held here. */
function resolve(
  needs: FetchNeeds,
  { fetch, request, context }: { fetch: PartitionFetch; request: FetchRequest; context: RequestContext },
): FetchTarget {
  const usesIds = context.apiVersion >= FIRST_VERSION_WITH_TOPIC_IDS;
  const image = needs.image();
  const topic = usesIds ? image.topicsById.get(fetch.topicId) : image.topicsByName.get(fetch.topic);
  const unreadable = (errorCode: number): FetchTarget => ({
    fetch,
    topic: topic?.name ?? fetch.topic,
    partition: null,
    errorCode,
  });
  if (usesIds && topic === undefined) return unreadable(ErrorCode.UNKNOWN_TOPIC_ID);
  const name = topic?.name ?? fetch.topic;
  const isAllowed =
    replicaIdOf(request) >= 0
      ? needs.authorizer.isAllowed(context.principal, AclOperation.CLUSTER_ACTION, 'cluster', 'kafka-cluster')
      : needs.authorizer.isAllowed(context.principal, AclOperation.READ, 'topic', name);
  if (!isAllowed) return unreadable(ErrorCode.TOPIC_AUTHORIZATION_FAILED);
  const known = topic?.partitions[fetch.partition];
  if (known === undefined) return unreadable(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  const partition = needs.replicas.get(name, fetch.partition);
  if (partition === undefined) return unreadable(needs.replicas.absenceOf(name, fetch.partition));
  if (usesIds && partition.topicId !== fetch.topicId) return unreadable(ErrorCode.INCONSISTENT_TOPIC_ID);
  const replicaId = replicaIdOf(request);
  if (replicaId >= 0 && !known.replicas.includes(replicaId)) {
    const isEpochKnown = fetch.currentLeaderEpoch >= 0;
    return unreadable(isEpochKnown ? ErrorCode.UNKNOWN_LEADER_EPOCH : ErrorCode.NOT_LEADER_OR_FOLLOWER);
  }
  // What an earlier incarnation has fetched says nothing of what the present one has.
  const { replicaEpoch } = request.replicaState;
  const isStale = replicaEpoch >= 0 && replicaEpoch < (image.brokers.get(replicaId)?.epoch ?? -1);
  if (replicaId >= 0 && isStale) return unreadable(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  return { fetch, topic: name, partition, errorCode: ErrorCode.NONE };
}

function answerOf(
  needs: FetchNeeds,
  options: {
    target: FetchTarget;
    read: PartitionRead | undefined;
    context: RequestContext;
    endpoints: LeaderEndpoints;
  },
): PartitionAnswer {
  const { target, context, endpoints } = options;
  const read = options.read ?? failedRead(ErrorCode.UNKNOWN_SERVER_ERROR);
  const { errorCode } = read;
  const isElsewhere =
    errorCode === ErrorCode.NOT_LEADER_OR_FOLLOWER || errorCode === ErrorCode.FENCED_LEADER_EPOCH;
  const answer: PartitionAnswer = {
    partitionIndex: target.fetch.partition,
    errorCode:
      errorCode === ErrorCode.KAFKA_STORAGE_ERROR && context.apiVersion < FIRST_VERSION_WITH_STORAGE_ERROR
        ? ErrorCode.NOT_LEADER_OR_FOLLOWER
        : errorCode,
    highWatermark: read.highWatermark,
    lastStableOffset: read.lastStableOffset,
    logStartOffset: read.logStartOffset,
    abortedTransactions: read.abortedTransactions,
    preferredReadReplica: read.preferredReadReplica,
    records: read.parts,
    ...(read.divergingEpoch === null ? {} : { divergingEpoch: read.divergingEpoch }),
  };
  if (!isElsewhere || context.apiVersion < FIRST_VERSION_WITH_LEADER) return answer;
  const currentLeader = currentLeaderOf(needs.image(), target.topic, target.fetch.partition);
  endpoints.add(currentLeader.leaderId);
  return { ...answer, currentLeader };
}

/** Neighbours of one topic share an entry; the order of the partitions stays that of the reads. */
function groupedByTopic(
  targets: readonly FetchTarget[],
  answers: readonly (PartitionAnswer | null)[],
): TopicAnswer[] {
  const topics: { topic: string; topicId: string; partitions: PartitionAnswer[] }[] = [];
  let index = -1;
  for (const { fetch } of targets) {
    index += 1;
    const answer = answers[index];
    if (answer === null || answer === undefined) continue;
    const last = topics.at(-1);
    if (last !== undefined && last.topic === fetch.topic && last.topicId === fetch.topicId) {
      last.partitions.push(answer);
    } else {
      topics.push({ topic: fetch.topic, topicId: fetch.topicId, partitions: [answer] });
    }
  }
  return topics;
}

function fetchesOf(request: FetchRequest): PartitionFetch[] {
  const fetches: PartitionFetch[] = [];
  for (const { topic, topicId, partitions } of request.topics) {
    for (const partition of partitions) {
      fetches.push({
        topic,
        topicId,
        partition: partition.partition,
        currentLeaderEpoch: partition.currentLeaderEpoch,
        fetchOffset: partition.fetchOffset,
        lastFetchedEpoch: partition.lastFetchedEpoch,
        logStartOffset: partition.logStartOffset,
        maxBytes: partition.partitionMaxBytes,
      });
    }
  }
  return fetches;
}

function progressOf(read: PartitionRead): PartitionProgress {
  return {
    highWatermark: read.highWatermark,
    logStartOffset: read.logStartOffset,
    recordBytes: read.sizeInBytes,
    isRemarkable: isRemarkable(read),
    errorCode: read.errorCode,
  };
}

function sessionError(scope: Extract<FetchScope, { kind: 'refused' }>): number {
  switch (scope.reason) {
    case 'unknown-session':
      return ErrorCode.FETCH_SESSION_ID_NOT_FOUND;
    case 'wrong-epoch':
      return ErrorCode.INVALID_FETCH_SESSION_EPOCH;
    case 'topic-id-mismatch':
      return ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR;
  }
}
