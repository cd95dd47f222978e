import type { TransactionEnd } from '../coordination/coordinator-machine.ts';
import type { GroupCoordinator } from '../groups/group-coordinator.ts';
import { GROUP_METADATA_TOPIC } from '../metadata/topic-name.ts';
import { buildTransactionMarker } from '../protocol/control-records.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import { writeTxnMarkersRequest } from '../protocol/messages/write-txn-markers-request.ts';
import { writeTxnMarkersResponse } from '../protocol/messages/write-txn-markers-response.ts';
import type { Partition } from '../replication/partition.ts';
import type { Replicas } from '../replication/replicas.ts';
import type { Clock } from '../runtime/clock.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import type { Handler, RequestContext } from './handler.ts';

export interface WriteTxnMarkersNeeds {
  readonly replicas: Replicas;
  readonly coordinator: GroupCoordinator;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
  /** `request.timeout.ms`: how long a marker may take to be on all in-sync replicas. */
  readonly markerTimeoutMs: number;
}

type WriteTxnMarkersRequest = Decoded<typeof writeTxnMarkersRequest>;
type WriteTxnMarkersResponse = Encodable<typeof writeTxnMarkersResponse>;
type Marker = WriteTxnMarkersRequest['markers'][number];

/** The one resource of type cluster. */
const CLUSTER = 'kafka-cluster';

/** What a transaction's coordinator is told where a group coordinator is not ready: it asks again. */
const NOT_READY: ReadonlySet<number> = new Set([
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.NOT_COORDINATOR,
]);

/**
 * WriteTxnMarkers (key 27), versions 1–2: transactions end in partitions that this broker leads. Asked by their
 * coordinators, and by an admin who aborts one that hangs (KIP-664); 2 says by which rules (KIP-1228). Each partition
 * answers when its marker is on all in-sync replicas.
 */
export function writeTxnMarkersHandler(
  needs: WriteTxnMarkersNeeds,
): Handler<typeof writeTxnMarkersRequest, typeof writeTxnMarkersResponse> {
  return {
    request: writeTxnMarkersRequest,
    response: writeTxnMarkersResponse,
    async handle(request, context) {
      if (!isAllowed(needs, context)) return refused(ErrorCode.CLUSTER_AUTHORIZATION_FAILED, request);
      const timedOut = timeoutOf(needs);
      const written = await Promise.all(
        request.markers.flatMap((marker) =>
          marker.topics.flatMap(({ name, partitionIndexes }) =>
            partitionIndexes.map(async (partition) => ({
              ...{ producerId: marker.producerId, topic: name, partition },
              errorCode: await Promise.race([
                writeMarker(needs, { marker, topic: name, partition }),
                timedOut.promise,
              ]),
            })),
          ),
        ),
      );
      timedOut.cancel();
      return responseOf(written);
    },
    refuse: refused,
  };
}

function isAllowed({ authorizer }: WriteTxnMarkersNeeds, { principal }: RequestContext): boolean {
  return [AclOperation.ALTER, AclOperation.CLUSTER_ACTION].some((operation) =>
    authorizer.isAllowed(principal, operation, 'cluster', CLUSTER),
  );
}

interface MarkerPlace {
  readonly marker: Marker;
  readonly topic: string;
  readonly partition: number;
}

/** Resolves with the error code. Queues the marker before the first await. */
async function writeMarker(
  { replicas, coordinator, clock }: WriteTxnMarkersNeeds,
  { marker, topic, partition: index }: MarkerPlace,
): Promise<number> {
  const partition = replicas.get(topic, index);
  if (partition === undefined || partition.log.isOffline) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  const end = endOf(marker);
  if (topic !== GROUP_METADATA_TOPIC) return appendMarker(partition, end, clock.wallMs());
  const errorCode = await coordinator.completeTransaction(index, end);
  return NOT_READY.has(errorCode) ? ErrorCode.NOT_LEADER_OR_FOLLOWER : errorCode;
}

function appendMarker(
  partition: Partition,
  end: TransactionEnd,
  timestamp: number,
): Promise<number> | number {
  const { isCommitted, transactionVersion } = end;
  const bytes = buildTransactionMarker({ ...end, outcome: isCommitted ? 'commit' : 'abort', timestamp });
  const append = { origin: 'coordinator', requiredAcks: -1, transactionVersion } as const;
  const appended = partition.appendAsLeader(bytes, append);
  return appended.kind === 'rejected' ? appended.errorCode : appended.done;
}

function endOf(marker: Marker): TransactionEnd {
  const { producerId, producerEpoch, coordinatorEpoch, transactionVersion } = marker;
  const isCommitted = marker.transactionResult;
  return { producerId, producerEpoch, isCommitted, coordinatorEpoch, transactionVersion };
}

function timeoutOf({ clock, markerTimeoutMs }: WriteTxnMarkersNeeds) {
  const { promise, resolve } = Promise.withResolvers<number>();
  const timer = clock.after(markerTimeoutMs, () => resolve(ErrorCode.REQUEST_TIMED_OUT));
  return { promise, cancel: () => timer.cancel() };
}

interface WrittenMarker {
  readonly producerId: number;
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
}

/** By producer and topic; where a producer is named twice, the later marker of a partition counts. */
function responseOf(written: readonly WrittenMarker[]): WriteTxnMarkersResponse {
  const byProducer = Map.groupBy(written, ({ producerId }) => producerId);
  return {
    markers: [...byProducer].map(([producerId, ofProducer]) => ({
      producerId,
      topics: [...Map.groupBy(ofProducer, ({ topic }) => topic)].map(([name, ofTopic]) => {
        const errorCodes = new Map(ofTopic.map(({ partition, errorCode }) => [partition, errorCode]));
        const partitions = [...errorCodes].map(([partitionIndex, errorCode]) => ({
          partitionIndex,
          errorCode,
        }));
        return { name, partitions };
      }),
    })),
  };
}

function refused(errorCode: number, { markers }: WriteTxnMarkersRequest): WriteTxnMarkersResponse {
  return responseOf(
    markers.flatMap(({ producerId, topics }) =>
      topics.flatMap(({ name, partitionIndexes }) =>
        partitionIndexes.map((partition) => ({ producerId, topic: name, partition, errorCode })),
      ),
    ),
  );
}
