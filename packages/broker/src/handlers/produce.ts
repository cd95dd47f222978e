import type { PartitionLog } from '../log/partition-log.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import { isInternalTopic } from '../metadata/topic-name.ts';
import { ErrorCode, errorOf } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import { produceRequest } from '../protocol/messages/produce-request.ts';
import { produceResponse } from '../protocol/messages/produce-response.ts';
import {
  BATCH_HEADER_BYTES,
  batchSizeAt,
  CURRENT_MAGIC,
  compressionAt,
  magicAt,
  producerEpochAt,
  producerIdAt,
} from '../protocol/record-batch.ts';
import type { PartitionAppend } from '../replication/leader-append.ts';
import type { PartitionVerification } from '../replication/partition-verification.ts';
import type { Replicas } from '../replication/replicas.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import type { Compute } from '../runtime/compute.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import { CLOSE_CONNECTION, type Handler, type HandlerAnswer, type RequestContext } from './handler.ts';
import { currentLeaderOf, LeaderEndpoints } from './leader-endpoints.ts';
import { OpeningAppends } from './opening-appends.ts';
import { isTransactional, TransactionalAppends, transactionSupportOf } from './transactional-appends.ts';

export interface ProduceNeeds {
  readonly image: () => MetadataImage;
  readonly replicas: Replicas;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
  readonly compute: Compute;
  readonly verification: PartitionVerification;
}

interface AppendNeeds extends ProduceNeeds {
  readonly appends: OpeningAppends;
  readonly transactional: TransactionalAppends;
}

type ProduceRequest = Decoded<typeof produceRequest>;
type TopicProduce = ProduceRequest['topicData'][number];
type PartitionProduce = TopicProduce['partitionData'][number];
type TopicAnswer = NonNullable<Encodable<typeof produceResponse>['responses']>[number];
type PartitionAnswer = NonNullable<TopicAnswer['partitionResponses']>[number];

/** Kafka's own admin client may write to internal topics. */
const ADMIN_CLIENT_ID = '__admin_client';

const FIRST_VERSION_WITH_ZSTD = 7;
const FIRST_VERSION_WITH_LEADER = 10;

/** What is known of one partition of the request before anybody waited. */
interface StartedAppend {
  readonly topic: string;
  readonly index: number;
  readonly append: PartitionAppend | Promise<PartitionAppend>;
  /** The log that looked into the batch; absent where the request was refused before. */
  readonly judgedBy?: PartitionLog;
}

/** The same when it is known what it has come to. */
interface SettledAppend {
  readonly started: StartedAppend;
  readonly append: PartitionAppend;
  errorCode: number;
}

/**
 * Produce (key 0), versions 3–13. Each partition is answered by itself. acks=0 has no response, so a failure closes
 * the connection; acks=1 is answered when the leader has written; acks=-1 when all in-sync replicas have, or with
 * REQUEST_TIMED_OUT. Version 8 tells which records were refused, 10 who leads instead (KIP-951), 13 names topics by
 * id (KIP-516); 11 hears that a transaction is to be aborted, 12 leaves it to the broker to add partitions to it
 * (KIP-890). Appends are queued before the first await, or behind those of their partition that are being opened or
 * verified: requests of one connection keep their order.
 */
export function produceHandler(needs: ProduceNeeds): Handler<typeof produceRequest, typeof produceResponse> {
  const appends = new OpeningAppends(needs.compute);
  const transactional = new TransactionalAppends(appends, needs.verification);
  return {
    request: produceRequest,
    response: produceResponse,
    handle: (request, context) => produce({ ...needs, appends, transactional }, request, context),
    refuse: (errorCode, request) =>
      request.acks === 0
        ? CLOSE_CONNECTION
        : { responses: answersFor(request, ({ index }) => failed(index, errorCode)) },
  };
}

