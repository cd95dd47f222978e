import type { PartitionLog } from '../log/partition-log.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Encodable } from '../protocol/message.ts';
import { describeLogDirsRequest } from '../protocol/messages/describe-log-dirs-request.ts';
import { describeLogDirsResponse } from '../protocol/messages/describe-log-dirs-response.ts';
import type { Replicas } from '../replication/replicas.ts';
import { type Disk, DiskError } from '../runtime/disk.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import type { Handler } from './handler.ts';

export interface DescribeLogDirsNeeds {
  readonly replicas: Replicas;
  /** All of `log.dirs`, as paths. */
  readonly logDirs: readonly string[];
  readonly isLogDirOnline: (path: string) => boolean;
  readonly disk: Disk;
  readonly authorizer: Authorizer;
}

type LogDirAnswer = NonNullable<Encodable<typeof describeLogDirsResponse>['results']>[number];
type TopicAnswer = NonNullable<LogDirAnswer['topics']>[number];

/**
 * DescribeLogDirs (key 35), versions 1–5: the partitions in each log directory with their size, and copies of replicas that move
 * there; null asks for all.
 * Version 4 adds the space of the file system.
 */
export function describeLogDirsHandler(
  needs: DescribeLogDirsNeeds,
): Handler<typeof describeLogDirsRequest, typeof describeLogDirsResponse> {
  return {
    request: describeLogDirsRequest,
    response: describeLogDirsResponse,
    async handle(request, { principal }) {
      if (!needs.authorizer.isAllowed(principal, AclOperation.DESCRIBE, 'cluster', 'kafka-cluster')) {
        return { errorCode: ErrorCode.CLUSTER_AUTHORIZATION_FAILED };
      }
      const asked =
        request.topics === null
          ? null
          : new Set(
              request.topics.flatMap(({ topic, partitions }) =>
                partitions.map((index) => `${topic}-${index}`),
              ),
            );
      const described = [...logsOf(needs.replicas)].filter(
        ({ topic, index }) => asked === null || asked.has(`${topic}-${index}`),
      );
      const results = needs.logDirs.map((logDir) =>
        describe(
          needs,
          logDir,
          described.filter(({ log }) => log.directory.startsWith(`${logDir}/`)),
        ),
      );
      return { results: await Promise.all(results) };
    },
    refuse: (errorCode) => ({ errorCode }),
  };
}

async function describe(
  needs: DescribeLogDirsNeeds,
  logDir: string,
  logs: readonly DescribedLog[],
): Promise<LogDirAnswer> {
  if (!needs.isLogDirOnline(logDir)) return { logDir, errorCode: ErrorCode.KAFKA_STORAGE_ERROR };
  try {
    const { totalBytes, freeBytes } = await needs.disk.space(logDir);
    return { logDir, topics: topicsOf(logs), totalBytes, usableBytes: freeBytes };
  } catch (error) {
    // A directory that cannot be looked at is this answer's content, not a fault of the request.
    if (error instanceof DiskError) return { logDir, errorCode: ErrorCode.KAFKA_STORAGE_ERROR };
    throw error;
  }
}

/** A replica, or the copy of one that is on its way to another directory. */
interface DescribedLog {
  readonly topic: string;
  readonly index: number;
  readonly log: PartitionLog;
  readonly offsetLag: number;
  readonly isFutureKey: boolean;
}

function* logsOf(replicas: Replicas): Generator<DescribedLog> {
  for (const { topic, partition: index, log, highWatermark, isLeader } of replicas.all()) {
    const offsetLag = isLeader ? 0 : Math.max(0, highWatermark - log.logEndOffset);
    yield { topic, index, log, offsetLag, isFutureKey: false };
  }
  for (const { partition, copy } of replicas.copies()) {
    const offsetLag = partition.log.logEndOffset - copy.logEndOffset;
    yield {
      ...{ topic: partition.topic, index: partition.partition, log: copy },
      ...{ offsetLag, isFutureKey: true },
    };
  }
}

function topicsOf(logs: readonly DescribedLog[]): TopicAnswer[] {
  const topics = Map.groupBy(logs, ({ topic }) => topic);
  return [...topics].map(([name, ofTopic]) => ({
    name,
    partitions: ofTopic.map(({ index, log, offsetLag, isFutureKey }) => ({
      ...{ partitionIndex: index, partitionSize: log.sizeInBytes, offsetLag, isFutureKey },
    })),
  }));
}