async function produce(
  needs: AppendNeeds,
  request: ProduceRequest,
  context: RequestContext,
): Promise<HandlerAnswer<typeof produceResponse>> {
  const refusal = transactionRefusal(needs, request, context);
  if (refusal !== ErrorCode.NONE) {
    if (request.acks === 0) return CLOSE_CONNECTION;
    return {
      responses: answersFor(request, ({ index }) => ({
        ...failed(index, refusal),
        errorMessage: errorOf(refusal).message,
      })),
    };
  }
  const started = request.topicData.map((topic) => startTopic(needs, { request, topic, context }));
  const settled: SettledAppend[] = [];
  for (const ofTopic of started) {
    for (const one of ofTopic) {
      const append = one.append instanceof Promise ? await one.append : one.append;
      settled.push({ started: one, append, errorCode: ErrorCode.REQUEST_TIMED_OUT });
    }
  }
  await settle(needs.clock, request, settled);
  const endpoints = new LeaderEndpoints(needs.image(), context.listenerName);
  let hasFailed = false;
  const responses: TopicAnswer[] = [];
  let next = 0;
  for (const topic of request.topicData) {
    const partitionResponses: PartitionAnswer[] = [];
    const end = next + topic.partitionData.length;
    for (const one of settled.slice(next, end)) {
      const { topic: name, index } = one.started;
      const answer = answerOf(one);
      hasFailed ||= answer.errorCode !== ErrorCode.NONE;
      if (
        answer.errorCode === ErrorCode.NOT_LEADER_OR_FOLLOWER &&
        context.apiVersion >= FIRST_VERSION_WITH_LEADER
      ) {
        const currentLeader = currentLeaderOf(needs.image(), name, index);
        endpoints.add(currentLeader.leaderId);
        partitionResponses.push({ ...answer, currentLeader });
      } else {
        partitionResponses.push(answer);
      }
    }
    responses.push({ name: topic.name, topicId: topic.topicId, partitionResponses });
    next = end;
  }
  if (request.acks === 0) return hasFailed ? CLOSE_CONNECTION : null;
  return { responses, nodeEndpoints: endpoints.list };
}

/** Why a request with transactional batches is refused as a whole. */
function transactionRefusal(
  { authorizer }: ProduceNeeds,
  { topicData, transactionalId }: ProduceRequest,
  { principal }: RequestContext,
): number {
  let producer: string | null = null;
  for (const { partitionData } of topicData) {
    for (const { records } of partitionData) {
      if (records === null || records.length < BATCH_HEADER_BYTES || !isTransactional(records)) continue;
      const isAllowed =
        transactionalId !== null &&
        authorizer.isAllowed(principal, AclOperation.WRITE, 'transactionalId', transactionalId);
      if (!isAllowed) return ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
      const named = `${producerIdAt(records)} ${producerEpochAt(records)}`;
      if (producer !== null && producer !== named) return ErrorCode.INVALID_PRODUCER_ID_MAPPING;
      producer = named;
    }
  }
  return ErrorCode.NONE;
}

/** Queues the appends of one topic. Synchronous. */
function startTopic(
  needs: AppendNeeds,
  { request, topic, context }: { request: ProduceRequest; topic: TopicProduce; context: RequestContext },
): StartedAppend[] {
  const image = needs.image();
  const usesIds = context.apiVersion >= 13;
  const known = usesIds ? image.topicsById.get(topic.topicId) : image.topicsByName.get(topic.name);
  const name = known?.name ?? topic.name;
  const refusal = topicRefusal(needs, { name, isKnown: known !== undefined, usesIds, context });
  return topic.partitionData.map((data) => {
    const { index } = data;
    if (refusal !== ErrorCode.NONE) return { topic: name, index, append: rejected(refusal) };
    if (known?.partitions[index] === undefined) {
      return { topic: name, index, append: rejected(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) };
    }
    return { topic: name, index, ...startPartition(needs, { request, data, name, context }) };
  });
}

function topicRefusal(
  needs: ProduceNeeds,
  topic: { name: string; isKnown: boolean; usesIds: boolean; context: RequestContext },
): number {
  const { name, isKnown, usesIds, context } = topic;
  if (usesIds && !isKnown) return ErrorCode.UNKNOWN_TOPIC_ID;
  if (!needs.authorizer.isAllowed(context.principal, AclOperation.WRITE, 'topic', name)) {
    return ErrorCode.TOPIC_AUTHORIZATION_FAILED;
  }
  return isKnown ? ErrorCode.NONE : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
}

function startPartition(
  needs: AppendNeeds,
  options: { request: ProduceRequest; data: PartitionProduce; name: string; context: RequestContext },
): Pick<StartedAppend, 'append' | 'judgedBy'> {
  const { request, data, name, context } = options;
  const invalid = batchRefusal(data.records, context.apiVersion);
  if (invalid !== null) return { append: invalid };
  if (request.acks < -1 || request.acks > 1) return { append: rejected(ErrorCode.INVALID_REQUIRED_ACKS) };
  if (isInternalTopic(name) && context.clientId !== ADMIN_CLIENT_ID) {
    return { append: rejected(ErrorCode.INVALID_TOPIC_EXCEPTION) };
  }
  const partition = needs.replicas.get(name, data.index);
  if (partition === undefined || data.records === null) {
    return { append: rejected(needs.replicas.absenceOf(name, data.index)) };
  }
  const append = { origin: 'client', requiredAcks: request.acks } as const;
  const { transactionalId } = request;
  const support = transactionSupportOf(context.apiVersion);
  const started = isTransactional(data.records)
    ? needs.transactional.append(partition, data.records, { request: { transactionalId, support }, append })
    : needs.appends.append(partition, data.records, append);
  return { append: started, judgedBy: partition.log };
}

/** Since version 3 a partition's records are exactly one batch of magic 2; version 7 brought zstd. */
function batchRefusal(records: Uint8Array | null, apiVersion: number): PartitionAppend | null {
  if (records === null || records.length < BATCH_HEADER_BYTES) {
    return rejected(ErrorCode.INVALID_RECORD, 'There must be at least one record batch per partition');
  }
  if (magicAt(records) !== CURRENT_MAGIC) {
    return rejected(ErrorCode.INVALID_RECORD, 'Only record batches with magic version 2 are allowed');
  }
  if (apiVersion < FIRST_VERSION_WITH_ZSTD && compressionAt(records) === 'zstd') {
    return rejected(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE);
  }
  if (batchSizeAt(records) !== records.length) {
    return rejected(ErrorCode.INVALID_RECORD, 'There must be exactly one record batch per partition');
  }
  return null;
}

/** Refusals of what is in a batch; with them Kafka says where the log starts, with all others it says -1. */
const refusalsOfContent: ReadonlySet<number> = new Set([
  ErrorCode.INVALID_RECORD,
  ErrorCode.INVALID_TIMESTAMP,
  ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
  ErrorCode.INVALID_PRODUCER_EPOCH,
  ErrorCode.INVALID_TXN_STATE,
  ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
]);

/**
 * Resolves when all appends are done, or when the in-sync replicas took too long: REQUEST_TIMED_OUT stays with those
 * that are not. acks 0 and 1 wait for the leader alone.
 */
function settle(clock: Clock, request: ProduceRequest, appends: readonly SettledAppend[]): Promise<void> {
  return new Promise((resolve) => {
    let left = 0;
    let timer: Timer | null = null;
    let isOver = false;
    const end = (): void => {
      isOver = true;
      timer?.cancel();
      resolve();
    };
    for (const settled of appends) {
      const { append } = settled;
      if (append.kind === 'rejected') continue;
      left += 1;
      void append.done.then((errorCode) => {
        if (isOver) return;
        settled.errorCode = errorCode;
        left -= 1;
        if (left === 0) end();
      });
    }
    if (left === 0) resolve();
    else if (request.acks === -1) timer = clock.after(Math.max(0, request.timeoutMs), end);
  });
}

function answerOf({
  started: { index, judgedBy },
  append,
  errorCode,
}: SettledAppend): PartitionAnswer & { errorCode: number } {
  if (append.kind === 'rejected') {
    const { message, recordErrors } = append;
    const log = refusalsOfContent.has(append.errorCode) ? judgedBy : undefined;
    const answer = { ...failed(index, append.errorCode), logStartOffset: log?.logStartOffset ?? -1 };
    if (recordErrors.length === 0) return answer;
    return {
      ...answer,
      errorMessage: message,
      recordErrors: recordErrors.map((record) => ({
        batchIndex: record.batchIndex,
        batchIndexErrorMessage: record.message,
      })),
    };
  }
  if (errorCode !== ErrorCode.NONE && errorCode !== ErrorCode.REQUEST_TIMED_OUT)
    return failed(index, errorCode);
  const { firstOffset, logAppendTimeMs, logStartOffset } = append.info;
  return { index, errorCode, baseOffset: firstOffset, logAppendTimeMs, logStartOffset };
}

function answersFor(
  request: ProduceRequest,
  answer: (partition: PartitionProduce) => PartitionAnswer,
): TopicAnswer[] {
  return request.topicData.map(({ name, topicId, partitionData }) => ({
    name,
    topicId,
    partitionResponses: partitionData.map(answer),
  }));
}

function failed(index: number, errorCode: number): PartitionAnswer & { errorCode: number } {
  return { index, errorCode, baseOffset: -1, logAppendTimeMs: -1, logStartOffset: -1 };
}

function rejected(errorCode: number, message = ''): PartitionAppend {
  return { kind: 'rejected', errorCode, message, recordErrors: [] };
}
